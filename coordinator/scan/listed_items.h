// Images that a file or a folder's layout lists, by name. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace prelabel {

struct ListedItems {
  // By name, bytewise; parallel.
  std::vector<std::string> names;
  std::vector<std::string> locations;  // absolute paths or URLs
  // "COLUMN: VALUE" texts, each once, and of each item those that it has, in their order.
  std::vector<std::string> notes;
  std::vector<std::vector<std::uint32_t>> item_notes;  // empty where no item has any
  std::vector<std::string> warnings;                   // what was passed over, a sentence each
};

inline constexpr std::size_t kLongestItemName = 1024;  // bytes

// What labels call a file: its path below `folder`, or where it lies elsewhere the whole path
// without its first '/'. Both are absolute and lexically normal.
std::string NameBelow(const std::filesystem::path& folder, const std::filesystem::path& file);

// Puts all parallel lists in the order of the names. `order`: if not null, gets the former position
// of each item. Items of one name stay in their order.
void SortByName(ListedItems& items, std::vector<std::size_t>* order = nullptr);

}  // namespace prelabel
