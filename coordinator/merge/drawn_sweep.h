// The labels of a video whose keyframes a person drew, frame by frame. Memory is that of the tracks
// that are alive at a frame and of their shapes there. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/labels/shape_interpolation.h"
#include "common/labels/shape_trust.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

class DrawnSweep {
 public:
  // `video.drawn` is there. Video and class map outlive this.
  DrawnSweep(const SourceItems& video, const ClassMap& classes, InterpolationMethod method);

  // Fills `labels` with those of `frame`, in no particular order; frames ascend from call to call.
  // A keyframe has the score 1, what is between the IoU that is expected there (shape_trust.h).
  void LabelsAt(std::int64_t frame, std::vector<Label>& labels);

 private:
  struct Alive {
    std::uint32_t id = 0;
    int category = 0;
    std::vector<GapTrust> gaps;
    ShapeWalk walk;
    std::optional<ShapePoint> point;  // the next one; nothing at the end
  };

  std::vector<const ShapeTrack*> tracks_;  // ascending first keyframe
  const ClassMap& classes_;
  InterpolationMethod method_;
  std::int64_t frames_;
  std::size_t next_ = 0;
  std::vector<Alive> alive_;
};

}  // namespace prelabel
