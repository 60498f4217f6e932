// Collects the images of a dataset's splits, each once. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/scan/listed_items.h"

namespace prelabel {

class SplitItems {
 public:
  // What is added from now on belongs to this split. "": to none.
  void Begin(const std::string& split) { split_ = split; }

  // A place that was added before is not added again and stays in its split.
  void Add(std::string name, std::string location) {
    if (!places_.try_emplace(location, places_.size()).second) return;
    items_.names.push_back(std::move(name));
    items_.locations.push_back(std::move(location));
    splits_.push_back(split_);
  }

  // By name, with notes "split: NAME" where there are several.
  ListedItems Take() {
    std::map<std::string, std::uint32_t> numbers;
    for (const std::string& split : splits_) {
      if (!split.empty()) numbers.emplace(split, 0);
    }
    if (numbers.size() > 1) {
      for (auto& [split, number] : numbers) {
        number = static_cast<std::uint32_t>(items_.notes.size());
        items_.notes.push_back("split: " + split);
      }
      for (const std::string& split : splits_) {
        items_.item_notes.emplace_back();
        if (!split.empty()) items_.item_notes.back().push_back(numbers.at(split));
      }
    }
    SortByName(items_);
    return std::move(items_);
  }

  std::vector<std::string>& warnings() { return items_.warnings; }

 private:
  ListedItems items_;
  std::vector<std::string> splits_;            // parallel
  std::map<std::string, std::size_t> places_;  // positions by location
  std::string split_;
};

}  // namespace prelabel
