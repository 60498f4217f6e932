// Expected values: by hand.
#include "common/labels/polygon_interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "common/labels/shape_interpolation.h"
#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

std::vector<Point> Between(const Shape& from, const Shape& to, double part) {
  const ShapeKeyframe first = MakeKeyframe(0, from);
  const ShapeKeyframe second = MakeKeyframe(10, to);
  return InterpolatePolygons({nullptr, &first, &second, nullptr})(part).points;
}

std::vector<Point> Moved(std::vector<Point> points, float x, float y) {
  for (Point& point : points) point = {point.x + x, point.y + y};
  return points;
}

double AreaOf(const std::vector<Point>& points) {
  double twice = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& a = points[i];
    const Point& b = points[(i + 1) % points.size()];
    twice += static_cast<double>(a.x) * b.y - static_cast<double>(b.x) * a.y;
  }
  return std::abs(twice) / 2;
}

double DistanceToLeg(const Point& p, const Point& a, const Point& b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double square = dx * dx + dy * dy;
  const double part =
      square > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - part * dx, p.y - a.y - part * dy);
}

// How far the points are from an outline at most.
double FarthestFrom(const std::vector<Point>& points, const std::vector<Point>& outline,
                    bool closed) {
  double farthest = 0;
  for (const Point& point : points) {
    double nearest = 1e9;
    for (std::size_t i = 0; i + (closed ? 0 : 1) < outline.size(); ++i) {
      nearest =
          std::min(nearest, DistanceToLeg(point, outline[i], outline[(i + 1) % outline.size()]));
    }
    farthest = std::max(farthest, nearest);
  }
  return farthest;
}

std::vector<Point> Square() { return {{0, 0}, {10, 0}, {10, 10}, {0, 10}}; }

TEST(InterpolatePolygons, AMovedSquareStaysASquare) {
  EXPECT_THAT(Between(MakePolygon(Square()), MakePolygon(Moved(Square(), 100, 40)), 0.25),
              ElementsAreArray(Moved(Square(), 25, 10)));
}

// In the order in which the first keyframe was drawn.
TEST(InterpolatePolygons, StartAndDirectionAreAligned) {
  std::vector<Point> to = Moved(Square(), 100, 40);
  std::rotate(to.begin(), to.begin() + 3, to.end());
  EXPECT_THAT(Between(MakePolygon(Square()), MakePolygon(to), 0.5),
              ElementsAreArray(Moved(Square(), 50, 20)));
  std::reverse(to.begin(), to.end());
  EXPECT_THAT(Between(MakePolygon(Square()), MakePolygon(to), 0.5),
              ElementsAreArray(Moved(Square(), 50, 20)));
  const std::vector<Point> backwards = {Square()[2], Square()[1], Square()[0], Square()[3]};
  EXPECT_THAT(Between(MakePolygon(backwards), MakePolygon(to), 0.5),
              ElementsAreArray(Moved(backwards, 50, 20)));
}

TEST(InterpolatePolygons, ADraggedCornerMovesAlone) {
  std::vector<Point> to = Square();
  to[2] = {14, 12};
  EXPECT_THAT(Between(MakePolygon(Square()), MakePolygon(to), 0.5),
              ElementsAre(Point{0, 0}, Point{10, 0}, Point{12, 11}, Point{0, 10}));
}

// Triangle with sides 12, 15 and 9. Its corners, at 0, 1/3 and 3/4 of its length, take the square's
// nearest, at 0, 1/4 and 3/4. The corner that is left over, at 1/2, comes out of the place half way
// between its neighbors': the middle of the long side, (6, 4.5).
TEST(InterpolatePolygons, ATriangleBecomesASquare) {
  const Shape triangle = MakePolygon({{0, 0}, {12, 0}, {0, 9}});
  const Shape square = MakePolygon({{0, 0}, {12, 0}, {12, 12}, {0, 12}});
  EXPECT_THAT(Between(triangle, square, 0.5),
              ElementsAre(Point{0, 0}, Point{12, 0}, Point{9, 8.25}, Point{0, 10.5}));
  EXPECT_THAT(Between(square, triangle, 0.5),
              ElementsAre(Point{0, 0}, Point{12, 0}, Point{9, 8.25}, Point{0, 10.5}));
}

TEST(InterpolatePolygons, TwoPointsThatAreOneChangeNothing) {
  std::vector<Point> doubled = {{0, 0}, {10, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}};
  EXPECT_THAT(Between(MakePolygon(doubled), MakePolygon(Moved(Square(), 10, 0)), 0.5),
              ElementsAreArray(Moved(Square(), 5, 0)));
}

