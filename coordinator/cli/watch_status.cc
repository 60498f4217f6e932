#include "coordinator/cli/watch_status.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "common/base/signals.h"
#include "coordinator/cli/exit_code.h"
#include "coordinator/cli/progress.h"

namespace prelabel {
namespace {

constexpr Duration kPlainLine = std::chrono::seconds(10);
constexpr std::chrono::milliseconds kLook{1000};
// Where coordinators that have just been started have written nothing yet.
constexpr Duration kPatience = std::chrono::seconds(60);

constexpr const char* kEnterScreen = "\x1b[?1049h\x1b[?25l";  // another screen, no cursor
constexpr const char* kLeaveScreen = "\x1b[?25h\x1b[?1049l";

// The first `columns` characters of a line of UTF-8 text.
std::string_view Cut(std::string_view line, std::size_t columns) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
    if (begins && characters++ == columns) return line.substr(0, i);
  }
  return line;
}

// Names and reasons come from workers; what they say shall not steer the terminal.
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7f'; }

// Whether it is one that can be drawn upon.
bool IsScreen() {
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

ProgressState ProgressOf(const RunStatus& status) {
  ProgressState state;
  state.items_done = status.items_done;
  state.items_total = status.items;
  state.items_failed = status.items_failed;
  state.workers = status.workers.size();
  state.linking = status.linking;
  state.looks_done = status.looks_done;
  state.looks_total = status.looks;
  return state;
}

// The terminal while a run is watched; puts it back in its destructor.
class Screen {
 public:
  Screen() { Write(kEnterScreen); }
  ~Screen() { Write(kLeaveScreen); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void Show(std::string_view text) {
    winsize size{};
    std::size_t rows = 24;
    std::size_t columns = 80;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
      rows = size.ws_row;
      columns = size.ws_col;
    }
    Write(ScreenOf(text, rows, columns));
  }

 private:
  static void Write(std::string_view text) {
    fmt::print("{}", text);
    std::fflush(stdout);
  }
};

// Until the next look, or a signal.
class Waiter {
 public:
  explicit Waiter(StopSignals& signals) : signals_(signals) {
    signals_.OnStop([this] {
      const std::lock_guard lock(mutex_);
      wake_.notify_all();
    });
  }
  ~Waiter() { signals_.OnStop({}); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Whether a signal came.
  bool Wait() {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, kLook, [this] { return signals_.stop().load(); });
  }

 private:
  StopSignals& signals_;
  std::mutex mutex_;
  std::condition_variable wake_;
};

std::string OneLine(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  return text + "\n";
}

}  // namespace

int RunExitOf(const RunStatus& status) {
  if (status.state == "failed") return kExitFailed;
  if (status.state == "stopped") return kExitStopped;
  if (status.state != "finished") return kExitGoesOn;
  return status.items_failed > 0 ? kExitQuarantined : kExitDone;
}

bool HasEnded(const RunStatus& status) { return RunExitOf(status) != kExitGoesOn; }

std::string StatusLine(const RunStatus& status) {
  std::string line = fmt::format("{:<8} ", status.state);
  ProgressState state = ProgressOf(status);
  if (HasEnded(status)) {  // nobody waits for workers
    line += fmt::format("{}/{} items", state.items_done, state.items_total);
    if (state.items_failed > 0) line += fmt::format("  {} failed", state.items_failed);
  } else {
    line += FormatProgress(state, status.items_per_second);
  }
  if (!status.reason.empty()) line += "  " + status.reason;
  return line;
}

std::string ChangedLines::Next(const RunStatus& status, TimePoint now) {
  std::string told = fmt::format("{}\n{}\n{}\n{}\n", status.state, status.reason,
                                 status.items_failed, status.failed_attempts);
  for (const RunStatus::Worker& worker : status.workers) {
    told += fmt::format("{} {}\n", worker.id, worker.state == "benched");
  }
  std::string line = StatusLine(status);
  const bool news = told != told_;
  if (line == line_ && !news) return {};
  if (!news && now - at_ < kPlainLine) return {};
  told_ = std::move(told);
  line_ = line;
  at_ = now;
  return line + "\n";
}

std::string ScreenOf(std::string_view text, std::size_t rows, std::size_t columns) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const std::size_t shown =
      lines.size() <= rows ? lines.size() : std::max<std::size_t>(1, rows) - 1;
  const std::string more = fmt::format("... {} more lines", lines.size() - shown);
  if (shown < lines.size()) {
    lines.resize(shown);
    lines.push_back(more);
  }
  std::string screen = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) screen += "\r\n";
    for (const char c : Cut(lines[i], columns)) screen += IsControl(c) ? '?' : c;
    screen += "\x1b[K";
  }
  return screen + "\x1b[J";
}

int WatchStatus(const WatchOptions& options) {
  StopSignals signals;
  Waiter waiter(signals);
  const MonotonicClock clock;
  const TimePoint started = clock.Now();
  std::optional<Screen> screen;
  if (options.output == StatusOutput::kText && IsScreen()) screen.emplace();
  ChangedLines changed;
  std::string written;
  for (bool known = false;;) {
    const auto loaded = options.load();
    if (!loaded) {
      // A file that is not there yet, or that could not be read just now.
      const bool wait = loaded.error().code == ErrorCode::kUnavailable &&
                        (known || clock.Now() - started < kPatience);
      if (!wait) {
        screen.reset();
        fmt::print(stderr, "prelabel: {}\n", loaded.error().ToString());
        return loaded.error().code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
      }
      if (screen && !known) screen->Show(loaded.error().message);
    } else {
      const RunStatus& status = loaded.value();
      known = true;
      const bool ended = HasEnded(status);
      if (options.output == StatusOutput::kJson) {
        if (written != status.written) fmt::print("{}", OneLine(options.json(status)));
        written = status.written;
      } else if (options.output == StatusOutput::kQuiet) {
        if (ended) fmt::print("{}\n", status.state);
      } else if (screen && ended) {
        screen.reset();
        fmt::print("{}", options.describe(status));
      } else if (screen) {
        const ProgressState progress = ProgressOf(status);
        screen->Show(fmt::format("{} {}\n{}", FormatBar(progress),
                                 FormatProgress(progress, status.items_per_second),
                                 options.describe(status)));
      } else {
        fmt::print("{}", changed.Next(status, clock.Now()));
      }
      std::fflush(stdout);
      if (ended) return RunExitOf(status);
      if (std::ferror(stdout) != 0) return kExitFailed;  // nobody reads it any more
    }
    if (waiter.Wait()) return 128 + signals.signal();
  }
}

}  // namespace prelabel
