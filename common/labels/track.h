// Tracks over one video, keyed by frame index (0-based, presentation order).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/geometry/box.h"
#include "common/labels/appearance.h"
#include "common/labels/prediction.h"

namespace prelabel {

enum class LabelSource : std::uint8_t {
  kModel,
  kInterpolated,
  kHuman  // a person drew it in this frame
};

// A position that something looked at: a model's detection or a human's box.
struct Keyframe {
  std::int64_t frame = 0;
  Box box;
  float score = 0;
  friend bool operator==(const Keyframe&, const Keyframe&) = default;
};

// One object through time. Keyframes ascend by frame, at most one a frame.
struct Track {
  std::uint32_t id = 0;  // from 1, by first frame and then by the order of detections
  std::uint16_t class_id = 0;
  std::vector<Keyframe> keyframes;
  friend bool operator==(const Track&, const Track&) = default;
};

// The detections of one frame that a model looked at.
struct FrameDetections {
  std::int64_t frame = 0;
  std::vector<Prediction> predictions;
  // Descriptors (appearance.h): rows of the first predictions, the others' being unknown, and the
  // whole frame's; both may be empty.
  std::vector<std::uint8_t> appearance{};
  std::vector<std::uint8_t> scene{};

  AppearanceView AppearanceOf(std::size_t index) const {
    if ((index + 1) * kAppearanceSize > appearance.size()) return {};
    return AppearanceView(appearance).subspan(index * kAppearanceSize, kAppearanceSize);
  }
};

// A position of a track in one frame, observed or filled in.
struct TrackPoint {
  std::int64_t frame = 0;
  Box box;
  float score = 0;
  LabelSource source = LabelSource::kModel;
  friend bool operator==(const TrackPoint&, const TrackPoint&) = default;
};

}  // namespace prelabel
