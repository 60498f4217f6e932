// Which images and frames people should look at first: those where a minute of their time is
// expected to mend most, and not the same thing over and over. Constant memory: the best
// candidates are kept while items stream by, and put in order at the end. Pure; deterministic. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/ids.h"
#include "common/job/job_spec.h"
#include "coordinator/merge/merge.h"
#include "coordinator/routing/label_precision.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

struct ReviewItem {
  SourceId source;
  std::uint64_t item = 0;
  std::optional<double> at{};  // seconds from the start, of a frame
  std::uint32_t labels_review = 0;
  std::uint32_t labels_manual = 0;
  double expected_wrong = 0;   // of labels_review and labels_manual: sum of 1 - precision
  double expected_errors = 0;  // these, and objects without a label
  double seconds = 0;          // of a person
  int category = -1;           // that most of expected_wrong is of; -1 where there is none
  std::string error{};         // why it is quarantined
  std::string odd{};           // why it stands out
};

struct QueuedItem {
  ReviewItem item;
  double minutes = 0;  // when it is done, from the start of the queue
};

class ReviewQueue {
 public:
  static constexpr std::size_t kCandidates = 20000;
  // Frames closer than this in a video show the same things: each one chosen halves what others
  // there are worth, and of each stretch of this length the best kPerStretch are candidates.
  static constexpr double kNeighborSeconds = 10;
  static constexpr std::size_t kPerStretch = 8;
  // After so many items in which one category has most errors, further ones are worth half.
  static constexpr double kHalvingItems = 10;

  // `objects_per_image`: expected on average; quarantined items have as many, and images that stand
  // out (`odd`) are taken to miss as many. `precision` outlives this.
  ReviewQueue(const LabelPrecision& precision, const ReviewOptions& times, double objects_per_image,
              std::span<const OddImage> odd = {});

  // An item with routes, in dataset order; `at` of frames, in seconds.
  //
  // A person looks through it, checks labels under review, removes wrong ones, draws the right ones
  // among those by hand anew, and draws what has no label. Labels routed `auto` are no work and no
  // gain. Items in which there is nothing to do, and what people drew, are passed over.
  void Add(const LabeledItem& item, std::optional<double> at);

  // Greedy: again and again the item with most expected errors a second, discounted for its
  // likeness to what stands before it, as long as it fits into what is left of budget_minutes.
  std::vector<QueuedItem> Order();

 private:
  void Flush();  // the candidates of the present stretch

  const LabelPrecision& precision_;
  ReviewOptions times_;
  double objects_per_image_;
  std::map<std::pair<SourceId, std::uint64_t>, std::string> odd_;
  std::vector<ReviewItem> kept_;     // a heap, the least worth first, once it is full
  std::vector<ReviewItem> stretch_;  // of one video
  SourceId stretch_source_;
  std::int64_t stretch_number_ = 0;
};

}  // namespace prelabel
