// Base 128 varints, https://protobuf.dev/programming-guides/encoding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prelabel {

inline void AddVarint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80U);
  out += static_cast<char>(value);
}

// Takes the first one off `bytes`; false: there is none, or it is longer than ten bytes.
inline bool TakeVarint(std::string_view& bytes, std::uint64_t& value) {
  constexpr std::size_t kLongest = 10;
  value = 0;
  for (std::size_t i = 0; i < std::min(bytes.size(), kLongest); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    value |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace prelabel
