#include "common/labels/box_motion.h"

#include <cstddef>

namespace prelabel {
namespace {

// Center x, y, width, height.
std::array<double, 4> CenterAndSize(const Box& box) {
  const double x1 = box.x1;
  const double y1 = box.y1;
  return {(x1 + box.x2) / 2, (y1 + box.y2) / 2, box.x2 - x1, box.y2 - y1};
}

}  // namespace

BoxMotion::BoxMotion(const Box& from, const Box& to)
    : motions_{Motion(from.x1, to.x1), Motion(from.y1, to.y1), Motion(from.x2, to.x2),
               Motion(from.y2, to.y2)} {}

BoxMotion::BoxMotion(const BoxNeighbor* before, const Box& from, const Box& to,
                     const BoxNeighbor* after, double frames)
    : BoxMotion(from, to) {
  if (before == nullptr && after == nullptr) return;
  centered_ = true;
  const auto here = CenterAndSize(from);
  const auto there = CenterAndSize(to);
  const auto earlier = before != nullptr ? CenterAndSize(before->box) : here;
  const auto later = after != nullptr ? CenterAndSize(after->box) : there;
  for (std::size_t i = 0; i < motions_.size(); ++i) {
    const Neighbor left{before != nullptr ? before->frames : 0, earlier[i]};
    const Neighbor right{after != nullptr ? after->frames : 0, later[i]};
    motions_[i] = Motion(before != nullptr ? &left : nullptr, here[i], there[i],
                         after != nullptr ? &right : nullptr, frames,
                         i < 2 ? Extrema::kAnywhere : Extrema::kAtKeyframes);
  }
}

Box BoxMotion::At(double part) const {
  const double a = motions_[0].At(part);
  const double b = motions_[1].At(part);
  double c = motions_[2].At(part);
  double d = motions_[3].At(part);
  if (!centered_) {
    return {static_cast<float>(a), static_cast<float>(b), static_cast<float>(c),
            static_cast<float>(d)};
  }
  c /= 2;
  d /= 2;
  return {static_cast<float>(a - c), static_cast<float>(b - d), static_cast<float>(a + c),
          static_cast<float>(b + d)};
}

}  // namespace prelabel
