// A box in hundredths of a pixel, as exports write it: corners are rounded first, so that x + w of
// one box and x of its neighbour still meet and the area is exactly that of the written sides.
#pragma once

#include <cmath>

#include "common/geometry/box.h"

namespace prelabel {

struct FixedBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  double area = 0;

  explicit FixedBox(const Box& box) {
    const auto hundredths = [](float value) { return std::llround(double{value} * 100); };
    const long long x1 = hundredths(box.x1);
    const long long y1 = hundredths(box.y1);
    const long long w = hundredths(box.x2) - x1;
    const long long h = hundredths(box.y2) - y1;
    x = static_cast<double>(x1) / 100;
    y = static_cast<double>(y1) / 100;
    width = static_cast<double>(w) / 100;
    height = static_cast<double>(h) / 100;
    area = static_cast<double>(w * h) / 10000;
  }
};

}  // namespace prelabel
