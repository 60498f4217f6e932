#include "coordinator/scan/frame_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace prelabel {
namespace {

// Timestamps are rounded (to 1 ms in Matroska, where 16 and 17 ms alternate at 60 frames a second):
// only gaps that differ by more than that are another rate.
constexpr double kUneven = 1.5;

}  // namespace

std::vector<std::string> FrameNotes(const VideoIndex& index) {
  std::vector<std::string> notes;
  const auto count = static_cast<std::int64_t>(index.frames.size());
  if (index.header_frames > 0 && index.header_frames != count) {
    std::string note = fmt::format("the container's header claims {} frames; {} are there",
                                   index.header_frames, count);
    if (index.header_frames == count + index.edited_out) {
      note += fmt::format(": its edit list hides {}, as in players", index.edited_out);
    } else if (index.header_frames > count) {
      note += ": the recording was cut off, the copy is incomplete, or frames were dropped";
    }
    notes.push_back(std::move(note));
  }
  if (index.by_count || count < 3) return notes;  // times that are made up say nothing
  double shortest = std::numeric_limits<double>::infinity();
  double longest = 0;
  for (std::size_t i = 1; i < index.frames.size(); ++i) {
    const auto ticks = static_cast<double>(index.frames[i].pts - index.frames[i - 1].pts);
    shortest = std::min(shortest, ticks);
    longest = std::max(longest, ticks);
  }
  if (longest > kUneven * shortest) {
    const double tick = 1000.0 * index.time_base_num / index.time_base_den;
    notes.push_back(fmt::format(
        "its frame rate varies ({:.0f} to {:.0f} ms from frame to frame): labels number "
        "frames as they come, tools that number by time will differ",
        shortest * tick, longest * tick));
  }
  return notes;
}

}  // namespace prelabel
