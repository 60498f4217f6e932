// The course of a box between two keyframes. Pure values; thread-safe.
#pragma once

#include <array>

#include "common/geometry/box.h"
#include "common/labels/motion.h"

namespace prelabel {

// A box at a keyframe's neighbor, `frames` > 0 away from that keyframe.
struct BoxNeighbor {
  double frames = 0;
  Box box;
};

class BoxMotion {
 public:
  // Straight: each corner moves linearly, as in CVAT.
  BoxMotion(const Box& from, const Box& to);
  // Cubic over `frames` > 0 frames: center and size move, so that width and height stay between
  // those of both keyframes. Neighbors may be null; with none it is straight.
  BoxMotion(const BoxNeighbor* before, const Box& from, const Box& to, const BoxNeighbor* after,
            double frames);

  // `part` in [0, 1].
  Box At(double part) const;

 private:
  bool centered_ = false;
  std::array<Motion, 4> motions_;  // x1, y1, x2, y2; centered: center x, y, width, height
};

}  // namespace prelabel
