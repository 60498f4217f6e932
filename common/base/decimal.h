// Numbers of files in double precision. Pure.
#pragma once

#include <array>
#include <charconv>

namespace prelabel {

// The number that a file had for a float: 0.95F is 0.949999988 as a double, and meant 0.95.
inline double Decimal(float value) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double decimal = 0;
  std::from_chars(text.data(), end, decimal);
  return decimal;
}

}  // namespace prelabel
