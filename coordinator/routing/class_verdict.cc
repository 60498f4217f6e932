#include "coordinator/routing/class_verdict.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "coordinator/routing/next_audit.h"

namespace prelabel {
namespace {

constexpr double kAutomateShare = 0.5;  // of a class's labels, for the verdict
constexpr double kThinShare = 0.5;      // of labels where the reference has few boxes
constexpr double kDisagreement = 0.1;   // between estimates of precision
constexpr double kUnknownShare = 0.5;   // excess of boxes unlike anything known, lower bound
constexpr std::uint64_t kUnknownBoxes = 30;
constexpr std::uint64_t kSmallAudit = 30;  // labels: an interval of at most 37 points
constexpr std::size_t kTestsNamed = 3;

std::string Number(std::uint64_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string Range(const Interval& interval) {
  const std::string low = Percent(interval.low);
  return low.substr(0, low.size() - 2) + " to " + Percent(interval.high);
}

std::string NamesOf(const std::vector<std::string>& tests) {
  std::string text;
  for (std::size_t i = 0; i < std::min(tests.size(), kTestsNamed); ++i) {
    text += (i == 0 ? "" : ", ") + tests[i];
  }
  return tests.size() > kTestsNamed ? text + " …" : text;
}

class Decision {
 public:
  explicit Decision(const ClassCase& input)
      : in_(input),
        labels_(input.confidence.labels),
        audit_(input.audit != nullptr && input.audit->checked > 0 ? input.audit : nullptr) {}

  ClassVerdict Take() {
    if (labels_ == 0) return WithoutLabels();
    if (audit_ != nullptr && audit_->guaranteed_threshold) return Guaranteed();
    if (IsByHand()) {
      out_.verdict = Verdict::kByHand;
      out_.labels_manual = labels_;
      out_.next =
          audit_ != nullptr
              ? std::string("A higher threshold for the class may leave those that are right.")
              : fmt::format(
                    "Audit {} labels of this class to see whether that holds for these "
                    "data; a higher threshold may leave those that are right.",
                    std::min(labels_, kSmallAudit));
      return std::move(out_);
    }
    if (const ThresholdPoint* point = Proposal()) return Propose(*point);
    out_.verdict = Verdict::kReview;
    out_.labels_review = labels_;
    if (!Known()) {
      Reason(in_.reference ? "Nothing is known about how often labels of this class are right: the "
                             "reference has no ground truth for it."
                           : "Nothing is known about how often labels of this class are right: "
                             "there is no reference profile and no audit.");
      out_.next = Next() + (in_.reference ? " Or make the profile from a run with ground truth "
                                            "for this class."
                                          : " Or name a reference profile with ground truth.");
      return std::move(out_);
    }
    const bool pays = PrecisionOf(in_.confidence, audit_).expected >= in_.break_even;
    Reason(PrecisionSentence() + " From " + Percent(in_.break_even) +
           (pays
                ? " on correcting is quicker than drawing anew."
                : " on correcting is quicker than drawing anew; whether that is reached is open."));
    out_.next = Next();
    return std::move(out_);
  }

 private:
  bool Known() const { return audit_ != nullptr || in_.confidence.calibrated; }

  void Reason(std::string text, bool first = false) {
    out_.reasons.insert(first ? out_.reasons.begin() : out_.reasons.end(), std::move(text));
  }

  std::string PrecisionSentence() const {
    if (audit_ != nullptr) {
      return fmt::format("People found {} of {} right; that makes {} of all ({}).", audit_->right,
                         Number(audit_->checked, "label", "labels"), Percent(audit_->precision),
                         Range(audit_->precision_interval));
    }
    return fmt::format("{} of the labels are expected to be right ({}).",
                       Percent(in_.confidence.expected_precision), Range(in_.confidence.interval));
  }

  ClassVerdict WithoutLabels() {
    out_.verdict = Verdict::kNoLabels;
    if (in_.audit != nullptr && in_.audit->objects > 0) {
      out_.verdict = Verdict::kByHand;
      Reason(fmt::format("People drew {} of this class in audited images; there is no label of it.",
                         Number(in_.audit->objects, "object", "objects")));
      out_.next = "Lower the class's threshold, or use another model.";
    } else if (!in_.of_model) {
      Reason("People drew all there is of this class.");
    } else {
      Reason("No label of this class was written.");
      out_.next =
          "Whether objects of it were missed is known from whole images that people look through.";
    }
    return std::move(out_);
  }

  void Automate(float threshold, std::uint64_t labels) {
    out_.auto_threshold = threshold;
    out_.labels_auto = std::min(labels, labels_);
    out_.labels_review = labels_ - out_.labels_auto;
    const double share = static_cast<double>(out_.labels_auto) / static_cast<double>(labels_);
    out_.verdict = share >= kAutomateShare ? Verdict::kAutomate : Verdict::kReview;
  }

  // What a verdict of review owes to labels that are automated all the same.
  std::string PartSentence() const {
    return fmt::format(
        "{} of the {} labels have a score of {:.2f} or more.",
        Percent(static_cast<double>(out_.labels_auto) / static_cast<double>(labels_)), labels_,
        out_.auto_threshold);
  }

  ClassVerdict Guaranteed() {
    const float threshold = *audit_->guaranteed_threshold;
    Automate(threshold, audit_->guaranteed_labels);
    out_.guaranteed = true;
    out_.precision_auto = std::max(audit_->precision, in_.target);
    for (const ThresholdPoint& point : in_.confidence.curve) {
      if (in_.confidence.calibrated && point.threshold >= threshold && point.kept > 0) {
        out_.precision_auto = std::max(point.expected_precision, in_.target);
        break;
      }
    }
    out_.precision_auto_interval = {in_.target, 1};
    Reason(
        fmt::format("An audit shows, with {} confidence, that at least {} of the labels with a "
                    "score of {:.2f} or more are right.",
                    Percent(in_.confidence_level), Percent(in_.target), threshold));
    Reason(PartSentence(), out_.verdict == Verdict::kReview);
    Reason(PrecisionSentence());
    if (!in_.drifted.empty()) {
      Reason("Drift from the reference (" + NamesOf(in_.drifted) +
             ") does not matter: the audit was of these data.");
    }
    out_.next = out_.labels_review == 0
                    ? "Nothing is missing, as long as new data are like these."
                    : fmt::format(
                          "Auditing more labels may lower the threshold; {} under it {} "
                          "left to review.",
                          Number(out_.labels_review, "label", "labels"),
                          out_.labels_review == 1 ? "is" : "are");
    return std::move(out_);
  }

  bool IsByHand() {
    const double break_even = in_.break_even;
    if (audit_ != nullptr && audit_->precision_interval.high < break_even) {
      Reason(PrecisionSentence() + BelowBreakEven());
      return true;
    }
    const bool audited_well = audit_ != nullptr && audit_->precision_interval.low > break_even;
    if (in_.unknown_boxes && in_.unknown_boxes->count >= kUnknownBoxes &&
        in_.unknown_boxes->low >= kUnknownShare && !audited_well) {
      Reason(
          fmt::format("{} of the {} boxes look like no object that the reference knows (5 % "
                      "would be nothing new): most are other things.",
                      Percent(in_.unknown_boxes->share), in_.unknown_boxes->count));
      if (Known()) Reason(PrecisionSentence());
      return true;
    }
    if (audit_ == nullptr && in_.confidence.calibrated &&
        in_.confidence.interval.high < break_even) {
      Reason(PrecisionSentence() + BelowBreakEven());
      return true;
    }
    return false;
  }

  std::string BelowBreakEven() const {
    return fmt::format(" Under {} drawing anew is quicker than correcting.",
                       Percent(in_.break_even));
  }

  // Null where nothing may be automated; then reasons say why.
  const ThresholdPoint* Proposal() {
    const ClassConfidence& confidence = in_.confidence;
    if (!confidence.calibrated) return nullptr;
    const auto point = std::find_if(
        confidence.curve.begin(), confidence.curve.end(),
        [&](const ThresholdPoint& at) { return at.kept > 0 && at.interval.low >= in_.target; });
    if (!in_.drifted.empty()) {
      Reason("The data have drifted from the reference (" + NamesOf(in_.drifted) +
             "), so its calibration need not hold here.");
    }
    if (audit_ != nullptr && audit_->precision_interval.high < confidence.interval.low) {
      Reason(
          fmt::format("People found fewer right labels than the reference leads one to expect "
                      "({}): its calibration does not hold here.",
                      Range(confidence.interval)));
    }
    if (confidence.thin_share > kThinShare) {
      Reason(
          fmt::format("{} of the labels have scores at which the reference has fewer than 30 "
                      "boxes.",
                      Percent(confidence.thin_share)));
    }
    const double lowest =
        std::min(confidence.difference_of_confidences, confidence.average_thresholded_confidence);
    if (lowest < confidence.expected_precision - kDisagreement) {
      Reason(fmt::format("Estimates of precision disagree: {} by calibration, {} by another.",
                         Percent(confidence.expected_precision), Percent(lowest)));
    }
    if (!out_.reasons.empty()) return nullptr;
    if (point != confidence.curve.end()) return &*point;
    Reason(fmt::format("At no threshold are {} right labels beyond doubt.", Percent(in_.target)));
    return nullptr;
  }

  ClassVerdict Propose(const ThresholdPoint& point) {
    Automate(point.threshold, point.kept);
    out_.precision_auto = point.expected_precision;
    out_.precision_auto_interval = point.interval;
    Reason(
        fmt::format("{} of the labels with a score of {:.2f} or more are expected to be right "
                    "({}): a proposal, since nobody has checked any of these data.",
                    Percent(point.expected_precision), point.threshold, Range(point.interval)));
    if (audit_ != nullptr) {
      out_.reasons.front() = fmt::format(
          "{} of the labels with a score of {:.2f} or more are expected to be right "
          "({}): a proposal, since too few labels were audited to guarantee it.",
          Percent(point.expected_precision), point.threshold, Range(point.interval));
      Reason(PrecisionSentence());
    }
    Reason(PartSentence(), out_.verdict == Verdict::kReview);
    out_.next = Next();
    return std::move(out_);
  }

  std::string Next() const {
    return NextAudit(in_.confidence, audit_,
                     {in_.target, in_.confidence_level, in_.audited_classes});
  }

  const ClassCase& in_;
  const std::uint64_t labels_;
  const ClassAudit* audit_;  // null where nothing of the class was checked
  ClassVerdict out_;
};

}  // namespace

ClassVerdict DecideClass(const ClassCase& input) { return Decision(input).Take(); }

KnownPrecision PrecisionOf(const ClassConfidence& confidence, const ClassAudit* audit,
                           bool drifted) {
  if (audit != nullptr && audit->checked > 0) {
    return {KnownPrecision::From::kAudit, audit->precision, audit->precision_interval};
  }
  if (confidence.calibrated) {
    return {KnownPrecision::From::kCalibration, confidence.expected_precision,
            drifted ? Interval{0, 1} : confidence.interval};
  }
  return {KnownPrecision::From::kNothing, confidence.mean_score, {0, 1}};
}

}  // namespace prelabel
