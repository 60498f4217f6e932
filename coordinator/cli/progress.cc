#include "coordinator/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "coordinator/status/run_status.h"

namespace prelabel {
namespace {

constexpr Duration kRedraw = std::chrono::milliseconds(200);
constexpr Duration kPlainLine = std::chrono::seconds(10);

}  // namespace

std::string FormatProgress(const ProgressState& state, double items_per_second) {
  const std::uint64_t total = std::max<std::uint64_t>(1, state.items_total);
  std::string line = fmt::format("{:3} %  {}/{} items", 100 * state.items_done / total,
                                 state.items_done, state.items_total);
  if (items_per_second > 0) {
    const double left = static_cast<double>(state.items_total - state.items_done);
    line += fmt::format("  {:.1f}/s", items_per_second);
    if (state.items_done < state.items_total) {
      line += "  ETA " + FormatTimeLeft(left / items_per_second);
    }
  }
  if (state.workers > 0) {
    line += fmt::format("  {} worker{}", state.workers, state.workers == 1 ? "" : "s");
  } else if (state.items_done < state.items_total) {
    line += "  waiting for workers";
  }
  if (state.items_failed > 0) line += fmt::format("  {} failed", state.items_failed);
  if (state.looks_done < state.looks_total) {
    line += fmt::format("  second looks {}/{}", state.looks_done, state.looks_total);
  }
  if (state.linking) line += "  linking tracks";
  return line;
}

std::string FormatBar(const ProgressState& state) {
  constexpr std::uint64_t kWidth = 24;
  const std::uint64_t filled =
      kWidth * state.items_done / std::max<std::uint64_t>(1, state.items_total);
  std::string bar;
  for (std::uint64_t i = 0; i < kWidth; ++i) bar += i < filled ? "█" : "░";
  return bar;
}

Progress::Progress(std::FILE* out, bool quiet)
    : out_(out), quiet_(quiet), terminal_(isatty(fileno(out)) != 0) {}

double Progress::Rate(const ProgressState& state, TimePoint now) {
  // From the first result on: starting workers and loading models says nothing about the rest.
  if (!started_ || state.items_done == items_at_start_) {
    if (!started_) items_at_start_ = state.items_done;
    started_ = true;
    first_ = now;
    first_items_ = state.items_done;
    return 0;
  }
  if (first_items_ == items_at_start_) {
    first_ = now;
    first_items_ = state.items_done;
  }
  const double seconds = std::chrono::duration<double>(now - first_).count();
  return seconds < 0.5 ? 0 : static_cast<double>(state.items_done - first_items_) / seconds;
}

void Progress::Draw(const ProgressState& state, TimePoint now) {
  const std::string line = FormatProgress(state, Rate(state, now));
  last_draw_ = now;
  last_items_ = state.items_done + state.looks_done;
  if (!terminal_) {
    fmt::print(out_, "{}\n", line);
    return;
  }
  fmt::print(out_, "\r\x1b[K{} {}", FormatBar(state), line);
  std::fflush(out_);
  drawn_ = true;
}

void Progress::Update(const ProgressState& state, TimePoint now) {
  rate_ = Rate(state, now);  // it must see the first result when that comes
  if (quiet_) return;
  const Duration every = terminal_ ? kRedraw : kPlainLine;
  if (now - last_draw_ < every && last_draw_ != TimePoint{}) return;
  if (!terminal_ && state.items_done + state.looks_done == last_items_)
    return;  // nothing new to say
  Draw(state, now);
}

void Progress::Note(const std::string& line) {
  if (quiet_) return;
  fmt::print(out_, "{}{}\n", drawn_ ? "\r\x1b[K" : "", line);
  drawn_ = false;
  last_draw_ = TimePoint{};
}

void Progress::Finish(const ProgressState& state, TimePoint now) {
  if (quiet_) return;
  Draw(state, now);
  if (terminal_) fmt::print(out_, "\n");
  drawn_ = false;
}

}  // namespace prelabel
