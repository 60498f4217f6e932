#include "coordinator/routing/review_queue.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <set>
#include <tuple>

#include "common/base/utf8_prefix.h"

namespace prelabel {
namespace {

constexpr std::size_t kReasonBytes = 300;

double Rate(const ReviewItem& item) { return item.expected_errors / item.seconds; }

// Strict order: more worth first, then as in the dataset.
bool IsBetter(const ReviewItem& a, const ReviewItem& b) {
  const double rate_a = Rate(a);
  const double rate_b = Rate(b);
  if (rate_a != rate_b) return rate_a > rate_b;
  return std::tie(a.source, a.item) < std::tie(b.source, b.item);
}

// The candidates in which one category has most errors. A discount for that is common to all of
// them, so that it moves none past another.
class Lane {
 public:
  void Add(const ReviewItem& item, std::size_t index) { bounds_.push({Rate(item), index}); }

  // Worth of the best one that fits, given what was chosen so far; 0 where none is left. It is then
  // on top. Lazily greedy: what an item was worth when it was last looked at is a bound of what it
  // is worth now, since discounts only grow (Minoux, "Accelerated greedy algorithms", 1978).
  template <class Fits, class NeighborDiscount>
  double Best(const Fits& fits, const NeighborDiscount& discount) {
    while (!bounds_.empty()) {
      const Bound top = bounds_.top();
      if (fits(top.index)) {
        const double worth = discount(top.index);
        if (worth >= top.worth) return worth / (1 + chosen_ / ReviewQueue::kHalvingItems);
        bounds_.pop();
        bounds_.push({worth, top.index});
      } else {
        bounds_.pop();
      }
    }
    return 0;
  }
  std::size_t top() const { return bounds_.top().index; }
  void Choose() {
    bounds_.pop();
    ++chosen_;
  }

 private:
  struct Bound {
    double worth = 0;
    std::size_t index = 0;
    bool operator<(const Bound& other) const {
      return worth != other.worth ? worth < other.worth : index > other.index;
    }
  };
  std::priority_queue<Bound> bounds_;
  double chosen_ = 0;
};

// When in their videos the frames are that were chosen so far.
class ChosenFrames {
 public:
  void Add(const ReviewItem& item) {
    if (item.at) times_[item.source].insert(*item.at);
  }
  double Discounted(const ReviewItem& item) const {
    const auto times = times_.find(item.source);
    if (!item.at || times == times_.end()) return Rate(item);
    const auto first = times->second.lower_bound(*item.at - ReviewQueue::kNeighborSeconds);
    const auto last = times->second.upper_bound(*item.at + ReviewQueue::kNeighborSeconds);
    return std::ldexp(Rate(item), -static_cast<int>(std::distance(first, last)));
  }

 private:
  std::map<SourceId, std::multiset<double>> times_;
};

}  // namespace

ReviewQueue::ReviewQueue(const LabelPrecision& precision, const ReviewOptions& times,
                         double objects_per_image, std::span<const OddImage> odd)
    : precision_(precision), times_(times), objects_per_image_(objects_per_image) {
  for (const OddImage& image : odd) odd_.emplace(std::pair(image.source, image.item), image.reason);
}

void ReviewQueue::Add(const LabeledItem& item, std::optional<double> at) {
  if (item.drawn) return;
  ReviewItem entry;
  entry.source = item.source;
  entry.item = item.item;
  entry.at = at;
  entry.seconds = times_.seconds_per_image;
  double most = 0;
  double of_category = 0;
  for (std::size_t i = 0; i < item.labels.size(); ++i) {
    const Label& label = item.labels[i];
    // Labels are sorted by category.
    if (i > 0 && label.category != item.labels[i - 1].category) of_category = 0;
    if (!label.route || *label.route == Route::kAuto) continue;
    const double right = precision_.Of(label.category, label.score);
    if (*label.route == Route::kReview) {
      ++entry.labels_review;
      entry.seconds += times_.seconds_per_check * (1 + (1 - right));
    } else {
      ++entry.labels_manual;
      entry.seconds += times_.seconds_per_box * right;
    }
    entry.expected_wrong += 1 - right;
    of_category += 1 - right;
    if (of_category > most) {
      most = of_category;
      entry.category = label.category;
    }
  }
  entry.expected_errors = entry.expected_wrong;
  const auto odd = odd_.find({item.source, item.item});
  if (odd != odd_.end()) entry.odd = Utf8Prefix(odd->second, kReasonBytes);
  if (!item.error.empty()) entry.error = Utf8Prefix(item.error, kReasonBytes);
  if (!entry.odd.empty() || !entry.error.empty()) {
    entry.expected_errors += objects_per_image_;
    entry.seconds += times_.seconds_per_box * objects_per_image_;
  }
  if (entry.expected_errors <= 0) return;

  const auto number = static_cast<std::int64_t>(std::floor(at.value_or(0) / kNeighborSeconds));
  if (!at || stretch_source_ != item.source || stretch_number_ != number) Flush();
  stretch_source_ = item.source;
  stretch_number_ = number;
  stretch_.push_back(std::move(entry));
  if (stretch_.size() <= kPerStretch) return;
  stretch_.erase(std::max_element(stretch_.begin(), stretch_.end(), IsBetter));
}

void ReviewQueue::Flush() {
  for (ReviewItem& item : stretch_) {
    if (kept_.size() < kCandidates) {
      kept_.push_back(std::move(item));
      if (kept_.size() == kCandidates) std::make_heap(kept_.begin(), kept_.end(), IsBetter);
      continue;
    }
    if (!IsBetter(item, kept_.front())) continue;
    std::pop_heap(kept_.begin(), kept_.end(), IsBetter);
    kept_.back() = std::move(item);
    std::push_heap(kept_.begin(), kept_.end(), IsBetter);
  }
  stretch_.clear();
}

std::vector<QueuedItem> ReviewQueue::Order() {
  Flush();
  std::sort(kept_.begin(), kept_.end(), IsBetter);

  std::map<int, Lane> lanes;  // by category
  for (std::size_t i = 0; i < kept_.size(); ++i) lanes[kept_[i].category].Add(kept_[i], i);
  ChosenFrames chosen;
  std::vector<QueuedItem> order;
  const double budget = 60.0 * times_.budget_minutes;
  double seconds = 0;
  const auto fits = [&](std::size_t i) { return seconds + kept_[i].seconds <= budget; };
  const auto discounted = [&](std::size_t i) { return chosen.Discounted(kept_[i]); };
  while (true) {
    Lane* best = nullptr;
    double worth = 0;
    for (auto& [category, lane] : lanes) {
      const double of_lane = lane.Best(fits, discounted);
      if (of_lane <= 0 || of_lane < worth) continue;
      // Of equals the first in the order above.
      if (of_lane == worth && best != nullptr && best->top() < lane.top()) continue;
      worth = of_lane;
      best = &lane;
    }
    if (best == nullptr) break;
    const ReviewItem& item = kept_[best->top()];
    best->Choose();
    seconds += item.seconds;
    chosen.Add(item);
    order.push_back({item, seconds / 60});
  }
  return order;
}

}  // namespace prelabel
