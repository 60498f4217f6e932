// Counts over the merged items of a run. Everything is an integer, so that the sums do not depend
// on the order or grouping of what is added: Add, Merge, Finish.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

inline constexpr std::size_t kScoreBins = 20;
// Bin i counts the scores in [i/20, (i+1)/20); the last one includes 1.
using ScoreHistogram = std::array<std::uint64_t, kScoreBins>;
std::size_t ScoreBin(float score);

// One category.
struct ClassStats {
  std::uint64_t raw_predictions = 0;  // of the model's classes that are written as this one
  std::uint64_t labels = 0;
  std::uint64_t interpolated = 0;  // of `labels`
  std::uint64_t images = 0;        // images and frames with at least one label
  std::uint64_t tracks = 0;
  std::uint64_t score_sum = 0;  // of labels, in millionths
  ScoreHistogram raw_scores{};
  ScoreHistogram label_scores{};
  ClassTrust trust{};  // in what is interpolated
  // Of fused models: labels that say by how many they were found, the sums of these and of how many
  // might have found them, and how many labels all of them found.
  std::uint64_t voted = 0;
  std::uint64_t found_by = 0;
  std::uint64_t known_by = 0;
  std::uint64_t unanimous = 0;
  friend bool operator==(const ClassStats&, const ClassStats&) = default;

  double MeanScore() const;  // of labels; 0 without any
};

// One source of the job.
struct SourceStats {
  std::uint64_t items = 0;
  std::uint64_t looked_at = 0;  // by the model
  std::uint64_t labeled = 0;    // items with at least one label
  std::uint64_t labels = 0;
  std::uint64_t interpolated = 0;  // labels that the model did not see itself
  std::uint64_t quarantined = 0;
  std::uint64_t drawn = 0;  // items of videos whose keyframes a person drew: not for the model
  friend bool operator==(const SourceStats&, const SourceStats&) = default;
};

struct QuarantinedItem {
  SourceId source;
  std::uint64_t item = 0;
  std::string reason;
  friend bool operator==(const QuarantinedItem&, const QuarantinedItem&) = default;
};

// A frame where one keyframe more would help most.
struct WantedKeyframe {
  SourceId source;
  HelpfulFrame help;
  friend bool operator==(const WantedKeyframe&, const WantedKeyframe&) = default;
};

struct RunTotals {
  std::vector<ClassStats> classes;  // by category
  std::vector<SourceStats> sources;
  SourceStats all;
  std::uint64_t raw_predictions = 0;         // of all the model's classes
  std::uint64_t dropped_predictions = 0;     // of these, of classes that the job does not write
  std::vector<QuarantinedItem> quarantined;  // the first kQuarantinedKept in dataset order
  // At most kWantedKept; most worth first, then in dataset order.
  std::vector<WantedKeyframe> wanted;
  friend bool operator==(const RunTotals&, const RunTotals&) = default;
};

// Memory does not grow with the dataset, tracks aside (8 bytes each).
class RunStats {
 public:
  static constexpr std::size_t kQuarantinedKept = 200;
  static constexpr std::size_t kWantedKept = 50;

  RunStats(std::size_t sources, const ClassMap& classes);

  void Add(const LabeledItem& item);
  // Adds what `other` has seen of the same dataset; each item is seen by one of them.
  void Merge(const RunStats& other);
  RunTotals Finish() const;

 private:
  void KeepFirstQuarantined();
  void KeepMostWanted();

  std::vector<int> category_of_class_;
  RunTotals totals_;
  std::vector<std::set<std::uint64_t>> tracks_;  // by category: source << 32 | track
};

}  // namespace prelabel
