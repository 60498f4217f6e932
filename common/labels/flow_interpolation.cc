#include "common/labels/flow_interpolation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "common/labels/interpolation.h"
#include "common/labels/step_bridge.h"

namespace prelabel {
namespace {

// How much an object's velocity changes within a frame, of its size (the root of its area): half a
// pixel of a pedestrian 50 pixels large.
constexpr double kUsualAcceleration = 0.01;
// The stiffness of step_bridge.h, at most: with steps that are off by more than about three times
// that much the path is smoothed no further. Between 5 and 20 the mean IoU on PETS 2009 hardly
// depends on it.
constexpr double kMostStiffness = 10;
constexpr double kLeastStiffness = 0.01;
constexpr double kSizeStiffness = 10;  // times as much: sizes change more slowly than positions
// What a good step is off, of the box's size: 1 to 3 pixels of a pedestrian.
// Misses of more than that are worth less and less.
constexpr double kUsualMiss = 0.05;
// A walk that ends as far from the other keyframe as the box is large lost the object on the way,
// and half of its trust.
constexpr double kUsualDrift = 1;
constexpr int kRounds = 5;  // more hardly change anything

struct Center {
  double x = 0;
  double y = 0;
};

Center CenterOf(const Box& box) {
  return {(static_cast<double>(box.x1) + box.x2) / 2, (static_cast<double>(box.y1) + box.y2) / 2};
}

Box Around(const Center& center, double width, double height) {
  return {static_cast<float>(center.x - width / 2), static_cast<float>(center.y - height / 2),
          static_cast<float>(center.x + width / 2), static_cast<float>(center.y + height / 2)};
}

// What was seen of one step between neighboring frames, forwards in time and less the straight
// line's step.
struct Seen {
  std::size_t step = 0;
  double dx = 0;
  double dy = 0;
  double growth = 0;  // logarithm of the scale, less that of the straight line's
  double trust = 0;
};

// A gap between two keyframes; positions are offsets from the straight line between them.
class Gap {
 public:
  Gap(const Keyframe& from, const Keyframe& to)
      : from_(from), to_(to), steps_(static_cast<std::size_t>(to.frame - from.frame)) {
    const Center a = CenterOf(from.box);
    const Center b = CenterOf(to.box);
    step_ = {(b.x - a.x) / static_cast<double>(steps_), (b.y - a.y) / static_cast<double>(steps_)};
    const double area = std::max<double>(from.box.Area(), to.box.Area());
    unit_ = std::max(1.0, std::sqrt(area));
  }

  // Follows what is seen from one keyframe on to the other.
  Result<void> Follow(MotionEstimator& motion, bool forwards) {
    double x = 0;
    double y = 0;
    const double sign = forwards ? 1 : -1;
    const std::size_t begin = seen_.size();
    for (std::size_t i = 0; i < steps_; ++i) {
      const std::size_t at = forwards ? i : steps_ - i;
      const std::int64_t frame = from_.frame + static_cast<std::int64_t>(at);
      const Box box = BoxAt(at, x, y, 0);
      Result<Displacement> moved = motion.Between(frame, forwards ? frame + 1 : frame - 1, box);
      if (moved.has_error()) {
        if (moved.error().code != ErrorCode::kDataLoss) return std::move(moved).error();
        continue;
      }
      const Displacement& d = moved.value();
      if (!(d.trust > 0) || !(d.scale > 0) || !std::isfinite(d.dx + d.dy + d.scale)) continue;
      Seen seen{.step = forwards ? at : at - 1,
                .dx = sign * d.dx - step_.x,
                .dy = sign * d.dy - step_.y,
                .growth = sign * std::log(static_cast<double>(d.scale)) - Growth(at, forwards),
                .trust = std::min(1.0F, d.trust)};
      x += sign * seen.dx;
      y += sign * seen.dy;
      seen_.push_back(seen);
    }
    const double drift = std::hypot(x, y) / (kUsualDrift * unit_);
    for (std::size_t i = begin; i < seen_.size(); ++i) seen_[i].trust /= 1 + drift * drift;
    return Ok();
  }

  bool NothingSeen() const { return seen_.empty(); }

