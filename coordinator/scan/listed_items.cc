#include "coordinator/scan/listed_items.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace prelabel {

std::string NameBelow(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const std::string below = file.lexically_relative(folder).generic_string();
  return below == ".." || below.starts_with("../") ? file.relative_path().generic_string() : below;
}

void SortByName(ListedItems& items, std::vector<std::size_t>* order) {
  std::vector<std::size_t> by_name(items.names.size());
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::sort(by_name.begin(), by_name.end(), [&](std::size_t a, std::size_t b) {
    const int names = items.names[a].compare(items.names[b]);
    return names != 0 ? names < 0 : a < b;
  });
  ListedItems sorted;
  for (const std::size_t at : by_name) {
    sorted.names.push_back(std::move(items.names[at]));
    sorted.locations.push_back(std::move(items.locations[at]));
    if (!items.item_notes.empty()) sorted.item_notes.push_back(std::move(items.item_notes[at]));
  }
  sorted.notes = std::move(items.notes);
  sorted.warnings = std::move(items.warnings);
  items = std::move(sorted);
  if (order != nullptr) *order = std::move(by_name);
}

}  // namespace prelabel
