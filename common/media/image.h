// A decoded picture: 8-bit BGR, rows packed without padding. Owns its pixels; movable.
#pragma once

#include <cstdint>
#include <vector>

namespace prelabel {

struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bgr;  // height × width × 3

  bool empty() const { return width == 0 || height == 0; }
};

}  // namespace prelabel
