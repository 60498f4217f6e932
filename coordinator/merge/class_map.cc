#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <set>
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

// How a class is written under the rules; null where it is not.
const ClassRule* RuleOf(const LabelOptions& labels, const std::string& name) {
  static const ClassRule kAsItIs{};
  if (labels.classes.empty()) return &kAsItIs;
  const auto rule = labels.classes.find(name);
  return rule == labels.classes.end() ? nullptr : &rule->second;
}

const std::string& NameOf(const ClassRule& rule, const std::string& name) {
  return rule.to.empty() ? name : rule.to;
}

Result<void> CheckRules(const LabelOptions& labels, const ModelCard& card,
                        const std::vector<std::string>& drawn,
                        const std::vector<std::string>& others) {
  std::vector<std::string> known = card.classes;
  known.insert(known.end(), drawn.begin(), drawn.end());
  for (const auto& [name, rule] : labels.classes) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (std::find(others.begin(), others.end(), name) != others.end()) continue;
    std::string who = "the model " + card.name + " has";
    if (!drawn.empty())
      who = card.name.empty() ? "the keyframes have" : who + " and keyframes have";
    return InvalidArgument(
        fmt::format("{} no class '{}'; the nearest of {} {} classes are {}", who, name,
                    drawn.empty() ? "its" : "the", known.size(), NearestNames(name, known)),
        "labels.classes");
  }
  return Ok();
}

// Behind the model's categories, which are there already.
void AddDrawn(const LabelOptions& labels, const ModelCard& card,
              const std::vector<std::string>& drawn, ClassMap& map) {
  std::map<std::string, int> position_of_name;
  for (std::size_t p = 0; p < map.categories.size(); ++p) {
    position_of_name[map.categories[p].name] = static_cast<int>(p);
  }
  // Above those of classes that are dropped, too: no id depends on the rules for the model.
  int last_id = static_cast<int>(card.classes.size());
  for (const int id : card.category_ids) last_id = std::max(last_id, id);
  for (const std::string& name : drawn) {
    const ClassRule* rule = RuleOf(labels, name);
    if (rule == nullptr) continue;
    const std::string& written = NameOf(*rule, name);
    const auto [at, is_new] =
        position_of_name.emplace(written, static_cast<int>(map.categories.size()));
    if (is_new) map.categories.push_back({++last_id, written});
    map.category_of_drawn[name] = at->second;
  }
}

}  // namespace

std::vector<std::string> DrawnLabels(const Dataset& dataset) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (seen.insert(name).second) names.push_back(name);
  };
  for (const SourceItems& source : dataset.sources) {
    if (source.drawn == nullptr) continue;
    for (const DeclaredLabel& label : source.drawn->meta.labels) add(label.name);
    for (const ShapeTrack& track : source.drawn->tracks) add(track.label);
  }
  return names;
}

Result<ClassMap> BuildClassMap(const LabelOptions& labels, const ModelCard& card,
                               const std::vector<std::string>& drawn,
                               const std::vector<std::string>& others) {
  PRELABEL_TRY(CheckRules(labels, card, drawn, others));
  ClassMap map;
  map.category_of_class.assign(card.classes.size(), -1);
  map.threshold_of_class.assign(card.classes.size(), kDropped);

  std::map<std::string, int> id_of_name;  // the id of the first class that is written so
  std::vector<std::string> name_of_class(card.classes.size());
  for (std::size_t i = 0; i < card.classes.size(); ++i) {
    const ClassRule* rule = RuleOf(labels, card.classes[i]);
    if (rule == nullptr) continue;
    name_of_class[i] = NameOf(*rule, card.classes[i]);
    map.threshold_of_class[i] = rule->threshold.value_or(labels.threshold);
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
  AddDrawn(labels, card, drawn, map);
  map.whole_pictures = card.task == "classify";
  return map;
}

ClassMap MapOtherModel(const LabelOptions& labels, const ModelCard& other,
                       const ClassMap& classes) {
  std::map<std::string, int> position_of_name;
  for (std::size_t p = 0; p < classes.categories.size(); ++p) {
    position_of_name[classes.categories[p].name] = static_cast<int>(p);
  }
  ClassMap map;
  map.categories = classes.categories;
  map.category_of_class.assign(other.classes.size(), -1);
  map.threshold_of_class.assign(other.classes.size(), kDropped);
  for (std::size_t i = 0; i < other.classes.size(); ++i) {
    const ClassRule* rule = RuleOf(labels, other.classes[i]);
    if (rule == nullptr) continue;
    const auto found = position_of_name.find(NameOf(*rule, other.classes[i]));
    if (found == position_of_name.end()) continue;
    map.category_of_class[i] = found->second;
    map.threshold_of_class[i] = rule->threshold.value_or(labels.threshold);
  }
  return map;
}

}  // namespace prelabel