TEST(InterpolatePolygons, AllPointsInOneSpotGrow) {
  const Shape spot = MakePolygon({{5, 5}, {5, 5}, {5, 5}});
  EXPECT_NEAR(AreaOf(Between(spot, MakePolygon(Square()), 0.5)), 25, 1e-4);
  EXPECT_NEAR(AreaOf(Between(MakePolygon(Square()), spot, 0.5)), 25, 1e-4);
  EXPECT_EQ(Between(MakePolygon(Square()), MakePolygon({}), 0.5), Square());
  EXPECT_TRUE(Between(MakePolygon({}), MakePolygon(Square()), 0.5).empty());
}

TEST(InterpolatePolygons, PolylinesMoveEndToEnd) {
  const Shape from = MakePoints(ShapeKind::kPolyline, {{0, 0}, {10, 0}});
  // Its middle point lies at 10 of 40, that is at (2.5, 0) of the other.
  const Shape to = MakePoints(ShapeKind::kPolyline, {{0, 20}, {10, 20}, {40, 20}});
  EXPECT_THAT(Between(from, to, 0.5), ElementsAre(Point{0, 10}, Point{6.25, 10}, Point{25, 10}));
}

TEST(InterpolatePolygons, APolylineDrawnBackwardsIsTurned) {
  const Shape from = MakePoints(ShapeKind::kPolyline, {{0, 0}, {10, 0}, {10, 10}});
  const Shape to = MakePoints(ShapeKind::kPolyline, {{14, 10}, {14, 0}, {4, 0}});
  EXPECT_THAT(Between(from, to, 0.5), ElementsAre(Point{2, 0}, Point{12, 0}, Point{12, 10}));
}

TEST(InterpolatePolygons, APolylineInOneSpotGrows) {
  const Shape spot = MakePoints(ShapeKind::kPolyline, {{0, 0}, {0, 0}});
  const Shape line = MakePoints(ShapeKind::kPolyline, {{0, 0}, {8, 0}, {8, 8}});
  EXPECT_THAT(Between(spot, line, 0.5), ElementsAre(Point{0, 0}, Point{4, 0}, Point{4, 4}));
}

// Star-shaped about (0, 0), so that it does not cross itself.
std::vector<Point> AnyPolygon(std::mt19937& random) {
  std::uniform_real_distribution<double> unit(0, 1);
  const int n = 3 + static_cast<int>(random() % 12);
  std::vector<Point> points;
  for (int i = 0; i < n; ++i) {
    const double angle = (i + 0.8 * unit(random)) * 2 * std::numbers::pi / n;
    const double radius = 20 + 30 * unit(random);
    points.push_back({static_cast<float>(radius * std::cos(angle)),
                      static_cast<float>(radius * std::sin(angle))});
  }
  return points;
}

TEST(InterpolatePolygons, BeginsAndEndsWithTheKeyframesOwnOutlines) {
  std::mt19937 random(31);
  for (int round = 0; round < 400; ++round) {
    const bool closed = round % 2 == 0;
    const ShapeKind kind = closed ? ShapeKind::kPolygon : ShapeKind::kPolyline;
    const Shape from = MakePoints(kind, AnyPolygon(random));
    const Shape to = MakePoints(kind, Moved(AnyPolygon(random), 60, 10));
    const auto first = Between(from, to, 0);
    const auto last = Between(from, to, 1);
    ASSERT_LT(FarthestFrom(first, from.points, closed), 1e-4) << round;
    ASSERT_LT(FarthestFrom(last, to.points, closed), 1e-4) << round;
    // And none of their corners is cut.
    for (const Point& corner : from.points) {
      ASSERT_TRUE(std::find(first.begin(), first.end(), corner) != first.end()) << round;
    }
    for (const Point& corner : to.points) {
      ASSERT_TRUE(std::find(last.begin(), last.end(), corner) != last.end()) << round;
    }
    ASSERT_LE(first.size(), from.points.size() + to.points.size());
    ASSERT_EQ(first.front(), from.points.front()) << round;
  }
}

// From its smallest point on, along growing angles.
std::vector<Point> Sorted(std::vector<Point> points) {
  double twice = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& a = points[i];
    const Point& b = points[(i + 1) % points.size()];
    twice += static_cast<double>(a.x) * b.y - static_cast<double>(b.x) * a.y;
  }
  if (twice < 0) std::reverse(points.begin(), points.end());
  const auto least = std::min_element(
      points.begin(), points.end(),
      [](const auto& a, const auto& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  std::rotate(points.begin(), least, points.end());
  return points;
}

TEST(InterpolatePolygons, DoNotDependOnStartAndDirection) {
  std::mt19937 random(32);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::vector<Point>> drawn;
    drawn.reserve(4);
    for (int i = 0; i < 4; ++i) drawn.push_back(Moved(AnyPolygon(random), 15.F * i, 4.F * i * i));
    std::vector<std::vector<Point>> other = drawn;
    for (std::vector<Point>& points : other) {
      std::rotate(points.begin(), points.begin() + random() % points.size(), points.end());
      if (random() % 2 == 0) std::reverse(points.begin(), points.end());
    }
    const auto middle = [](const std::vector<std::vector<Point>>& polygons,
                           ShapeInterpolation method) {
      ShapeTrack track;
      for (std::size_t i = 0; i < polygons.size(); ++i) {
        track.keyframes.push_back(
            MakeKeyframe(static_cast<std::int64_t>(8 * i), MakePolygon(polygons[i])));
      }
      return Sorted(InterpolateShapes(track, method, 25)[11].shape.points);
    };
    for (const auto method : {ShapeInterpolation::kLinear, ShapeInterpolation::kCubic}) {
      ASSERT_THAT(middle(other, method), ElementsAreArray(middle(drawn, method))) << round;
    }
  }
}

