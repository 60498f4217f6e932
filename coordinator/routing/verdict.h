// The answer, class by class: automate, review, or label by hand; and what that leaves to people.
// Values; routing.h decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/confidence/class_confidence.h"
#include "coordinator/routing/route.h"

namespace prelabel {

enum class Verdict : std::uint8_t {
  kAutomate,
  kReview,
  kByHand,
  kNoLabels,  // of the class: nothing to decide
};

// "automate", "review", "by hand" or "no labels": as in report.json.
constexpr std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAutomate:
      return "automate";
    case Verdict::kReview:
      return "review";
    case Verdict::kByHand:
      return "by hand";
    case Verdict::kNoLabels:
      break;
  }
  return "no labels";
}

constexpr std::optional<Verdict> ParseVerdict(std::string_view name) {
  for (const Verdict verdict :
       {Verdict::kAutomate, Verdict::kReview, Verdict::kByHand, Verdict::kNoLabels}) {
    if (name == VerdictName(verdict)) return verdict;
  }
  return std::nullopt;
}

struct ClassVerdict {
  Verdict verdict = Verdict::kReview;
  bool guaranteed = false;           // by an audit; otherwise it is a proposal
  std::vector<std::string> reasons;  // sentences, the decisive one first
  std::string next;                  // what would make it surer: a sentence
  float auto_threshold = 2;          // labels from it up are `auto`; 2: none
  std::uint64_t labels_auto = 0;
  std::uint64_t labels_review = 0;
  std::uint64_t labels_manual = 0;
  double precision_auto = 0;  // expected, of labels routed `auto`
  Interval precision_auto_interval;
};

// A class that the job wants and the model does not have.
struct VocabularyGap {
  std::string wanted;
  std::vector<std::string> nearest;  // names that the model has
};

struct RoutingTotals {
  std::uint64_t labels_auto = 0;
  std::uint64_t labels_review = 0;
  std::uint64_t labels_manual = 0;
  double hours_by_hand = 0;      // to label everything from nothing
  double hours_left = 0;         // with these routes
  Interval hours_left_interval;  // 95 %
  double hours_saved = 0;
  Interval hours_saved_interval;
};

struct Verdicts {
  Verdict overall = Verdict::kReview;
  bool guaranteed = false;
  std::string sentence;  // the answer in one sentence
  double target_precision = 0.95;
  double confidence = 0.95;
  std::vector<ClassVerdict> classes;  // by category
  std::vector<VocabularyGap> gaps;
  RoutingTotals totals;
  std::vector<std::string> assumptions;  // sentences
};

}  // namespace prelabel
