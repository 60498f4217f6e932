#include "common/job/ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/base/nearest_name.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostClasses = 0xFFFF;  // class ids have 16 bits, the last is taken

Result<void> CheckClasses(const JobModel& model, const ModelCard& card) {
  for (const std::string& name : model.classes) {
    if (std::find(card.classes.begin(), card.classes.end(), name) != card.classes.end()) continue;
    const auto nearest = NearestName(name, card.classes);
    return InvalidArgument(fmt::format("the model {} has no class '{}'{}", card.name, name,
                                       nearest ? fmt::format("; did you mean '{}'?", *nearest)
                                               : fmt::format(" among its {}", card.classes.size())),
                           "models");
  }
  return Ok();
}

Error TwoOwners(const std::string& name, const std::string& first, const std::string& second) {
  return InvalidArgument(
      fmt::format("two models answer for the class '{}': {} and {}; give it to one of them with "
                  "`classes:`, or fuse their boxes with 'fuse: {{method: wbf}}'",
                  name, first, second),
      "models");
}

std::string Join(const std::vector<ModelCard>& cards, std::string ModelCard::*field,
                 const char* separator) {
  std::string all;
  std::set<std::string> seen;  // one license for two models is one
  for (const ModelCard& card : cards) {
    const std::string& text = card.*field;
    if (field != &ModelCard::sha256 && !seen.insert(text).second) continue;
    all += (all.empty() ? "" : separator) + text;
  }
  return all;
}

// Those of the card's class: its own id, or one above all that are taken.
int FreeId(int wanted, std::set<int>& taken) {
  if (!taken.insert(wanted).second) {
    wanted = *taken.rbegin() + 1;
    taken.insert(wanted);
  }
  return wanted;
}

std::string Describe(const ModelFusion& fusion, const std::vector<ModelCard>& cards,
                     const Ensemble& ensemble) {
  std::string text = "by_class";
  if (fusion.method == FuseMethod::kWeighted) text = fmt::format("wbf {}", fusion.iou);
  for (std::size_t m = 0; m < cards.size(); ++m) {
    text += fmt::format(" | {}, weight {}, classes", DescribePreprocessing(cards[m]),
                        fusion.models[m].weight);
    for (const int c : ensemble.class_of[m]) text += fmt::format(" {}", c);
  }
  return text;
}

}  // namespace

Result<Ensemble> CombineModels(const ModelFusion& fusion, const std::vector<ModelCard>& cards) {
  Ensemble ensemble;
  ensemble.card = cards.front();
  ensemble.card.classes.clear();
  ensemble.card.category_ids.clear();
  ensemble.fuse.method = fusion.method;
  ensemble.fuse.iou = fusion.iou;
  std::map<std::string, std::size_t> known;  // class by name
  std::vector<std::size_t> owner;            // by class: the first model that has it
  std::set<int> ids;
  for (std::size_t m = 0; m < cards.size(); ++m) {
    const ModelCard& card = cards[m];
    const JobModel& model = fusion.models[m];
    PRELABEL_TRY(CheckClasses(model, card));
    if (card.task != cards.front().task) {
      return InvalidArgument(
          fmt::format("{} is for 'task: {}', {} for 'task: {}'; the models of a job all outline "
                      "what they find, or none does",
                      cards.front().name, cards.front().task, card.name, card.task),
          "models");
    }
    ensemble.fuse.weights.push_back(model.weight);
    std::vector<int>& class_of = ensemble.class_of.emplace_back(card.classes.size(), -1);
    for (std::size_t c = 0; c < card.classes.size(); ++c) {
      const std::string& name = card.classes[c];
      const bool asked =
          model.classes.empty() ||
          std::find(model.classes.begin(), model.classes.end(), name) != model.classes.end();
      if (!asked) continue;
      const auto [at, fresh] = known.try_emplace(name, ensemble.card.classes.size());
      const std::size_t combined = at->second;
      if (fresh) {
        ensemble.card.classes.push_back(name);
        ensemble.card.category_ids.push_back(FreeId(card.category_ids[c], ids));
        ensemble.knowers.push_back(0);
        ensemble.fuse.weight_of_class.push_back(0);
        owner.push_back(m);
      } else if (fusion.method == FuseMethod::kByClass && owner[combined] != m) {
        return TwoOwners(name, fusion.models[owner[combined]].card, model.card);
      }
      class_of[c] = static_cast<int>(combined);
      ++ensemble.knowers[combined];
      ensemble.fuse.weight_of_class[combined] += model.weight;
    }
  }
  if (ensemble.card.classes.size() >= kMostClasses) {
    return InvalidArgument(fmt::format("the models have {} classes together; fewer than {} may be",
                                       ensemble.card.classes.size(), kMostClasses),
                           "models");
  }
  ensemble.card.name = Join(cards, &ModelCard::name, " + ");
  ensemble.card.license = Join(cards, &ModelCard::license, " + ");
  ensemble.card.source = Join(cards, &ModelCard::source, " + ");
  ensemble.card.sha256 = Join(cards, &ModelCard::sha256, "+");
  ensemble.description = Describe(fusion, cards, ensemble);
  return ensemble;
}

}  // namespace prelabel
