#include "common/labels/outline_match.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace prelabel {
namespace {

// Enough to see the form of a polygon; points and not samples become one another.
constexpr int kSamples = 128;
// Beyond these, only some of the points are tried as beginnings.
constexpr std::size_t kMostBeginnings = 1024;
// Of the length: two points left over at one place become one step.
constexpr double kOneStep = 1e-9;

// What turns between keyframes is an object that turns. Beyond half a quarter, the most common
// polygons, quadrilaterals, look more like themselves turned the other way; and of forms that look
// like themselves after small turns, the one that turns least is meant.
constexpr double kFreeTurn = std::numbers::pi / 4;
constexpr double kTurnWeight = 0.1;

double Fraction(double value) {
  const double fraction = value - std::floor(value);
  return fraction < 1 ? fraction : 0;
}

// Place 0 of `from` lies on place `begin` of `to`.
struct Alignment {
  double begin = 0;
  double direction = 1;
};

class Aligner {
 public:
  Aligner(const Outline& from, const Outline& to)
      : from_(from),
        to_(to),
        to_center_(to.Centroid()),
        steps_(from.closed() ? kSamples : kSamples - 1) {
    const Position center = from.Centroid();
    for (int i = 0; i < kSamples; ++i) {
      const Position a = from.At(i / steps_);
      samples_.push_back({a.x - center.x, a.y - center.y});
    }
  }

  Alignment Best() {
    if (!from_.closed()) {
      Try({0, 1});
      Try({1, -1});
      return best_;
    }
    const std::size_t n = from_.places().size();
    const std::size_t m = to_.places().size();
    if (n * m <= kMostBeginnings) {
      for (const double a : from_.places()) {
        for (const double b : to_.places()) TryBoth(a, b);
      }
      return best_;
    }
    // Either's first point on any of the other's.
    const std::size_t stride = (n + m) / kMostBeginnings + 1;
    for (std::size_t i = 0; i < m; i += stride) TryBoth(from_.places()[0], to_.places()[i]);
    for (std::size_t i = 0; i < n; i += stride) TryBoth(from_.places()[i], to_.places()[0]);
    return best_;
  }

 private:
  void TryBoth(double from_place, double to_place) {
    Try({to_place - from_place, 1});
    if (from_.flat() || to_.flat()) Try({to_place + from_place, -1});
  }

  // Least squares of the centered samples' distances after the turn that makes them least; turns
  // beyond kFreeTurn count, and smaller ones a little. With complex numbers, this is |a|² + |b|² −
  // 2 Re(⟨a, b⟩ · turn) (procrustes analysis; D. G. Kendall, "Shape manifolds, procrustean metrics,
  // and complex projective spaces", Bull. London Math. Soc. 16, 1984).
  void Try(const Alignment& alignment) {
    double squares = 0;
    double along = 0;
    double across = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const double part = static_cast<double>(i) / steps_;
      const Position b = to_.At(alignment.begin + alignment.direction * part);
      const double x = b.x - to_center_.x;
      const double y = b.y - to_center_.y;
      squares += x * x + y * y;
      along += samples_[i].x * x + samples_[i].y * y;
      across += samples_[i].x * y - samples_[i].y * x;
    }
    const double turn = std::abs(std::atan2(across, along));
    const double free = std::cos(std::max(0.0, turn - kFreeTurn));
    const double product =
        from_.closed()
            ? std::hypot(along, across) * ((1 - kTurnWeight) * free + kTurnWeight * std::cos(turn))
            : along;
    const double cost = squares - 2 * product;
    if (cost < least_) {
      least_ = cost;
      best_ = alignment;
    }
  }

  const Outline& from_;
  const Outline& to_;
  Position to_center_;
  double steps_ = 1;
  std::vector<Position> samples_;  // of `from`, centered
  double least_ = std::numeric_limits<double>::infinity();
  Alignment best_;
};

double Apart(double a, double b, bool closed) {
  const double apart = std::abs(a - b);
  return closed ? std::min(apart, 1 - apart) : apart;
}

// The closest of ascending places; around the end where closed.
std::size_t Nearest(const std::vector<double>& places, double along, bool closed) {
  const std::size_t n = places.size();
  const auto after = static_cast<std::size_t>(
      std::lower_bound(places.begin(), places.end(), along) - places.begin());
  const std::size_t left = (after + n - 1) % n;
  const std::size_t right = after % n;
  return Apart(places[left], along, closed) <= Apart(places[right], along, closed) ? left : right;
}

// Indexes of ascending places that become one another.
struct Pair {
  std::size_t a = 0;
  std::size_t b = 0;
};

// Those that are each other's nearest; the closest of them first, the others in a's order behind
// it.
std::vector<Pair> MutualNearest(const std::vector<double>& a, const std::vector<double>& b,
                                bool closed) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t j = Nearest(b, a[i], closed);
    if (Nearest(a, b[j], closed) == i) pairs.push_back({i, j});
  }
  if (pairs.empty()) pairs.push_back({0, 0});  // ties can leave none
  const auto closest =
      std::min_element(pairs.begin(), pairs.end(), [&](const Pair& x, const Pair& y) {
        return Apart(a[x.a], b[x.b], closed) < Apart(a[y.a], b[y.b], closed);
      });
  std::rotate(pairs.begin(), closest, pairs.end());
  return pairs;
}

