// A child process whose output goes to a file: a worker, or what starts one elsewhere. It never
// outlives the coordinator, however that ends. Not thread-safe; belongs to the thread that calls
// Start, which must live as long (the kernel ends the child when that thread does).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct ProcessOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // without the program's name
  std::filesystem::path log;           // gets standard output and error, appended
  std::string input{};      // standard input, at most 4096 bytes: what must not stand in arguments
  bool hold_input = false;  // it does not end before CloseInput
};

class WorkerProcess {
 public:
  // In a process group of its own, so that Ctrl-C reaches the coordinator alone. InvalidArgument:
  // the program or the log cannot be opened; Unavailable: no more processes.
  static Result<WorkerProcess> Start(const ProcessOptions& options);
  // Kills and reaps what still runs.
  ~WorkerProcess();
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;

  pid_t pid() const { return pid_; }

  struct Exit {
    int status = -1;   // what it exited with; -1: otherwise
    std::string text;  // "exited with status 3", "was killed by signal 9 (Killed) …"
  };
  // How it ended, once; nothing while it runs. Does not wait.
  std::optional<Exit> Poll();

  void Signal(int signal) const;  // to its group
  void CloseInput();

 private:
  WorkerProcess(pid_t pid, int input) : pid_(pid), input_(input) {}

  pid_t pid_ = 0;   // 0: reaped
  int input_ = -1;  // the end that is written to, where it is held
};

}  // namespace prelabel
