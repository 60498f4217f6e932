// What the writer and the reader of profile files agree on: the first line, which holds the hash
// (XXH3, 128 bits) of everything behind it.
#pragma once

#include <string>
#include <string_view>

namespace prelabel {

inline constexpr std::string_view kProfileFormat = "prelabel profile";
inline constexpr int kProfileVersion = 1;

inline std::string ProfileHead(std::string_view id) {
  return std::string("{\"format\": \"") + std::string(kProfileFormat) +
         "\", \"version\": " + std::to_string(kProfileVersion) + ", \"id\": \"" + std::string(id) +
         "\",\n";
}

}  // namespace prelabel