// The ends become the ends, whatever is nearest to them.
std::vector<Pair> MatchOpen(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<Pair> inner = MutualNearest(a, b, false);
  std::sort(inner.begin(), inner.end(), [](const Pair& x, const Pair& y) { return x.a < y.a; });
  std::vector<Pair> pairs = {{0, 0}};
  for (const Pair& pair : inner) {
    const bool end = pair.a == 0 || pair.b == 0 || pair.a + 1 == a.size() || pair.b + 1 == b.size();
    if (!end) pairs.push_back(pair);
  }
  pairs.push_back({a.size() - 1, b.size() - 1});
  return pairs;
}

// How far the points lie behind the one at `start`, in order; the end of the round is 1.
std::vector<double> AlongFrom(const std::vector<double>& places, std::size_t start, bool closed) {
  if (!closed) return places;
  std::vector<double> along = {0};
  for (std::size_t i = 1; i < places.size(); ++i) {
    along.push_back(Fraction(places[(start + i) % places.size()] - places[start]));
  }
  along.push_back(1);
  return along;
}

}  // namespace

OutlineMatch::OutlineMatch(const Outline& from, const Outline& to) : closed_(from.closed()) {
  const Alignment alignment = Aligner(from, to).Best();
  direction_ = alignment.direction;
  const std::vector<double> a = from.places();
  std::vector<double> b;
  for (const double place : to.places()) {
    const double along = direction_ * (place - alignment.begin);
    b.push_back(closed_ ? Fraction(along) : along);
  }
  std::sort(b.begin(), b.end());
  const std::vector<Pair> pairs = closed_ ? MutualNearest(a, b, closed_) : MatchOpen(a, b);
  const Pair& first = pairs.front();
  from_ = a[first.a];
  to_ = alignment.begin + direction_ * b[first.b];
  const std::vector<double> from_along = AlongFrom(a, first.a, closed_);
  const std::vector<double> to_along = AlongFrom(b, first.b, closed_);

  std::vector<Rank> ranks = {{0, 0}};
  for (const Pair& pair : pairs) {
    const Rank rank{(pair.a + a.size() - first.a) % a.size(),
                    (pair.b + b.size() - first.b) % b.size()};
    // Where points are equally near, pairs can cross.
    if (rank.from > ranks.back().from && rank.to > ranks.back().to) ranks.push_back(rank);
  }
  if (closed_) ranks.push_back({a.size(), b.size()});
  for (std::size_t i = 0; i + 1 < ranks.size(); ++i) {
    AddSteps(from_along, to_along, ranks[i], ranks[i + 1]);
  }
  if (!closed_) steps_.push_back({1, 1});
}

// The pair `first` and the points of both outlines before the pair `end`, in order.
void OutlineMatch::AddSteps(const std::vector<double>& from, const std::vector<double>& to,
                            Rank first, Rank end) {
  const Step start{from[first.from], to[first.to]};
  const double from_length = from[end.from] - start.from;
  const double to_length = to[end.to] - start.to;
  steps_.push_back(start);
  std::size_t i = first.from + 1;
  std::size_t j = first.to + 1;
  while (i < end.from || j < end.to) {
    // Parts of the way to `end`, where both are at 1.
    const double from_part = i < end.from ? (from[i] - start.from) / from_length : 2;
    const double to_part = j < end.to ? (to[j] - start.to) / to_length : 2;
    if (std::abs(from_part - to_part) <= kOneStep) {
      steps_.push_back({from[i++], to[j++]});
    } else if (from_part < to_part) {
      steps_.push_back({from[i++], start.to + from_part * to_length});
    } else {
      steps_.push_back({start.from + to_part * from_length, to[j++]});
    }
  }
}

double OutlineMatch::Map(double along, double Step::*in, double Step::*out) const {
  const auto next = std::upper_bound(steps_.begin(), steps_.end(), along,
                                     [&](double at, const Step& step) { return at < step.*in; });
  const Step start = next == steps_.begin() ? Step{} : *(next - 1);
  const Step end = next == steps_.end() ? Step{1, 1} : *next;
  const double length = end.*in - start.*in;
  if (!(length > 0)) return start.*out;
  return start.*out + (end.*out - start.*out) * ((along - start.*in) / length);
}

double OutlineMatch::Forward(double from_place) const {
  const double along = from_place - from_;
  return to_ + direction_ * Map(closed_ ? Fraction(along) : along, &Step::from, &Step::to);
}

double OutlineMatch::Backward(double to_place) const {
  const double along = direction_ * (to_place - to_);
  return from_ + Map(closed_ ? Fraction(along) : along, &Step::to, &Step::from);
}

}  // namespace prelabel
