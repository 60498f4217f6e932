#include "coordinator/confidence/second_opinion.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "coordinator/merge/item_stream.h"
#include "coordinator/merge/link_input.h"
#include "coordinator/plan/second_looks.h"

namespace prelabel {
namespace {

constexpr double kUnit = 1e6;

std::int64_t Millionths(double value) { return std::llround(value * kUnit); }

double Mean(double sum, std::uint64_t count) {
  return count == 0 ? 0 : sum / kUnit / static_cast<double>(count);
}

// One look at one image: what would be labels, and what is enough to find one again.
struct Seen {
  std::vector<SeenBox> labels;
  std::vector<SeenBox> enough;
};

std::vector<SeenBox> Boxes(const ItemResult& item, std::span<const float> least,
                           const ClassMap& classes, const LabelOptions& labels) {
  std::vector<SeenBox> boxes;
  for (const Prediction& p : FilterPredictions(item.predictions, least, classes, labels)) {
    boxes.push_back({classes.category_of_class[p.class_id], p.score, p.box});
  }
  return boxes;
}

// The same rules for each image of one model.
class Looker {
 public:
  Looker(const ClassMap& classes, const LabelOptions& labels)
      : classes_(classes), labels_(labels), least_(classes.threshold_of_class) {
    for (std::size_t c = 0; c < least_.size(); ++c) {
      if (classes.category_of_class[c] >= 0) least_[c] *= kFoundAgainScore;
    }
  }

  Seen Look(const ItemResult& item) const {
    return {Boxes(item, classes_.threshold_of_class, classes_, labels_),
            Boxes(item, least_, classes_, labels_)};
  }

 private:
  const ClassMap& classes_;
  const LabelOptions& labels_;
  std::vector<float> least_;
};

// Labels of one image by category, and how many of them have what is counted.
class Tally {
 public:
  explicit Tally(std::size_t categories) : counts_(categories) {}

  void Add(int category, bool found) {
    auto& [labels, hits] = counts_[static_cast<std::size_t>(category)];
    ++labels;
    if (found) ++hits;
  }

  // Adds the image to a share of each category and to that of all.
  template <class ShareOf>
  void AddTo(SecondOpinionResult& result, const ShareOf& share_of) const {
    std::uint64_t all = 0;
    std::uint64_t all_found = 0;
    for (std::size_t c = 0; c < counts_.size(); ++c) {
      const auto& [labels, found] = counts_[c];
      if (labels == 0) continue;
      share_of(result.classes[c]).Add(labels, found);
      all += labels;
      all_found += found;
    }
    if (all > 0) share_of(result.all).Add(all, all_found);
  }

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> counts_;
};

// Compares the looks at one image after the other.
class Comparison {
 public:
  explicit Comparison(SecondOpinionResult& result) : result_(result) {}

  // `views`: parallel to the result's; nothing where the view has no result.
  void Add(const Seen& plain, std::span<const std::optional<Seen>> views) {
    std::vector<bool> stable(plain.labels.size(), true);
    bool changes = false;
    bool all_changes = true;
    for (std::size_t v = 0; v < views.size(); ++v) {
      const bool change = result_.views[v] != View::kSecondModel;
      changes |= change;
      if (!views[v]) {
        if (change) all_changes = false;
        continue;
      }
      ++result_.looked[v];
      const std::vector<int> again = Count(plain, *views[v], v);
      if (!change) continue;
      for (std::size_t i = 0; i < again.size(); ++i) stable[i] = stable[i] && again[i] >= 0;
    }
    if (!changes || !all_changes) return;
    Tally tally(result_.classes.size());
    for (std::size_t i = 0; i < stable.size(); ++i) tally.Add(plain.labels[i].category, stable[i]);
    tally.AddTo(result_, [](ClassOpinion& opinion) -> ClusteredShare& { return opinion.stable; });
  }

 private:
  // Where each of the plain labels is found again.
  std::vector<int> Count(const Seen& plain, const Seen& other, std::size_t view) {
    std::vector<int> again = FindAgain(plain.labels, other.enough);
    Tally tally(result_.classes.size());
    for (std::size_t i = 0; i < again.size(); ++i) {
      const SeenBox& label = plain.labels[i];
      if (!Comparable(label.category, view)) continue;
      tally.Add(label.category, again[i] >= 0);
      if (again[i] < 0) continue;
      const SeenBox& found = other.enough[static_cast<std::size_t>(again[i])];
      const std::int64_t iou = Millionths(Iou(label.box, found.box));
      const std::int64_t change = Millionths(double{found.score} - double{label.score});
      for (ClassOpinion* opinion :
           {&result_.classes[static_cast<std::size_t>(label.category)], &result_.all}) {
        opinion->views[view].iou_sum += static_cast<std::uint64_t>(iou);
        opinion->views[view].score_change_sum += change;
      }
    }
    tally.AddTo(result_,
                [view](ClassOpinion& o) -> ClusteredShare& { return o.views[view].again; });

    const std::vector<int> back = FindAgain(other.labels, plain.enough);
    Tally tally_back(result_.classes.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
      tally_back.Add(other.labels[i].category, back[i] >= 0);
    }
    tally_back.AddTo(result_,
                     [view](ClassOpinion& o) -> ClusteredShare& { return o.views[view].back; });
    return again;
  }

