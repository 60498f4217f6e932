// A short command of another program (sbatch, squeue …) that nobody has to wait for. Not
// thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace prelabel {

struct CommandOutcome {
  bool ok = false;     // exit status 0
  std::string output;  // standard output
  std::string reason;  // not ok: what it said on standard error, or how it ended
};

class Command {
 public:
  // Starts `words` (the program is looked for on the PATH) with `input` as standard input. It has a
  // process group of its own, so that Ctrl-C does not reach it. InvalidArgument: no such program;
  // Unavailable: no more processes or memory.
  static Result<std::unique_ptr<Command>> Start(const std::vector<std::string>& words,
                                                const std::string& input, TimePoint now);
  // Kills it where it still runs.
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // How it ended, once; nothing while it runs. One that takes more than a minute is killed.
  std::optional<CommandOutcome> Poll(TimePoint now);

  // Waits until it has ended, or for so long at most.
  void Wait(Duration longest);

 private:
  Command(std::string name, TimePoint deadline) : name_(std::move(name)), deadline_(deadline) {}

  std::string name_;
  TimePoint deadline_;
  pid_t pid_ = -1;  // -1: it has ended
  int output_ = -1;
  int errors_ = -1;
};

}  // namespace prelabel
