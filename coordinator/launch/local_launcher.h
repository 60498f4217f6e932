// Worker processes on this machine, for `prelabel run`. They never outlive the coordinator, however
// it ends. Not thread-safe; belongs to the thread that calls Start, which must live as long as the
// workers (the kernel ends them when that thread does).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct LaunchOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // without the program's name
  std::filesystem::path log_dir;       // gets worker-1.log …: standard output and error, appended
  std::string input = {};  // standard input, at most 4096 bytes: what must not stand in arguments
};

struct ExitedWorker {
  int number = 0;  // from 1, in the order of starting
  pid_t pid = 0;
  bool ok = false;     // exit status 0
  bool usage = false;  // exit status 2: it cannot use this job or model; another would not either
  std::string status;  // "exited with status 3", "was killed by signal 9 (Killed) …"
  std::filesystem::path log;
};

// Where the program of this name lies beside the running one (/proc/self/exe).
// InvalidArgument: there is none that may be executed.
Result<std::filesystem::path> FindSiblingProgram(const std::string& name);

class LocalLauncher {
 public:
  explicit LocalLauncher(LaunchOptions options);
  // Kills and reaps what still runs. To let workers finish their tasks, Terminate first.
  ~LocalLauncher();
  LocalLauncher(const LocalLauncher&) = delete;
  LocalLauncher& operator=(const LocalLauncher&) = delete;

  // Starts `count` more. Each has its own process group, so that Ctrl-C reaches the coordinator
  // alone, which drains them. InvalidArgument: the program or the log cannot be opened;
  // Unavailable: no more processes. Those already started go on.
  Result<void> Start(int count);

  // Those that ended since the last call, in the order of starting. Does not wait.
  std::vector<ExitedWorker> Poll();

  int Running() const { return static_cast<int>(running_.size()); }

  // SIGTERM to all, SIGKILL to those that still run after `grace`. Returns how each ended.
  std::vector<ExitedWorker> Terminate(std::chrono::milliseconds grace);

 private:
  struct Worker {
    int number = 0;
    pid_t pid = 0;
    std::filesystem::path log;
  };

  Result<void> StartOne();
  void Signal(int signal) const;

  LaunchOptions options_;
  std::vector<Worker> running_;
  int started_ = 0;
};

}  // namespace prelabel