  bool Comparable(int category, std::size_t view) const {
    return result_.views[view] != View::kSecondModel ||
           result_.classes[static_cast<std::size_t>(category)].in_second_model;
  }

  SecondOpinionResult& result_;
};

// The committed results of one source, plain and in each view.
struct Streams {
  ItemStream plain;
  std::vector<ItemStream> views;
};

}  // namespace

std::vector<int> FindAgain(std::span<const SeenBox> labels, std::span<const SeenBox> others) {
  std::vector<int> places(labels.size(), -1);
  std::vector<bool> taken(others.size(), false);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    float best = 0;
    for (std::size_t k = 0; k < others.size(); ++k) {
      if (taken[k] || others[k].category != labels[i].category) continue;
      const float iou = Iou(labels[i].box, others[k].box);
      if (iou < kFoundAgainIou || iou <= best) continue;
      best = iou;
      places[i] = static_cast<int>(k);
    }
    if (places[i] >= 0) taken[static_cast<std::size_t>(places[i])] = true;
  }
  return places;
}

double ViewAgreement::MeanIou() const { return Mean(static_cast<double>(iou_sum), again.found); }

double ViewAgreement::MeanScoreChange() const {
  return Mean(static_cast<double>(score_change_sum), again.found);
}

Result<std::optional<SecondOpinionResult>> CollectSecondOpinion(
    Store& store, const Dataset& dataset, const JobSpec& job, const ClassMap& classes,
    const std::optional<ModelCard>& second) {
  if (!job.report.second_opinion) return std::optional<SecondOpinionResult>();
  SecondOpinionResult result;
  result.views = SecondViews(job);
  ClassMap second_classes;
  if (second) {
    second_classes = MapOtherModel(job.labels, *second, classes);
    result.second_model = second->name;
    PRELABEL_TRY(const std::optional<std::string> stored, store.GetMeta(kSecondModelKey));
    result.second_model_changed = stored != FormatSecondModel(*second);
  }
  if (!second || result.second_model_changed) std::erase(result.views, View::kSecondModel);
  result.looked.resize(result.views.size());
  result.classes.resize(classes.categories.size());
  result.all.views.resize(result.views.size());
  for (ClassOpinion& opinion : result.classes) opinion.views.resize(result.views.size());
  for (const int category : second_classes.category_of_class) {
    if (category < 0) continue;
    result.classes[static_cast<std::size_t>(category)].in_second_model = true;
    result.all.in_second_model = true;
  }

  const Looker first(classes, job.labels);
  const Looker other(second_classes, job.labels);
  Comparison comparison(result);
  const std::map<TaskId, std::string> no_reasons;  // what has no result is passed over
  for (const auto& [source, items] :
       SampleItems(dataset, static_cast<std::uint64_t>(job.report.second_opinion->images))) {
    PRELABEL_TRY(const std::vector<TaskRow> tasks, store.LoadTasks(source));
    Streams streams{ItemStream(store, tasks, source, no_reasons), {}};
    for (const View view : result.views) {
      streams.views.emplace_back(store, tasks, source, no_reasons, KindOf(view));
    }
    for (const std::uint64_t item : items) {
      ++result.sampled;
      PRELABEL_TRY(const ItemState plain, streams.plain.Next(item));
      std::vector<std::optional<Seen>> seen(result.views.size());
      for (std::size_t v = 0; v < seen.size(); ++v) {
        PRELABEL_TRY(const ItemState state, streams.views[v].Next(item));
        if (state.result == nullptr || !state.error.empty()) continue;
        seen[v] = (result.views[v] == View::kSecondModel ? other : first).Look(*state.result);
      }
      if (plain.result == nullptr || !plain.error.empty()) continue;
      comparison.Add(first.Look(*plain.result), seen);
    }
    for (const ItemStream& stream : streams.views) {
      result.damaged.insert(result.damaged.end(), stream.damaged().begin(), stream.damaged().end());
    }
  }
  std::sort(result.damaged.begin(), result.damaged.end());
  return std::optional<SecondOpinionResult>(std::move(result));
}

}  // namespace prelabel
