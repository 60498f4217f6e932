// What labeling and checking labels costs in people's time. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "common/job/job_spec.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

// In videos people draw every tenth frame and let their tool fill in the rest, and that is what
// they check, too. (Linear interpolation between boxes ten frames apart has a mean IoU of 0.92 on
// PETS 2009 S2.L1.)
inline constexpr double kVideoShare = 0.1;

// How much there is to do; what people drew already does not count. Grows with Add, in any order.
struct WorkCounts {
  struct OfCategory {
    std::uint64_t labels = 0;        // in images
    std::uint64_t video_labels = 0;  // in frames of videos
    std::uint64_t images = 0;        // with a label
    std::uint64_t frames = 0;
    friend bool operator==(const OfCategory&, const OfCategory&) = default;
  };

  std::uint64_t images = 0;
  std::uint64_t frames = 0;              // of videos
  std::uint64_t quarantined_images = 0;  // of `images`
  std::uint64_t quarantined_frames = 0;
  std::vector<OfCategory> categories;

  explicit WorkCounts(std::size_t category_count = 0) : categories(category_count) {}
  void Add(const LabeledItem& item, SourceKind kind);
};

// Share of right labels from which checking proposed boxes is quicker than drawing without them.
// A right one saves seconds_per_box and costs a check; a wrong one costs a check and as much again
// to remove it (where it is an object in a bad box, drawing it anew costs what it would have cost
// by hand). p · box = check + (1 - p) · check, so p = 2 check / (box + check), at most 1. (Compare
// Konyushkova et al., "Learning intelligent dialogs for bounding box annotation", CVPR 2018: there
// p = check / box, since each wrong box is drawn anew.)
double BreakEven(const ReviewOptions& times);

}  // namespace prelabel
