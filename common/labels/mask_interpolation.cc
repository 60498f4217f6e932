#include "common/labels/mask_interpolation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "common/geometry/distance_transform.h"
#include "common/geometry/rle_bounds.h"

namespace prelabel {
namespace {

// Half-open, in pixels of the frame.
struct Window {
  std::int64_t x1 = 0;
  std::int64_t y1 = 0;
  std::int64_t x2 = 0;
  std::int64_t y2 = 0;

  std::int64_t Width() const { return x2 - x1; }
  std::int64_t Height() const { return y2 - y1; }
};

struct Shift {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

std::optional<Window> WindowOf(const Shape& shape) {
  const auto set = BoundsOfSet(shape.mask);
  if (!set) return std::nullopt;
  return Window{std::int64_t{shape.left} + set->x1, std::int64_t{shape.top} + set->y1,
                std::int64_t{shape.left} + set->x2, std::int64_t{shape.top} + set->y2};
}

struct Center {
  double x = 0;
  double y = 0;
};

Center CentroidOf(const Shape& shape) {
  Center sum;
  double pixels = 0;
  VisitColumnRuns(shape.mask, [&](std::uint32_t x, std::uint32_t y1, std::uint32_t y2) {
    const double rows = y2 - y1;
    pixels += rows;
    sum.x += rows * x;
    sum.y += rows * (static_cast<double>(y1) + y2 - 1) / 2;
  });
  return {shape.left + sum.x / pixels, shape.top + sum.y / pixels};
}

// The mask, moved by `shift`, in the window's raster, which holds all of it.
Mask Draw(const Shape& shape, Shift shift, const Window& window) {
  Mask mask{
      static_cast<std::uint32_t>(window.Height()), static_cast<std::uint32_t>(window.Width()), {}};
  mask.pixels.assign(std::size_t{mask.height} * mask.width, 0);
  const std::int64_t left = shape.left + shift.x - window.x1;
  const std::int64_t top = shape.top + shift.y - window.y1;
  VisitColumnRuns(shape.mask, [&](std::uint32_t x, std::uint32_t y1, std::uint32_t y2) {
    for (std::uint32_t y = y1; y < y2; ++y) {
      mask.pixels[static_cast<std::size_t>(top + y) * mask.width + (left + x)] = 1;
    }
  });
  return mask;
}

// Both masks' distances in one raster, and how they move.
struct Blend {
  Window window;  // of the first
  Shift way;      // of the whole mask, from the first keyframe to the second
  std::vector<float> from;
  std::vector<float> to;

  bool Set(std::size_t pixel, double part) const {
    return from[pixel] * (1 - part) + to[pixel] * part > 0;
  }
  Shape At(double part) const;
};

Shape Blend::At(double part) const {
  Shape shape;
  shape.kind = ShapeKind::kMask;
  const auto width = static_cast<std::size_t>(window.Width());
  const auto height = static_cast<std::size_t>(window.Height());
  // Bounds first: the raster can be much larger than what is set.
  std::size_t x1 = width;
  std::size_t x2 = 0;
  std::size_t y1 = height;
  std::size_t y2 = 0;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      if (!Set(y * width + x, part)) continue;
      x1 = std::min(x1, x);
      x2 = std::max(x2, x + 1);
      y1 = std::min(y1, y);
      y2 = y + 1;
    }
  }
  if (x2 == 0) return shape;
  Mask mask{static_cast<std::uint32_t>(y2 - y1), static_cast<std::uint32_t>(x2 - x1), {}};
  mask.pixels.reserve((y2 - y1) * (x2 - x1));
  for (std::size_t y = y1; y < y2; ++y) {
    for (std::size_t x = x1; x < x2; ++x) mask.pixels.push_back(Set(y * width + x, part) ? 1 : 0);
  }
  shape.mask = EncodeMask(mask);
  const auto moved = [&](std::int64_t way) {
    return std::llround(part * static_cast<double>(way));
  };
  shape.left = static_cast<std::int32_t>(window.x1 + static_cast<std::int64_t>(x1) + moved(way.x));
  shape.top = static_cast<std::int32_t>(window.y1 + static_cast<std::int64_t>(y1) + moved(way.y));
  return shape;
}

}  // namespace

InBetween InterpolateMasks(const ShapeSegment& segment) {
  const Shape& from = segment.from->shape;
  const Shape& to = segment.to->shape;
  InBetween hold = [from](double) { return from; };
  const auto from_window = WindowOf(from);
  const auto to_window = WindowOf(to);
  if (!from_window || !to_window) return hold;
  const Center from_center = CentroidOf(from);
  const Center to_center = CentroidOf(to);
  Blend blend;
  blend.way = {std::llround(to_center.x - from_center.x),
               std::llround(to_center.y - from_center.y)};
  blend.window = {std::min(from_window->x1, to_window->x1 - blend.way.x),
                  std::min(from_window->y1, to_window->y1 - blend.way.y),
                  std::max(from_window->x2, to_window->x2 - blend.way.x),
                  std::max(from_window->y2, to_window->y2 - blend.way.y)};
  const auto width = static_cast<std::uint64_t>(blend.window.Width());
  const auto height = static_cast<std::uint64_t>(blend.window.Height());
  if (height > kMaxBlendedPixels / width) return hold;
  blend.from = SignedDistance(Draw(from, {0, 0}, blend.window));
  blend.to = SignedDistance(Draw(to, {-blend.way.x, -blend.way.y}, blend.window));
  return [blend = std::move(blend)](double part) { return blend.At(part); };
}

}  // namespace prelabel
