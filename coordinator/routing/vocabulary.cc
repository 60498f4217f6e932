#include "coordinator/routing/vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "common/base/nearest_name.h"

namespace prelabel {
namespace {

constexpr std::size_t kNamesGiven = 3;
constexpr std::size_t kShortestPart = 3;  // letters: every name ends with some shorter one's

bool IsPart(std::string_view part, std::string_view whole) {
  return part.size() >= kShortestPart && (whole.starts_with(part) || whole.ends_with(part));
}

std::vector<std::string> Nearest(const std::string& name, const std::vector<std::string>& known) {
  std::vector<std::tuple<std::size_t, std::size_t>> ranked;  // distance, position
  for (std::size_t i = 0; i < known.size(); ++i) {
    const bool near = known[i] == name || NearestName(name, {&known[i], 1}).has_value() ||
                      IsPart(name, known[i]) || IsPart(known[i], name);
    if (near) ranked.emplace_back(EditDistance(name, known[i]), i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(ranked.size(), kNamesGiven); ++i) {
    names.push_back(known[std::get<1>(ranked[i])]);
  }
  return names;
}

}  // namespace

std::vector<VocabularyGap> FindGaps(const std::vector<std::string>& wanted, const ClassMap& classes,
                                    const std::vector<std::string>& model_classes) {
  std::set<std::string> written;
  std::vector<std::string> known = model_classes;
  std::set<std::string> seen(known.begin(), known.end());
  for (const Category& category : classes.categories) {
    written.insert(category.name);
    if (seen.insert(category.name).second) known.push_back(category.name);
  }
  std::vector<VocabularyGap> gaps;
  for (const std::string& name : wanted) {
    if (!written.contains(name)) gaps.push_back({name, Nearest(name, known)});
  }
  return gaps;
}

}  // namespace prelabel