// Corners stay corners, although sliding along the outline would be the shorter way.
TEST(InterpolatePolygons, ATurnedPolygonTurns) {
  const std::vector<Point> from = {{0, 0}, {40, 0}, {40, 10}, {10, 10}, {10, 30}, {0, 30}};
  for (const double degrees : {10.0, 25.0, -30.0, 44.0}) {
    const double angle = degrees * std::numbers::pi / 180;
    std::vector<Point> to;
    to.reserve(from.size());
    for (const Point& p : from) {
      to.push_back({static_cast<float>(p.x * std::cos(angle) - p.y * std::sin(angle)),
                    static_cast<float>(p.x * std::sin(angle) + p.y * std::cos(angle))});
    }
    std::rotate(to.begin(), to.begin() + 2, to.end());
    std::reverse(to.begin(), to.end());
    // Points that move along chords shrink it by cos(angle / 2) in either direction.
    const double shrunk = std::cos(angle / 2) * std::cos(angle / 2);
    EXPECT_NEAR(AreaOf(Between(MakePolygon(from), MakePolygon(to), 0.5)), 600 * shrunk, 0.01);
  }
}

TEST(InterpolatePolygons, ManyPointsOfOneFormStayThatForm) {
  // Circles of radius 50 with 300 and 170 points, the second 20 px to the right.
  const auto circle = [](int n, float x, double turn) {
    std::vector<Point> points;
    for (int i = 0; i < n; ++i) {
      const double angle = turn + i * 2 * std::numbers::pi / n;
      points.push_back(
          {static_cast<float>(x + 50 * std::cos(angle)), static_cast<float>(50 * std::sin(angle))});
    }
    return points;
  };
  for (const Point& point :
       Between(MakePolygon(circle(300, 0, 0.3)), MakePolygon(circle(170, 20, 2)), 0.5)) {
    // Between polygons that differ from circles by less than 50 · (1 − cos(π / 170)) = 0.01 px;
    // their points are at most half a step (50 · π / 170 = 0.92 px) apart along the circle.
    EXPECT_NEAR(std::hypot(point.x - 10, point.y), 50, 0.02);
  }
}

TEST(InterpolatePolygons, CubicMovesAFormAlongAParabola) {
  ShapeTrack track;
  for (const std::int64_t t : {0, 6, 10, 20}) {
    std::vector<Point> points = Moved(Square(), static_cast<float>(t), static_cast<float>(t * t));
    std::rotate(points.begin(), points.begin() + t % 4, points.end());
    track.keyframes.push_back(MakeKeyframe(t, MakePolygon(points)));
  }
  for (const ShapePoint& point : InterpolateShapes(track, ShapeInterpolation::kCubic, 21)) {
    const auto t = static_cast<float>(point.frame);
    const auto points = Sorted(point.shape.points);
    ASSERT_EQ(points.size(), 4U);
    EXPECT_NEAR(points[0].x, t, 1e-3);
    EXPECT_NEAR(points[0].y, t * t, 1e-3);
    EXPECT_NEAR(points[2].x, t + 10, 1e-3);
    EXPECT_NEAR(points[2].y, t * t + 10, 1e-3);
  }
}

TEST(InterpolatePolygons, CubicPolylinesDrawnBackwardsNowAndThen) {
  ShapeTrack track;
  for (const std::int64_t t : {0, 6, 10, 20}) {
    const auto y = static_cast<float>(t * t);
    std::vector<Point> points = {{0, y}, {10, y}, {30, y + 5}};
    if (t == 6 || t == 20) std::reverse(points.begin(), points.end());
    track.keyframes.push_back(MakeKeyframe(t, MakePoints(ShapeKind::kPolyline, points)));
  }
  for (const ShapePoint& point : InterpolateShapes(track, ShapeInterpolation::kCubic, 21)) {
    const auto t = static_cast<float>(point.frame);
    ASSERT_EQ(point.shape.points.size(), 3U);
    EXPECT_NEAR(point.shape.points[1].x, 10, 1e-3);
    EXPECT_NEAR(point.shape.points[1].y, t * t, 2e-3);
  }
}

}  // namespace
}  // namespace prelabel
