#include "coordinator/formats/coco_shape.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "common/geometry/rle_place.h"
#include "coordinator/formats/json_text.h"

namespace prelabel {
namespace {

constexpr int kEllipsePoints = 48;  // cover 99.7 % of its area

using Outline = std::vector<std::pair<double, double>>;

CocoShape FromOutline(const Outline& outline) {
  CocoShape shape;
  std::vector<std::pair<double, double>> points;  // hundredths
  for (const auto& [x, y] : outline) {
    points.emplace_back(static_cast<double>(std::llround(x * 100)),
                        static_cast<double>(std::llround(y * 100)));
  }
  shape.segmentation = "[[";
  double doubled = 0;  // the shoelace formula
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [x, y] = points[i];
    const auto& [next_x, next_y] = points[(i + 1) % points.size()];
    doubled += x * next_y - next_x * y;
    fmt::format_to(std::back_inserter(shape.segmentation), "{}{:.2f}, {:.2f}", i == 0 ? "" : ", ",
                   x / 100, y / 100);
  }
  shape.segmentation += "]]";
  shape.area = std::abs(doubled) / 2 / 10000;
  return shape;
}

Outline OfBox(const Box& box) {
  return {{box.x1, box.y1}, {box.x2, box.y1}, {box.x2, box.y2}, {box.x1, box.y2}};
}

// (dx, dy) from the center of a box, turned clockwise with it.
class Turned {
 public:
  explicit Turned(const Shape& shape)
      : x_((static_cast<double>(shape.box.x1) + shape.box.x2) / 2),
        y_((static_cast<double>(shape.box.y1) + shape.box.y2) / 2),
        half_width_((static_cast<double>(shape.box.x2) - shape.box.x1) / 2),
        half_height_((static_cast<double>(shape.box.y2) - shape.box.y1) / 2),
        cosine_(std::cos(shape.rotation * std::numbers::pi / 180)),
        sine_(std::sin(shape.rotation * std::numbers::pi / 180)) {}

  // In parts of the half sides.
  std::pair<double, double> At(double across, double down) const {
    const double dx = across * half_width_;
    const double dy = down * half_height_;
    return {x_ + dx * cosine_ - dy * sine_, y_ + dx * sine_ + dy * cosine_};
  }

 private:
  double x_, y_, half_width_, half_height_, cosine_, sine_;
};

Outline OfEllipse(const Shape& shape) {
  const Turned turned(shape);
  Outline outline;
  for (int i = 0; i < kEllipsePoints; ++i) {
    const double t = 2 * std::numbers::pi * i / kEllipsePoints;
    outline.push_back(turned.At(std::cos(t), std::sin(t)));
  }
  return outline;
}

Outline OfPoints(const std::vector<Point>& points) {
  Outline outline;
  for (const Point& point : points) outline.emplace_back(point.x, point.y);
  return outline;
}

}  // namespace

CocoShape FormatCocoShape(const Shape& shape, const Box& bounds, int width, int height) {
  if (shape.kind == ShapeKind::kMask && width > 0 && height > 0) {
    const Rle rle = PlaceRle(shape.mask, shape.left, shape.top, static_cast<std::uint32_t>(height),
                             static_cast<std::uint32_t>(width));
    return {fmt::format("{{\"size\": [{}, {}], \"counts\": {}}}", height, width,
                        JsonString(CompressCounts(rle))),
            static_cast<double>(Area(rle))};
  }
  if (shape.kind == ShapeKind::kPolygon) return FromOutline(OfPoints(shape.points));
  if (shape.kind == ShapeKind::kEllipse) return FromOutline(OfEllipse(shape));
  if (shape.kind == ShapeKind::kBox && shape.rotation != 0) {
    const Turned turned(shape);
    return FromOutline({turned.At(-1, -1), turned.At(1, -1), turned.At(1, 1), turned.At(-1, 1)});
  }
  return FromOutline(OfBox(bounds));
}

std::string FormatKeypoints(const std::vector<Joint>& joints,
                            const std::vector<std::string>& names) {
  std::string text = "\"keypoints\": [";
  int there = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto joint = std::find_if(joints.begin(), joints.end(),
                                    [&](const Joint& j) { return j.name == names[i]; });
    if (i > 0) text += ", ";
    if (joint == joints.end() || joint->outside) {
      text += "0, 0, 0";
      continue;
    }
    ++there;
    fmt::format_to(std::back_inserter(text), "{:.2f}, {:.2f}, {}", joint->at.x, joint->at.y,
                   joint->occluded ? 1 : 2);
  }
  return text + fmt::format("], \"num_keypoints\": {}", there);
}

}  // namespace prelabel
