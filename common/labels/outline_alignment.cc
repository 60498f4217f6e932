#include "common/labels/outline_alignment.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

// Enough to see the form of a polygon, and to see which beginnings are worth a closer look.
constexpr std::size_t kSamples = 128;
constexpr std::size_t kCoarseStep = 4;
constexpr std::size_t kFinalists = 16;
// Beyond these, only some of the points are tried as beginnings.
constexpr std::size_t kMostBeginnings = 1024;
// What turns between keyframes is an object that turns. Beyond half a quarter, the most common
// polygons, quadrilaterals, look more like themselves turned the other way; and of forms that look
// like themselves after small turns, the one that turns least is meant.
constexpr double kFreeTurn = std::numbers::pi / 4;
constexpr double kTurnWeight = 0.1;

class Aligner {
 public:
  Aligner(const Outline& from, const Outline& to)
      : from_(from),
        to_(to),
        to_center_(to.Centroid()),
        whole_(static_cast<double>(from.closed() ? kSamples : kSamples - 1)) {
    const Position center = from.Centroid();
    for (std::size_t i = 0; i < kSamples; ++i) {
      const Position a = from.At(static_cast<double>(i) / whole_);
      samples_.push_back({a.x - center.x, a.y - center.y});
    }
  }

  Alignment Best() const {
    const std::vector<Alignment> candidates = Candidates();
    std::vector<std::pair<double, std::size_t>> costs;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      costs.emplace_back(Cost(candidates[i], kCoarseStep), i);
    }
    const std::size_t finalists = std::min(kFinalists, costs.size());
    std::partial_sort(costs.begin(), costs.begin() + static_cast<std::ptrdiff_t>(finalists),
                      costs.end());
    costs.resize(finalists);
    for (auto& [cost, i] : costs) cost = Cost(candidates[i], 1);
    return candidates[std::min_element(costs.begin(), costs.end())->second];
  }

 private:
  std::vector<Alignment> Candidates() const {
    if (!from_.closed()) return {{0, 1}, {1, -1}};
    std::vector<Alignment> candidates;
    const auto add = [&](double from_place, double to_place) {
      candidates.push_back({to_place - from_place, 1});
      if (from_.flat() || to_.flat()) candidates.push_back({to_place + from_place, -1});
    };
    const std::vector<double>& a = from_.places();
    const std::vector<double>& b = to_.places();
    if (a.size() * b.size() <= kMostBeginnings) {
      for (const double from_place : a) {
        for (const double to_place : b) add(from_place, to_place);
      }
      return candidates;
    }
    // Either's first point on any of the other's.
    const std::size_t stride = (a.size() + b.size()) / kMostBeginnings + 1;
    for (std::size_t i = 0; i < b.size(); i += stride) add(a[0], b[i]);
    for (std::size_t i = 0; i < a.size(); i += stride) add(a[i], b[0]);
    return candidates;
  }

  // Up to what all alignments share, the sum of the centered samples' squared distances after the
  // turn that makes it least; turns beyond kFreeTurn count, and smaller ones a little. With complex
  // numbers that is |b|² − 2 Re(⟨a, b⟩ · turn) (D. G. Kendall, "Shape manifolds, procrustean
  // metrics, and complex projective spaces", Bull. London Math. Soc. 16, 1984).
  double Cost(const Alignment& alignment, std::size_t step) const {
    double squares = 0;
    double along = 0;
    double across = 0;
    for (std::size_t i = 0; i < kSamples; i += step) {
      const double part = static_cast<double>(i) / whole_;
      const Position b = to_.At(alignment.begin + alignment.direction * part);
      const double x = b.x - to_center_.x;
      const double y = b.y - to_center_.y;
      squares += x * x + y * y;
      along += samples_[i].x * x + samples_[i].y * y;
      across += samples_[i].x * y - samples_[i].y * x;
    }
    if (!from_.closed()) return squares - 2 * along;
    const double turn = std::abs(std::atan2(across, along));
    const double free = std::cos(std::max(0.0, turn - kFreeTurn));
    const double share = (1 - kTurnWeight) * free + kTurnWeight * std::cos(turn);
    return squares - 2 * std::hypot(along, across) * share;
  }

  const Outline& from_;
  const Outline& to_;
  Position to_center_;
  double whole_ = 1;               // samples on the whole length
  std::vector<Position> samples_;  // of `from`, centered
};

}  // namespace

Alignment AlignOutlines(const Outline& from, const Outline& to) { return Aligner(from, to).Best(); }

}  // namespace prelabel
