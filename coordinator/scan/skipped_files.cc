#include "coordinator/scan/skipped_files.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace prelabel {

void CountSkipped(std::string_view name, SkippedFiles& skipped) {
  constexpr std::size_t kLongest = 12;
  name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
  const std::size_t dot = name.rfind('.');
  std::string extension(dot == std::string_view::npos ? std::string_view() : name.substr(dot));
  const bool shown =
      extension.size() <= kLongest && std::all_of(extension.begin(), extension.end(), [](char c) {
        return c == '.' || std::isalnum(static_cast<unsigned char>(c)) != 0;
      });
  if (!shown) extension = "…";
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  ++skipped[extension];
}

std::string DescribeSkipped(const SkippedFiles& skipped, std::string_view what) {
  constexpr std::size_t kMostShown = 5;
  std::vector<std::pair<std::string, std::uint64_t>> kinds(skipped.begin(), skipped.end());
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (kinds.empty()) return "";
  std::string list;
  for (std::size_t i = 0; i < std::min(kinds.size(), kMostShown); ++i) {
    list += fmt::format("{}{} {}", i == 0 ? "" : ", ", kinds[i].second,
                        kinds[i].first.empty() ? "without one" : kinds[i].first);
  }
  if (kinds.size() > kMostShown) list += ", …";
  return fmt::format("{} passed over by extension: {}", what, list);
}

}  // namespace prelabel
