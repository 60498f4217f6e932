// `prelabel status RUN --watch`: what is shown of a run until it has ended. Pure, but for
// WatchStatus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

// What a run's state is as an exit status (an ExitCode): that of `prelabel run` where it has ended
// by itself.
int RunExitOf(const RunStatus& status);

// No coordinator works on it any longer, or it only says goodbye.
bool HasEnded(const RunStatus& status);

enum class StatusOutput : std::uint8_t { kText, kJson, kQuiet };

// "running   51 %  405/795 items  23.1/s  ETA 0:17  2 workers"
std::string StatusLine(const RunStatus& status);

// Where no terminal is looking: what has changed, a line each. State, reason, workers and failures
// are told at once, mere progress every 10 s.
class ChangedLines {
 public:
  // With its end of line; nothing where there is nothing new.
  std::string Next(const RunStatus& status, TimePoint now);

 private:
  std::string told_;  // what is told at once
  std::string line_;
  TimePoint at_{};
};

// Text as a picture of a terminal's screen, in one piece: every line is cut to `columns`
// characters, without control characters, and followed by "erase to the end of the line", so that
// nothing flickers; lines that there is no room for are left out, and the last one says so.
std::string ScreenOf(std::string_view text, std::size_t rows, std::size_t columns);

struct WatchOptions {
  StatusOutput output = StatusOutput::kText;
  // The status; Unavailable: there is none yet.
  std::function<Result<RunStatus>()> load;
  // What a person is shown of it.
  std::function<std::string(const RunStatus&)> describe;
  // One JSON text of it; may have several lines.
  std::function<std::string(const RunStatus&)> json;
};

// Prints on standard output until the run has ended: in a terminal a screen that is drawn again
// every second, and at the end the last status; elsewhere ChangedLines; kJson: one line
// whenever it was written anew; kQuiet: the last state alone. Returns RunExitOf the last status,
// 128
// + the signal that came before, or the ExitCode of what `load` failed with.
int WatchStatus(const WatchOptions& options);

}  // namespace prelabel
