// What a person at the terminal sees while a run goes on: one line that is redrawn, or, where
// standard error is no terminal, a plain line now and then. Not thread-safe.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "common/base/clock.h"

namespace prelabel {

struct ProgressState {
  std::uint64_t items_done = 0;
  std::uint64_t items_total = 0;
  std::uint64_t items_failed = 0;
  std::size_t workers = 0;
  bool linking = false;  // detection is over, tracks are being made
  // Items that are looked at once more (second_looks.h), a view each.
  std::uint64_t looks_done = 0;
  std::uint64_t looks_total = 0;
};

// "  51 %  405/795 items  23.1/s  ETA 0:17  2 workers"; the rate is that since
// the first result of this session.
std::string FormatProgress(const ProgressState& state, double items_per_second);

// How much of the items is done, 24 characters wide: "████████░░░░░░░░░░░░░░░░".
std::string FormatBar(const ProgressState& state);

class Progress {
 public:
  // `quiet` prints nothing at all.
  Progress(std::FILE* out, bool quiet);

  void Update(const ProgressState& state, TimePoint now);
  // Prints a line of its own, above the bar.
  void Note(const std::string& line);
  // Draws the last state and leaves the cursor on a new line.
  void Finish(const ProgressState& state, TimePoint now);
  // As of the last Update: since the first result of this session; 0: not known yet.
  double items_per_second() const { return rate_; }

 private:
  double Rate(const ProgressState& state, TimePoint now);
  void Draw(const ProgressState& state, TimePoint now);

  std::FILE* out_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  bool started_ = false;
  TimePoint first_{};
  std::uint64_t first_items_ = 0;
  double rate_ = 0;
  std::uint64_t items_at_start_ = 0;
  TimePoint last_draw_{};
  std::uint64_t last_items_ = 0;  // and second looks
};

}  // namespace prelabel
