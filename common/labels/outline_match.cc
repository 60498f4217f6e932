#include "common/labels/outline_match.h"

#include <algorithm>
#include <cmath>

#include "common/labels/outline_alignment.h"

namespace prelabel {
namespace {

// Of the length: two points left over at one place become one step.
constexpr double kOneStep = 1e-9;

double Fraction(double value) {
  const double fraction = value - std::floor(value);
  return fraction < 1 ? fraction : 0;
}

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
  const Alignment alignment = AlignOutlines(from, to);
  direction_ = alignment.direction;
  const std::vector<double>& a = from.places();
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
