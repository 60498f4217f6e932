#include "coordinator/formats/shape_outline.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "common/geometry/mask_outline.h"
#include "common/geometry/rle_place.h"

namespace prelabel {
namespace {

constexpr int kEllipsePoints = 48;

ClosedLine OfBox(const Box& box) {
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
  Position At(double across, double down) const {
    const double dx = across * half_width_;
    const double dy = down * half_height_;
    return {x_ + dx * cosine_ - dy * sine_, y_ + dx * sine_ + dy * cosine_};
  }

 private:
  double x_, y_, half_width_, half_height_, cosine_, sine_;
};

ClosedLine OfEllipse(const Shape& shape) {
  const Turned turned(shape);
  ClosedLine outline;
  for (int i = 0; i < kEllipsePoints; ++i) {
    const double t = 2 * std::numbers::pi * i / kEllipsePoints;
    outline.push_back(turned.At(std::cos(t), std::sin(t)));
  }
  return outline;
}

// With the mask's first pixel at (left, top).
std::vector<ClosedLine> OfMask(const Rle& mask, double left, double top) {
  std::vector<ClosedLine> lines;
  for (const MaskRing& ring : MaskOutline(mask)) {
    ClosedLine line;
    for (const PixelCorner& corner : ring.corners)
      line.push_back({left + corner.x, top + corner.y});
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

ClosedLine OutlineOfShape(const Shape& shape, const Box& bounds) {
  if (shape.kind == ShapeKind::kPolygon) {
    ClosedLine outline;
    for (const Point& point : shape.points) outline.push_back({point.x, point.y});
    return outline;
  }
  if (shape.kind == ShapeKind::kEllipse) return OfEllipse(shape);
  if (shape.kind == ShapeKind::kBox && shape.rotation != 0) {
    const Turned turned(shape);
    return {turned.At(-1, -1), turned.At(1, -1), turned.At(1, 1), turned.At(-1, 1)};
  }
  return OfBox(bounds);
}

std::vector<ClosedLine> OutlinesOf(const Label& label) {
  if (label.mask != nullptr) return OfMask(*label.mask, 0, 0);
  if (label.drawn == nullptr) return {OfBox(label.box)};
  const Shape& shape = label.drawn->shape;
  if (shape.kind == ShapeKind::kMask) return OfMask(shape.mask, shape.left, shape.top);
  return {OutlineOfShape(shape, label.box)};
}

ClosedLine Joined(const std::vector<ClosedLine>& lines) {
  ClosedLine joined;
  for (const ClosedLine& line : lines) {
    joined.insert(joined.end(), line.begin(), line.end());
    if (lines.size() > 1) joined.push_back(line.front());
  }
  for (std::size_t i = lines.size(); i-- > 2;) joined.push_back(lines[i - 1].front());
  return joined;
}

std::optional<Rle> MaskOf(const Label& label, int width, int height) {
  if (label.mask != nullptr) return *label.mask;
  if (label.drawn == nullptr || label.drawn->shape.kind != ShapeKind::kMask || width <= 0 ||
      height <= 0) {
    return std::nullopt;
  }
  const Shape& shape = label.drawn->shape;
  return PlaceRle(shape.mask, shape.left, shape.top, static_cast<std::uint32_t>(height),
                  static_cast<std::uint32_t>(width));
}

}  // namespace prelabel
