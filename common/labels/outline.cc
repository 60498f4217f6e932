#include "common/labels/outline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <tuple>

namespace prelabel {
namespace {

// What rounding moves a place by.
constexpr double kSamePlace = 1e-12;

bool Less(const Point& a, const Point& b) { return std::tie(a.x, a.y) < std::tie(b.x, b.y); }

double Distance(const Point& a, const Point& b) {
  return std::hypot(static_cast<double>(b.x) - a.x, static_cast<double>(b.y) - a.y);
}

// Twice the area, positive along growing angles (the shoelace formula), and the length.
struct Extent {
  double area = 0;
  double length = 0;
};

Extent Measured(const std::vector<Point>& points) {
  Extent extent;
  const Point& origin = points.front();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& a = points[i];
    const Point& b = points[(i + 1) % points.size()];
    extent.area += (static_cast<double>(a.x) - origin.x) * (static_cast<double>(b.y) - origin.y) -
                   (static_cast<double>(b.x) - origin.x) * (static_cast<double>(a.y) - origin.y);
    extent.length += Distance(a, b);
  }
  return extent;
}

// Where the rotation that sorts first begins; linear (the two-pointer form of Booth,
// "Lexicographically least circular substrings", Inf. Process. Lett. 10, 1980).
std::size_t LeastRotation(const std::vector<Point>& points) {
  const std::size_t n = points.size();
  std::size_t i = 0;
  std::size_t j = 1;
  std::size_t same = 0;
  while (i < n && j < n && same < n) {
    const Point& a = points[(i + same) % n];
    const Point& b = points[(j + same) % n];
    if (a == b) {
      ++same;
      continue;
    }
    (Less(b, a) ? i : j) += same + 1;
    if (i == j) ++j;
    same = 0;
  }
  return std::min(i, j);
}

std::vector<Point> LeastRotated(std::vector<Point> points) {
  std::rotate(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(LeastRotation(points)),
              points.end());
  return points;
}

Position Between(const Point& a, const Point& b, double part) {
  return {a.x + (static_cast<double>(b.x) - a.x) * part,
          a.y + (static_cast<double>(b.y) - a.y) * part};
}

}  // namespace

Outline::Outline(std::span<const Point> points, bool closed) : closed_(closed) {
  std::unique_copy(points.begin(), points.end(), std::back_inserter(points_));
  if (closed_) {
    while (points_.size() > 1 && points_.back() == points_.front()) points_.pop_back();
    Canonicalize();
  } else if (points_.size() == 1) {
    points_.push_back(points_.front());
  }
  Measure();
  if (!closed_) return;
  const auto first = std::find(points_.begin(), points_.end(), points.front());
  start_ = places_[static_cast<std::size_t>(first - points_.begin())];
}

void Outline::Canonicalize() {
  const Extent extent = Measured(points_);
  flat_ = std::abs(extent.area) <= 1e-9 * extent.length * extent.length;
  std::vector<Point> forward = LeastRotated(points_);
  std::vector<Point> backward = LeastRotated({points_.rbegin(), points_.rend()});
  reversed_ = flat_ ? std::lexicographical_compare(backward.begin(), backward.end(),
                                                   forward.begin(), forward.end(), Less)
                    : extent.area < 0;
  points_ = std::move(reversed_ ? backward : forward);
}

void Outline::Measure() {
  const std::size_t legs = closed_ ? points_.size() : points_.size() - 1;
  double length = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    places_.push_back(length);
    if (i < legs) length += Distance(points_[i], points_[(i + 1) % points_.size()]);
  }
  if (length > 0) {
    for (double& place : places_) place /= length;
  }
  if (!closed_) places_.back() = 1;
}

Position Outline::At(double place) const {
  if (closed_) place -= std::floor(place);
  const auto next = std::upper_bound(places_.begin(), places_.end(), place);
  const std::size_t i = next == places_.begin() ? 0 : next - places_.begin() - 1;
  const Point& from = points_[i];
  if (i + 1 == points_.size() && !closed_) return {from.x, from.y};
  const Point& to = points_[(i + 1) % points_.size()];
  const double end = i + 1 < places_.size() ? places_[i + 1] : 1;
  if (place - places_[i] <= kSamePlace) return {from.x, from.y};
  if (end - place <= kSamePlace) return {to.x, to.y};
  return Between(from, to, (place - places_[i]) / (end - places_[i]));
}

Position Outline::Centroid() const {
  Position sum;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (i + 1 == places_.size() && !closed_) break;
    const double end = i + 1 < places_.size() ? places_[i + 1] : 1;
    const Position middle = Between(points_[i], points_[(i + 1) % points_.size()], 0.5);
    sum.x += middle.x * (end - places_[i]);
    sum.y += middle.y * (end - places_[i]);
  }
  return sum;
}

}  // namespace prelabel
