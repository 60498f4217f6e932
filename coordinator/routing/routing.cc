#include "coordinator/routing/routing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/routing/audit_size.h"
#include "coordinator/routing/class_verdict.h"
#include "coordinator/routing/next_audit.h"
#include "coordinator/routing/route_totals.h"

namespace prelabel {
namespace {

void AddDrifted(const std::vector<ShiftTest>& tests, std::vector<std::string>& names) {
  for (const ShiftTest& test : tests) {
    if (test.drift) names.push_back(test.name);
  }
}

std::vector<std::string> DriftOfRun(const DomainShift& shift) {
  std::vector<std::string> names;
  if (shift.embedding) AddDrifted({shift.embedding->mmd, shift.embedding->reconstruction}, names);
  AddDrifted(shift.features, names);
  AddDrifted(shift.predictions, names);
  if (shift.drift && names.empty()) names.emplace_back("overall");
  return names;
}

void AddDriftOfCategory(const DomainShift& shift, const ClassMap& classes, int category,
                        std::vector<std::string>& names) {
  for (const ClassShift& of_class : shift.classes) {
    if (of_class.drift && of_class.class_id < classes.category_of_class.size() &&
        classes.category_of_class[of_class.class_id] == category) {
      AddDrifted(of_class.tests, names);
    }
  }
}

// Of the model's classes that are written as the category; the mean of their bounds, weighted by
// boxes, is a bound of their mean.
std::optional<UnknownShare> UnknownOfCategory(const DomainShift& shift, const ClassMap& classes,
                                              int category) {
  UnknownShare sum;
  for (std::size_t id = 0;
       id < std::min(shift.unknown_by_class.size(), classes.category_of_class.size()); ++id) {
    if (classes.category_of_class[id] != category) continue;
    const UnknownShare& of_class = shift.unknown_by_class[id];
    const auto boxes = static_cast<double>(of_class.count);
    sum.count += of_class.count;
    sum.share += boxes * of_class.share;
    sum.excess += boxes * of_class.excess;
    sum.low += boxes * of_class.low;
    sum.high += boxes * of_class.high;
  }
  if (sum.count == 0) return std::nullopt;
  const auto boxes = static_cast<double>(sum.count);
  return UnknownShare{sum.count, sum.share / boxes, sum.excess / boxes, sum.low / boxes,
                      sum.high / boxes};
}

std::uint64_t ClassesWithLabels(const DecisionInput& input) {
  return static_cast<std::uint64_t>(
      std::count_if(input.confidence.begin(), input.confidence.end(),
                    [](const ClassConfidence& of_class) { return of_class.labels > 0; }));
}

std::string Count(std::uint64_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

Verdict Overall(const RoutingTotals& totals) {
  const std::uint64_t labels = totals.labels_auto + totals.labels_review + totals.labels_manual;
  if (labels == 0) return Verdict::kNoLabels;
  if (2 * totals.labels_auto >= labels) return Verdict::kAutomate;
  return 2 * totals.labels_manual > labels ? Verdict::kByHand : Verdict::kReview;
}

// "3 classes can be automated, 4 need review and 1 is better labeled by hand".
std::string ByClass(const Verdicts& verdicts) {
  std::uint64_t counts[3] = {};
  for (const ClassVerdict& of_class : verdicts.classes) {
    if (of_class.verdict != Verdict::kNoLabels)
      ++counts[static_cast<std::size_t>(of_class.verdict)];
  }
  std::vector<std::string> parts;
  if (counts[0] > 0) parts.push_back(Count(counts[0], "class", "classes") + " can be automated");
  if (counts[1] > 0) {
    parts.push_back(Count(counts[1], "class needs", "classes need") + " review");
  }
  if (counts[2] > 0) {
    parts.push_back(Count(counts[2], "class is", "classes are") + " better labeled by hand");
  }
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return text;
}

std::string Answer(const Verdicts& verdicts, bool known, const DecisionInput& input) {
  const RoutingTotals& totals = verdicts.totals;
  const std::uint64_t labels = totals.labels_auto + totals.labels_review + totals.labels_manual;
  std::string text;
  if (labels == 0) {
    text = "There are no labels to decide about";
  } else if (!known) {
    const std::uint64_t n = AuditSize(0, input.target_precision, input.confidence_level);
    text = fmt::format(
        "Not yet: nothing is known about how often these labels are right, so all need review; {}"
        "an audit of {} labels would change that",
        input.reference ? "" : "a reference profile with ground truth or ", n);
  } else {
    const double share = static_cast<double>(totals.labels_auto) / static_cast<double>(labels);
    if (totals.labels_auto == 0) {
      text = verdicts.overall == Verdict::kByHand ? "No: " : "Not without people: ";
    } else {
      text = fmt::format(
          "{}, for {} of the labels ({}): ",
          verdicts.overall == Verdict::kAutomate ? "Yes" : "In part", Percent(share),
          verdicts.guaranteed ? "guaranteed by an audit" : "a proposal, not a guarantee");
    }
    text += ByClass(verdicts);
  }
  if (!verdicts.gaps.empty()) {
    text += fmt::format(
        "; {} that the job wants {} in nobody's vocabulary here and {} to be drawn "
        "by hand",
        Count(verdicts.gaps.size(), "class", "classes"), verdicts.gaps.size() == 1 ? "is" : "are",
        verdicts.gaps.size() == 1 ? "has" : "have");
  }
  return text + ".";
}

// What numbers rest on that nobody has measured.
struct Doubts {
  bool precision_unknown = false;  // of some class with labels
  bool by_calibration = false;
  bool drifted = false;  // some class whose precision is by calibration
  bool recall_unknown = true;
};

std::vector<std::string> Assumptions(const DecisionInput& input, const Doubts& doubts) {
  const ReviewOptions& times = input.review;
  std::vector<std::string> texts;
  texts.push_back(fmt::format(
      "Times: {:g} s to draw a box, {:g} s to check one and as much to remove a wrong one, {:g} s "
      "to look through an image. Checking is quicker than drawing where at least {} are right.",
      times.seconds_per_box, times.seconds_per_check, times.seconds_per_image,
      Percent(BreakEven(times))));
  if (input.work.frames > 0) {
    texts.emplace_back(
        "In videos people draw and check every tenth frame; their tool fills in the rest.");
  }
  if (doubts.by_calibration) {
    texts.emplace_back(
        "Expected precision holds as far as a score means the same here as in the reference.");
  }
  if (doubts.drifted) {
    texts.emplace_back(
        "Where the data have drifted from the reference, the interval of the hours goes from no "
        "label being right to all.");
  }
  if (doubts.precision_unknown) {
    texts.emplace_back(
        "Where nothing is known about precision, hours reckon with the mean score, and their "
        "interval goes from no label being right to all.");
  }
  texts.emplace_back(
      doubts.recall_unknown
          ? "Objects that have no label are not counted: how many were missed is known only from "
            "whole images that people looked through."
          : "Objects that have no label are counted for classes with audited whole images; nobody "
            "looks for those of a class of which at least the target share is found.");
  return texts;
}

ClassCase CaseOf(const DecisionInput& input, std::size_t c, std::uint64_t with_labels) {
  const int category = static_cast<int>(c);
  const std::vector<int>& of_class = input.classes.category_of_class;
  ClassCase one{.confidence = input.confidence[c]};
  one.audit = input.audit == nullptr ? nullptr : &input.audit->classes[c];
  one.of_model = std::find(of_class.begin(), of_class.end(), category) != of_class.end();
  if (input.shift != nullptr) {
    if (input.shift->drift) one.drifted = DriftOfRun(*input.shift);
    AddDriftOfCategory(*input.shift, input.classes, category, one.drifted);
    one.unknown_boxes = UnknownOfCategory(*input.shift, input.classes, category);
  }
  one.target = input.target_precision;
  one.confidence_level = input.confidence_level;
  one.audited_classes = std::max<std::uint64_t>(1, with_labels);
  one.break_even = BreakEven(input.review);
  one.reference = input.reference;
  return one;
}

}  // namespace

Verdicts Decide(const DecisionInput& input) {
  Verdicts verdicts;
  verdicts.target_precision = input.target_precision;
  verdicts.confidence = input.confidence_level;
  verdicts.gaps = input.gaps;
  const std::uint64_t with_labels = ClassesWithLabels(input);
  std::vector<KnownPrecision> precision;
  bool known = false;
  Doubts doubts;
  verdicts.guaranteed = true;
  for (std::size_t c = 0; c < input.confidence.size(); ++c) {
    const ClassCase one = CaseOf(input, c, with_labels);
    const ClassVerdict& verdict = verdicts.classes.emplace_back(DecideClass(one));
    precision.push_back(PrecisionOf(one.confidence, one.audit, !one.drifted.empty()));

    if (verdict.labels_auto > 0 && !verdict.guaranteed) verdicts.guaranteed = false;
    if (one.audit != nullptr && one.audit->objects > 0) doubts.recall_unknown = false;
    if (one.confidence.labels == 0) continue;
    if (precision.back().from != KnownPrecision::From::kNothing ||
        verdict.verdict == Verdict::kByHand) {
      known = true;
    } else {
      doubts.precision_unknown = true;
    }
    if (precision.back().from == KnownPrecision::From::kCalibration) {
      doubts.by_calibration = true;
      if (!one.drifted.empty()) doubts.drifted = true;
    }
  }
  verdicts.totals = AddUp(verdicts.classes, precision, input.audit, input.work, !input.gaps.empty(),
                          input.target_precision, input.review);
  verdicts.guaranteed = verdicts.guaranteed && verdicts.totals.labels_auto > 0;
  verdicts.overall = Overall(verdicts.totals);
  verdicts.sentence = Answer(verdicts, known, input);
  verdicts.assumptions = Assumptions(input, doubts);
  return verdicts;
}

Route RouteOf(const Verdicts& verdicts, int category, float score) {
  if (category < 0 || static_cast<std::size_t>(category) >= verdicts.classes.size()) {
    return Route::kReview;
  }
  const ClassVerdict& verdict = verdicts.classes[static_cast<std::size_t>(category)];
  if (verdict.verdict == Verdict::kByHand) return Route::kManual;
  return score >= verdict.auto_threshold ? Route::kAuto : Route::kReview;
}

}  // namespace prelabel
