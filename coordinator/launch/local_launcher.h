// Worker processes on this machine, for `prelabel run`. They never outlive the coordinator, however
// it ends. Not thread-safe; belongs to the thread that calls Start, which
// must live as long as the workers (the kernel ends them when that thread does).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/launch/launcher.h"
#include "coordinator/launch/worker_process.h"

namespace prelabel {

struct LaunchOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // without the program's name
  std::filesystem::path log_dir;       // gets worker-1.log …: standard output and error, appended
  std::string input = {};  // standard input, at most 4096 bytes: what must not stand in arguments
  // The flag that tells a worker its allocation, its number from 1 in the order of starting; it
  // follows the arguments. Empty: it is not told.
  std::string id_flag = {};
};

// Where the program of this name lies beside the running one (/proc/self/exe).
// InvalidArgument: there is none that may be executed.
Result<std::filesystem::path> FindSiblingProgram(const std::string& name);

// Where the program of this name is on PATH. InvalidArgument: nowhere.
Result<std::filesystem::path> FindProgram(const std::string& name);

// What a worker's exit status says of its end; -1: it has none.
AllocationEnd EndingOf(int status);

class LocalLauncher : public Launcher {
 public:
  explicit LocalLauncher(LaunchOptions options);
  // Kills and reaps what still runs. To let workers finish their tasks, Terminate first.
  ~LocalLauncher() override;
  LocalLauncher(const LocalLauncher&) = delete;
  LocalLauncher& operator=(const LocalLauncher&) = delete;

  // Starts `count` more. Each has its own process group, so that Ctrl-C reaches the coordinator
  // alone, which drains them. InvalidArgument: the program or the log cannot be opened;
  // Unavailable: no more processes. Those already started go on.
  Result<void> Start(int count);

  std::string Noun() const override { return "worker process"; }
  // As Start; what could not be started is refused.
  void Submit(int count) override;
  // What ended, in the order of starting. Exit status 0: it left; 2: it cannot use the job.
  LauncherNews Poll(TimePoint now) override;
  std::vector<Allocation> Allocations() const override;
  int Submitting() const override { return 0; }
  void Cancel(const std::vector<std::string>& ids) override;  // SIGTERM

  int Running() const { return static_cast<int>(running_.size()); }

  // SIGTERM to all, SIGKILL to those that still run after `grace`. Returns how each ended, in the
  // order of starting.
  std::vector<EndedAllocation> Terminate(std::chrono::milliseconds grace) override;

 private:
  struct Worker {
    int number = 0;
    pid_t pid = 0;
    std::filesystem::path log;
    WorkerProcess process;
  };

  Result<void> StartOne();
  std::vector<EndedAllocation> Reap();
  void Signal(int signal) const;

  LaunchOptions options_;
  std::vector<Worker> running_;
  int started_ = 0;
  LauncherNews news_;  // of Submit
};

}  // namespace prelabel
