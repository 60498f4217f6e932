#include "common/labels/interpolation_trust.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

constexpr double kGuessedLoss = 0.2;

double Center(float low, float high) { return (static_cast<double>(low) + high) / 2; }

// t (g - t): see the header.
double Sag(std::int64_t from, std::int64_t frame, std::int64_t to) {
  return static_cast<double>(frame - from) * static_cast<double>(to - frame);
}

double GuessedRate(const Keyframe& from, const Keyframe& to) {
  const double dx = Center(to.box.x1, to.box.x2) - Center(from.box.x1, from.box.x2);
  const double dy = Center(to.box.y1, to.box.y2) - Center(from.box.y1, from.box.y2);
  const double size = std::sqrt(std::max<double>(from.box.Area(), 1));
  const double loss = kGuessedLoss * std::min(1.0, std::hypot(dx, dy) / size);
  const auto gap = static_cast<double>(to.frame - from.frame);
  return loss * 4 / (gap * gap);
}

}  // namespace

double GapTrust::ExpectedIou(std::int64_t frame) const {
  return std::clamp(1 - rate * Sag(from, frame, to), 0.0, 1.0);
}

double HoldOutIou(std::span<const Keyframe> keyframes, std::size_t index) {
  const Keyframe& from = keyframes[index - 1];
  const Keyframe& to = keyframes[index + 1];
  const double part = static_cast<double>(keyframes[index].frame - from.frame) /
                      static_cast<double>(to.frame - from.frame);
  return Iou(BoxBetween(from.box, to.box, part), keyframes[index].box);
}

void LowerScoresBetween(std::span<const Keyframe> keyframes, std::span<TrackPoint> points) {
  const std::vector<GapTrust> gaps = TrustGaps(keyframes);
  std::size_t gap = 0;
  for (TrackPoint& point : points) {
    if (point.source != LabelSource::kInterpolated) continue;
    while (gap < gaps.size() && gaps[gap].to <= point.frame) ++gap;
    if (gap == gaps.size()) return;
    point.score *= static_cast<float>(gaps[gap].ExpectedIou(point.frame));
  }
}

std::vector<GapTrust> TrustGaps(std::span<const Keyframe> keyframes) {
  std::vector<GapTrust> gaps;
  if (keyframes.size() < 2) return gaps;
  gaps.reserve(keyframes.size() - 1);
  // Around each inner keyframe; negative where it is unknown.
  double before = -1;
  for (std::size_t i = 0; i + 1 < keyframes.size(); ++i) {
    double after = -1;
    if (i + 2 < keyframes.size()) {
      after = (1 - HoldOutIou(keyframes, i + 1)) /
              Sag(keyframes[i].frame, keyframes[i + 1].frame, keyframes[i + 2].frame);
    }
    GapTrust gap{keyframes[i].frame, keyframes[i + 1].frame, 0, before >= 0 || after >= 0};
    if (!gap.measured) {
      gap.rate = GuessedRate(keyframes[i], keyframes[i + 1]);
    } else if (before >= 0 && after >= 0) {
      gap.rate = (before + after) / 2;
    } else {
      gap.rate = std::max(before, after);
    }
    gaps.push_back(gap);
    before = after;
  }
  return gaps;
}

}  // namespace prelabel
