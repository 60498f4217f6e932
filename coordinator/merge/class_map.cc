#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/merge/merge.h"

namespace prelabel {
namespace {

constexpr float kDropped = 2;  // above every score
constexpr std::size_t kNamesGiven = 3;

// Levenshtein distance.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string NearestNames(const std::string& name, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  ranked.reserve(known.size());
  for (const std::string& candidate : known) {
    ranked.emplace_back(EditDistance(name, candidate), candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(ranked.size(), kNamesGiven); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", ranked[i].second);
  }
  return text;
}

}  // namespace

Result<ClassMap> BuildClassMap(const LabelOptions& labels, const ModelCard& card) {
  for (const auto& [name, rule] : labels.classes) {
    if (std::find(card.classes.begin(), card.classes.end(), name) == card.classes.end()) {
      return InvalidArgument(
          fmt::format("the model {} has no class '{}'; the nearest of its {} classes are {}",
                      card.name, name, card.classes.size(), NearestNames(name, card.classes)),
          "labels.classes");
    }
  }
  ClassMap map;
  map.category_of_class.assign(card.classes.size(), -1);
  map.threshold_of_class.assign(card.classes.size(), kDropped);

  std::map<std::string, int> id_of_name;  // the id of the first class that is written so
  std::vector<std::string> name_of_class(card.classes.size());
  for (std::size_t i = 0; i < card.classes.size(); ++i) {
    name_of_class[i] = card.classes[i];
    float threshold = labels.threshold;
    if (!labels.classes.empty()) {
      const auto rule = labels.classes.find(card.classes[i]);
      if (rule == labels.classes.end()) continue;
      if (!rule->second.to.empty()) name_of_class[i] = rule->second.to;
      threshold = rule->second.threshold.value_or(threshold);
    }
    map.threshold_of_class[i] = threshold;
    const int id = i < card.category_ids.size() ? card.category_ids[i] : static_cast<int>(i) + 1;
    if (id_of_name.emplace(name_of_class[i], id).second) {
      map.categories.push_back({id, name_of_class[i]});
    }
  }
  std::stable_sort(map.categories.begin(), map.categories.end(),
                   [](const Category& a, const Category& b) { return a.id < b.id; });
  std::map<std::string, int> position_of_name;
  for (std::size_t p = 0; p < map.categories.size(); ++p) {
    position_of_name[map.categories[p].name] = static_cast<int>(p);
  }
  for (std::size_t i = 0; i < card.classes.size(); ++i) {
    if (map.threshold_of_class[i] == kDropped) continue;
    map.category_of_class[i] = position_of_name.at(name_of_class[i]);
  }
  return map;
}

}  // namespace prelabel
