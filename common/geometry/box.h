// Axis-aligned boxes in pixels of the original image. Pure values; thread-safe.
#pragma once

#include <algorithm>

namespace prelabel {

// Corners, x to the right, y down; a pixel's area is [i, i+1). x2 >= x1 and y2 >= y1 in valid
// boxes.
struct Box {
  float x1 = 0;
  float y1 = 0;
  float x2 = 0;
  float y2 = 0;

  float Width() const { return x2 - x1; }
  float Height() const { return y2 - y1; }
  float Area() const { return std::max(0.0F, Width()) * std::max(0.0F, Height()); }
  friend bool operator==(const Box&, const Box&) = default;
};

// Intersection over union in [0, 1]; 0 where both boxes are empty.
inline float Iou(const Box& a, const Box& b) {
  const float w = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float h = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (w <= 0 || h <= 0) return 0;
  const float both = w * h;
  const float either = a.Area() + b.Area() - both;
  return either > 0 ? both / either : 0;
}

// The box at `part` (in [0, 1]) of the way from one to the other; each corner moves linearly.
inline Box BoxBetween(const Box& from, const Box& to, double part) {
  const auto between = [part](float a, float b) {
    return static_cast<float>(a + (static_cast<double>(b) - a) * part);
  };
  return {between(from.x1, to.x1), between(from.y1, to.y1), between(from.x2, to.x2),
          between(from.y2, to.y2)};
}

// The part of the box inside an image of width × height pixels.
inline Box Clip(const Box& box, float width, float height) {
  return {std::clamp(box.x1, 0.0F, width), std::clamp(box.y1, 0.0F, height),
          std::clamp(box.x2, 0.0F, width), std::clamp(box.y2, 0.0F, height)};
}

}  // namespace prelabel
