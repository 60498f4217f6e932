#include "coordinator/routing/route_totals.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace prelabel {
namespace {

struct Hours {
  double by_hand = 0;
  double left = 0;
};

enum class Case : std::uint8_t { kLow, kExpected, kHigh };

double At(Case scenario, double expected, const Interval& interval) {
  if (scenario == Case::kLow) return interval.low;
  return scenario == Case::kHigh ? interval.high : expected;
}

// Of a category, in images' worth: videos are drawn and checked at every tenth frame.
double Worth(const WorkCounts::OfCategory& work) {
  const auto stills = static_cast<double>(work.labels);
  const auto frames = static_cast<double>(work.video_labels);
  return stills + frames == 0 ? 1 : (stills + kVideoShare * frames) / (stills + frames);
}

double Looks(std::uint64_t images, std::uint64_t frames) {
  return static_cast<double>(images) + kVideoShare * static_cast<double>(frames);
}

class Sum {
 public:
  Sum(std::span<const ClassVerdict> classes, std::span<const KnownPrecision> precision,
      const AuditResult* audit, const WorkCounts& work, bool gaps, double target,
      const ReviewOptions& times)
      : classes_(classes),
        precision_(precision),
        audit_(audit),
        work_(work),
        gaps_(gaps),
        target_(target),
        times_(times) {}

  Hours Of(Case scenario) const {
    double drawn_by_hand = 0;  // boxes
    double drawn = 0;
    double checked = 0;
    bool look_at_all = gaps_;
    WorkCounts review;  // images and frames with labels to check, at most
    for (std::size_t c = 0; c < classes_.size(); ++c) {
      const ClassVerdict& verdict = classes_[c];
      const ClassAudit* audit = audit_ == nullptr ? nullptr : &audit_->classes[c];
      const KnownPrecision& known = precision_[c];
      const double worth = Worth(work_.categories[c]);
      const auto labels =
          static_cast<double>(verdict.labels_auto + verdict.labels_review + verdict.labels_manual);
      const double right = labels * At(scenario, known.expected, known.interval);
      const double missed = Missed(audit, right);

      drawn_by_hand += worth * (right + missed);
      if (verdict.verdict == Verdict::kByHand) {
        drawn += worth * (right + missed);
        look_at_all = true;
        continue;
      }
      if (missed > 0 && audit->recall < target_) {
        drawn += worth * missed;
        look_at_all = true;
      }
      if (verdict.labels_review == 0) continue;
      const double right_auto =
          static_cast<double>(verdict.labels_auto) *
          At(scenario, verdict.precision_auto, verdict.precision_auto_interval);
      const auto to_check = static_cast<double>(verdict.labels_review);
      const double wrong = to_check - std::clamp(right - right_auto, 0.0, to_check);
      checked += worth * (to_check + wrong);
      review.images += work_.categories[c].images;
      review.frames += work_.categories[c].frames;
    }

    const double all = Looks(work_.images, work_.frames);
    const double failed = Looks(work_.quarantined_images, work_.quarantined_frames);
    if (all > failed) {  // they have as many objects as others
      const double objects = drawn_by_hand / (all - failed) * failed;
      drawn_by_hand += objects;
      drawn += objects;
    }
    const double looks =
        look_at_all ? all : std::min(all, Looks(review.images, review.frames) + failed);
    const auto hours = [&](double boxes, double checks, double images) {
      return (boxes * times_.seconds_per_box + checks * times_.seconds_per_check +
              images * times_.seconds_per_image) /
             3600;
    };
    return {hours(drawn_by_hand, 0, all), hours(drawn, checked, looks)};
  }

 private:
  // Objects without a label, as far as an audit has measured recall.
  double Missed(const ClassAudit* audit, double right) const {
    if (audit == nullptr || audit->objects == 0) return 0;
    // Where nothing was found, as many as can be counted.
    if (audit->recall <= 0) return static_cast<double>(audit->objects);
    return right * (1 - audit->recall) / audit->recall;
  }

  std::span<const ClassVerdict> classes_;
  std::span<const KnownPrecision> precision_;
  const AuditResult* audit_;
  const WorkCounts& work_;
  bool gaps_;
  double target_;
  const ReviewOptions& times_;
};

}  // namespace

RoutingTotals AddUp(std::span<const ClassVerdict> classes,
                    std::span<const KnownPrecision> precision, const AuditResult* audit,
                    const WorkCounts& work, bool gaps, double target, const ReviewOptions& times) {
  RoutingTotals totals;
  for (const ClassVerdict& verdict : classes) {
    totals.labels_auto += verdict.labels_auto;
    totals.labels_review += verdict.labels_review;
    totals.labels_manual += verdict.labels_manual;
  }
  const Sum sum(classes, precision, audit, work, gaps, target, times);
  const Hours expected = sum.Of(Case::kExpected);
  totals.hours_by_hand = expected.by_hand;
  totals.hours_left = expected.left;
  totals.hours_saved = expected.by_hand - expected.left;
  totals.hours_left_interval = {totals.hours_left, totals.hours_left};
  totals.hours_saved_interval = {totals.hours_saved, totals.hours_saved};
  const auto widen = [](Interval& interval, double value) {
    interval.low = std::min(interval.low, value);
    interval.high = std::max(interval.high, value);
  };
  for (const Case scenario : {Case::kLow, Case::kHigh}) {
    const Hours hours = sum.Of(scenario);
    widen(totals.hours_left_interval, hours.left);
    widen(totals.hours_saved_interval, hours.by_hand - hours.left);
  }
  return totals;
}

double ObjectsPerImage(std::span<const ClassConfidence> confidence, const AuditResult* audit,
                       const WorkCounts& work) {
  double right = 0;
  for (std::size_t c = 0; c < confidence.size(); ++c) {
    const ClassAudit* of_class = audit == nullptr ? nullptr : &audit->classes[c];
    right +=
        static_cast<double>(confidence[c].labels) * PrecisionOf(confidence[c], of_class).expected;
  }
  const std::uint64_t quarantined = work.quarantined_images + work.quarantined_frames;
  const std::uint64_t all = work.images + work.frames;
  return all <= quarantined ? 0 : right / static_cast<double>(all - quarantined);
}

}  // namespace prelabel
