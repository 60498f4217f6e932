// Tar archives made by hand.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>

namespace prelabel {

// A member as POSIX.1-1988 (ustar) lays it out: a header of 512 bytes with octal numbers, the
// bytes, zeros up to a multiple of 512.
inline std::string TarBytes(const std::string& name, const std::string& bytes, char type = '0') {
  std::array<char, 512> header{};
  std::memcpy(header.data(), name.data(), std::min<std::size_t>(name.size(), 100));
  std::snprintf(&header[100], 8, "%07o", 0644U);
  std::snprintf(&header[108], 8, "%07o", 0U);
  std::snprintf(&header[116], 8, "%07o", 0U);
  std::snprintf(&header[124], 12, "%011zo", bytes.size());
  std::snprintf(&header[136], 12, "%011o", 0U);
  header[156] = type;
  std::memcpy(&header[257],
              "ustar\0"
              "00",
              8);
  std::memset(&header[148], ' ', 8);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(&header[148], 8, "%06o", sum);
  std::string text(header.data(), header.size());
  text += bytes;
  text.resize((text.size() + 511) / 512 * 512, '\0');
  return text;
}

inline const std::string kTarEnd(1024, '\0');

}  // namespace prelabel