  // The boxes between the keyframes. Iteratively reweighted least squares with Cauchy's weights
  // (Holland and Welsch, "Robust Regression Using Iteratively Reweighted Least-Squares", 1977); how
  // far steps are off on the average says how much smoother the path is than they are.
  std::vector<Box> Boxes() const {
    std::vector<double> weights;
    for (const Seen& seen : seen_) weights.push_back(seen.trust);
    double stiffness = kMostStiffness;
    std::vector<double> x = Bridge(weights, stiffness, &Seen::dx);
    std::vector<double> y = Bridge(weights, stiffness, &Seen::dy);
    for (int round = 1; round < kRounds; ++round) {
      double squares = 0;
      double total = 0;
      for (std::size_t i = 0; i < seen_.size(); ++i) {
        const Seen& seen = seen_[i];
        const double miss = std::hypot(x[seen.step + 1] - x[seen.step] - seen.dx,
                                       y[seen.step + 1] - y[seen.step] - seen.dy) /
                            unit_;
        weights[i] = seen.trust / (1 + miss * miss / (kUsualMiss * kUsualMiss));
        squares += weights[i] * miss * miss / 2;  // of two coordinates
        total += weights[i];
      }
      if (total > 0) {
        stiffness = std::clamp(squares / total / (kUsualAcceleration * kUsualAcceleration),
                               kLeastStiffness, kMostStiffness);
      }
      x = Bridge(weights, stiffness, &Seen::dx);
      y = Bridge(weights, stiffness, &Seen::dy);
    }
    const std::vector<double> growth = Bridge(weights, kSizeStiffness * stiffness, &Seen::growth);
    std::vector<Box> boxes;
    for (std::size_t i = 1; i < steps_; ++i) boxes.push_back(BoxAt(i, x[i], y[i], growth[i]));
    return boxes;
  }

 private:
  // The logarithm of what the size grows by in this step of linear interpolation, forwards.
  double Growth(std::size_t at, bool forwards) const {
    const std::size_t step = forwards ? at : at - 1;
    const auto size = [this](std::size_t i) { return std::sqrt(BoxAt(i, 0, 0, 0).Area()); };
    const double before = size(step);
    const double after = size(step + 1);
    return before > 0 && after > 0 ? std::log(after / before) : 0;
  }

  // The box of linear interpolation, moved by (x, y) and grown by a factor of e^growth.
  Box BoxAt(std::size_t i, double x, double y, double growth) const {
    const double part = static_cast<double>(i) / static_cast<double>(steps_);
    const Center start = CenterOf(from_.box);
    const double scale = std::exp(growth);
    const auto between = [part](double a, double b) { return a + (b - a) * part; };
    return Around({start.x + static_cast<double>(i) * step_.x + x,
                   start.y + static_cast<double>(i) * step_.y + y},
                  scale * between(from_.box.Width(), to_.box.Width()),
                  scale * between(from_.box.Height(), to_.box.Height()));
  }

  // All that was seen of a step is one step of their mean.
  std::vector<double> Bridge(const std::vector<double>& weights, double stiffness,
                             double Seen::*member) const {
    std::vector<double> sums(steps_);
    std::vector<double> totals(steps_);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      sums[seen_[i].step] += weights[i] * (seen_[i].*member);
      totals[seen_[i].step] += weights[i];
    }
    for (std::size_t t = 0; t < steps_; ++t) {
      if (totals[t] > 0) sums[t] /= totals[t];
    }
    return BridgeSteps(sums, totals, stiffness);
  }

  Keyframe from_;
  Keyframe to_;
  std::size_t steps_;
  Center step_;      // of the straight line
  double unit_ = 1;  // the larger keyframe's size, pixels
  std::vector<Seen> seen_;
};

}  // namespace

Result<std::vector<TrackPoint>> FlowInterpolate(std::span<const Keyframe> keyframes,
                                                MotionEstimator& motion) {
  std::vector<TrackPoint> points = Interpolate(keyframes, InterpolationMethod::kLinear);
  std::size_t at = 0;  // of the earlier keyframe's point
  for (std::size_t i = 1; i < keyframes.size(); ++i) {
    const Keyframe& from = keyframes[i - 1];
    const Keyframe& to = keyframes[i];
    if (to.frame - from.frame > 1) {
      Gap gap(from, to);
      PRELABEL_TRY(gap.Follow(motion, true));
      PRELABEL_TRY(gap.Follow(motion, false));
      if (!gap.NothingSeen()) {
        std::size_t point = at;
        for (const Box& box : gap.Boxes()) points[++point].box = box;
      }
    }
    at += static_cast<std::size_t>(to.frame - from.frame);
  }
  return points;
}

}  // namespace prelabel
