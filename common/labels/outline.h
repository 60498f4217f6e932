// A polygon's or polyline's course by normalized arc length: a place is the part of the whole
// length that lies before it. Pure values; thread-safe.
#pragma once

#include <span>
#include <vector>

#include "common/labels/shape.h"

namespace prelabel {

struct Position {
  double x = 0;
  double y = 0;
};

// Points that repeat their predecessor are left out. A closed outline is put in an order that does
// not depend on where and in which direction it was drawn: along growing angles (in a frame whose y
// goes down: clockwise), from the point that is smallest by x and y.
class Outline {
 public:
  // At least one point.
  Outline(std::span<const Point> points, bool closed);

  bool closed() const { return closed_; }
  // Encloses next to nothing, so that its direction says nothing either.
  bool flat() const { return flat_; }
  // Of its points, ascending: in [0, 1) where closed; else from 0 to 1, at least two.
  const std::vector<double>& places() const { return places_; }

  // Of the first of the points that it was made from, and whether they run the other way.
  double start() const { return start_; }
  bool reversed() const { return reversed_; }

  // Any place where closed (they repeat after 1), else in [0, 1]. Exact at the outline's points.
  Position At(double place) const;

  // Of the line, not of what it encloses.
  Position Centroid() const;

 private:
  void Canonicalize();
  void Measure();

  bool closed_ = false;
  bool flat_ = false;
  bool reversed_ = false;
  double start_ = 0;
  std::vector<Point> points_;
  std::vector<double> places_;
};

}  // namespace prelabel
