// A box in hundredths of a pixel, as exports write it: corners are rounded first, so that x + w of
// one box and x of its neighbour still meet and the area is exactly that of the written sides.
#pragma once

#include <cmath>
#include <cstdint>

#include "common/geometry/box.h"

namespace prelabel {

struct FixedBox {
  std::int64_t left = 0;  // hundredths
  std::int64_t top = 0;
  std::int64_t right = 0;
  std::int64_t bottom = 0;
  double x = 0;  // pixels
  double y = 0;
  double width = 0;
  double height = 0;
  double area = 0;

  explicit FixedBox(const Box& box) {
    const auto hundredths = [](float value) {
      return static_cast<std::int64_t>(std::llround(double{value} * 100));
    };
    left = hundredths(box.x1);
    top = hundredths(box.y1);
    right = hundredths(box.x2);
    bottom = hundredths(box.y2);
    x = static_cast<double>(left) / 100;
    y = static_cast<double>(top) / 100;
    width = static_cast<double>(right - left) / 100;
    height = static_cast<double>(bottom - top) / 100;
    area = static_cast<double>((right - left) * (bottom - top)) / 10000;
  }
};

}  // namespace prelabel
