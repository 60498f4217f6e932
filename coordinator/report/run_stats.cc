#include "coordinator/report/run_stats.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>

#include "coordinator/profile/score_bin.h"

namespace prelabel {
namespace {

constexpr double kScoreUnit = 1e6;

void AddTo(SourceStats& sum, const SourceStats& other) {
  sum.items += other.items;
  sum.looked_at += other.looked_at;
  sum.drawn += other.drawn;
  sum.labeled += other.labeled;
  sum.labels += other.labels;
  sum.interpolated += other.interpolated;
  sum.quarantined += other.quarantined;
}

void AddTo(ScoreHistogram& sum, const ScoreHistogram& other) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
}

void AddTo(ClassStats& sum, const ClassStats& other) {
  sum.raw_predictions += other.raw_predictions;
  sum.labels += other.labels;
  sum.interpolated += other.interpolated;
  sum.images += other.images;
  sum.score_sum += other.score_sum;
  AddTo(sum.raw_scores, other.raw_scores);
  AddTo(sum.label_scores, other.label_scores);
  sum.trust.Add(other.trust);
  sum.voted += other.voted;
  sum.found_by += other.found_by;
  sum.known_by += other.known_by;
  sum.unanimous += other.unanimous;
}

}  // namespace

std::size_t ScoreBin(float score) { return BinOfScore(score, kScoreBins); }

double ClassStats::MeanScore() const {
  if (labels == 0) return 0;
  return static_cast<double>(score_sum) / kScoreUnit / static_cast<double>(labels);
}

RunStats::RunStats(std::size_t sources, const ClassMap& classes)
    : category_of_class_(classes.category_of_class), tracks_(classes.categories.size()) {
  totals_.classes.resize(classes.categories.size());
  totals_.sources.resize(sources);
}

void RunStats::Add(const LabeledItem& item) {
  SourceStats one;
  one.items = 1;
  one.looked_at = item.looked_at ? 1 : 0;
  one.drawn = item.drawn ? 1 : 0;
  one.labeled = item.labels.empty() ? 0 : 1;
  one.labels = item.labels.size();
  if (!item.error.empty()) {
    one.quarantined = 1;
    totals_.quarantined.push_back({item.source, item.item, item.error});
    if (totals_.quarantined.size() >= 2 * kQuarantinedKept) KeepFirstQuarantined();
  }
  if (item.raw != nullptr) {
    for (const Prediction& prediction : item.raw->predictions) {
      ++totals_.raw_predictions;
      const int category = prediction.class_id < category_of_class_.size()
                               ? category_of_class_[prediction.class_id]
                               : -1;
      if (category < 0) {
        ++totals_.dropped_predictions;
        continue;
      }
      ++totals_.classes[category].raw_predictions;
      ++totals_.classes[category].raw_scores[ScoreBin(prediction.score)];
    }
  }
  if (item.trust != nullptr) {
    for (std::size_t c = 0; c < item.trust->classes.size(); ++c) {
      totals_.classes[c].trust.Add(item.trust->classes[c]);
    }
    for (const HelpfulFrame& help : item.trust->frames) {
      totals_.wanted.push_back({item.source, help});
    }
    KeepMostWanted();
  }
  int last_category = -1;  // labels are sorted by category
  for (const Label& label : item.labels) {
    ClassStats& stats = totals_.classes[label.category];
    ++stats.labels;
    ++stats.label_scores[ScoreBin(label.score)];
    stats.score_sum += static_cast<std::uint64_t>(std::llround(double{label.score} * kScoreUnit));
    if (label.known_by > 0) {
      ++stats.voted;
      stats.found_by += static_cast<std::uint64_t>(label.found_by);
      stats.known_by += static_cast<std::uint64_t>(label.known_by);
      stats.unanimous += label.found_by == label.known_by ? 1 : 0;
    }
    if (label.source == LabelSource::kInterpolated) {
      ++stats.interpolated;
      ++one.interpolated;
    }
    if (label.category != last_category) ++stats.images;
    last_category = label.category;
    if (label.track_id != 0) {
      tracks_[label.category].insert(std::uint64_t{item.source.value} << 32 | label.track_id);
    }
  }
  AddTo(totals_.sources[item.source.value], one);
  AddTo(totals_.all, one);
}

void RunStats::Merge(const RunStats& other) {
  for (std::size_t i = 0; i < totals_.classes.size(); ++i) {
    AddTo(totals_.classes[i], other.totals_.classes[i]);
    tracks_[i].insert(other.tracks_[i].begin(), other.tracks_[i].end());
  }
  for (std::size_t i = 0; i < totals_.sources.size(); ++i) {
    AddTo(totals_.sources[i], other.totals_.sources[i]);
  }
  AddTo(totals_.all, other.totals_.all);
  totals_.raw_predictions += other.totals_.raw_predictions;
  totals_.dropped_predictions += other.totals_.dropped_predictions;
  totals_.quarantined.insert(totals_.quarantined.end(), other.totals_.quarantined.begin(),
                             other.totals_.quarantined.end());
  KeepFirstQuarantined();
  totals_.wanted.insert(totals_.wanted.end(), other.totals_.wanted.begin(),
                        other.totals_.wanted.end());
  KeepMostWanted();
}

void RunStats::KeepMostWanted() {
  std::sort(totals_.wanted.begin(), totals_.wanted.end(),
            [](const WantedKeyframe& a, const WantedKeyframe& b) {
              return std::tie(b.help.worth, a.source, a.help.frame) <
                     std::tie(a.help.worth, b.source, b.help.frame);
            });
  if (totals_.wanted.size() > kWantedKept) totals_.wanted.resize(kWantedKept);
}

void RunStats::KeepFirstQuarantined() {
  std::sort(totals_.quarantined.begin(), totals_.quarantined.end(),
            [](const QuarantinedItem& a, const QuarantinedItem& b) {
              return std::tie(a.source, a.item) < std::tie(b.source, b.item);
            });
  if (totals_.quarantined.size() > kQuarantinedKept) totals_.quarantined.resize(kQuarantinedKept);
}

RunTotals RunStats::Finish() const {
  RunStats finished = *this;
  finished.KeepFirstQuarantined();
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    finished.totals_.classes[i].tracks = tracks_[i].size();
  }
  return finished.totals_;
}

}  // namespace prelabel
