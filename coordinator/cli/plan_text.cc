#include "coordinator/cli/plan_text.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include "coordinator/merge/link_input.h"
#include "coordinator/report/html_text.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostCategories = 20;
constexpr std::size_t kNameWidth = 20;
constexpr std::size_t kFromWidth = 26;
constexpr std::size_t kWidth = 100;

// "12 s", "45 minutes", "3.4 hours", "2.5 days".
std::string Duration(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} minutes", seconds / 60);
  if (seconds < 172800) return fmt::format("{:.1f} hours", seconds / 3600);
  return fmt::format("{:.1f} days", seconds / 86400);
}

std::uint64_t LookedAt(const PlanSummary& plan) {
  std::uint64_t looked_at = 0;
  for (const PlannedSource& source : plan.sources) looked_at += source.looked_at;
  return looked_at;
}

void AppendSources(const PlanSummary& plan, std::string& text) {
  const auto out = std::back_inserter(text);
  std::uint64_t items = 0;
  bool adaptive = false;
  for (const PlannedSource& source : plan.sources) {
    items += source.items;
    adaptive |= source.adaptive;
  }
  fmt::format_to(out, "{}: {} in {}; the model looks at {}{}, in {}{}\n\n", plan.job,
                 CountOf(items, "item"), CountOf(plan.sources.size(), "source"),
                 adaptive ? "at most " : "", FormatCount(LookedAt(plan)),
                 CountOf(plan.detect_tasks, "task"),
                 plan.link_tasks > 0 ? " and " + CountOf(plan.link_tasks, "link task") : "");
  fmt::format_to(out, "{:<{}}  {:<6}  {:>12}  {:>12}\n", "source", kNameWidth, "kind", "items",
                 "looked at");
  for (const PlannedSource& source : plan.sources) {
    const std::string name = Shorten(source.name, kNameWidth);
    if (!source.error.empty()) {
      fmt::format_to(out, "{:<{}}  cannot be read: {}\n", name, kNameWidth, source.error);
      continue;
    }
    fmt::format_to(out, "{:<{}}  {:<6}  {:>12}  {:>12}{}\n", name, kNameWidth,
                   source.kind == SourceKind::kVideo ? "video" : "images",
                   FormatCount(source.items), FormatCount(source.looked_at),
                   source.drawn      ? "  people drew its keyframes"
                   : source.adaptive ? "  at most"
                                     : "");
  }
}

std::string ThresholdsOf(const PlannedCategory& category) {
  const auto [low, high] =
      std::minmax_element(category.thresholds.begin(), category.thresholds.end());
  if (category.thresholds.empty()) return "-";
  if (*low == *high) return fmt::format("{:.2f}", *low);
  return fmt::format("{:.2f}-{:.2f}", *low, *high);
}

void AppendClasses(const PlanSummary& plan, std::string& text) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "\nmodel {}: {}, of which labels are made of {}\n\n", plan.model,
                 CountOf(plan.model_classes, "class", "classes"),
                 FormatCount(plan.model_classes - plan.dropped.size()));
  std::vector<const PlannedCategory*> shown;
  for (const PlannedCategory& category : plan.categories) {
    if (!plan.sample || category.kept[0] > 0 || category.kept_by_job > 0) {
      shown.push_back(&category);
    }
  }
  const std::size_t others = plan.categories.size() - shown.size();
  std::stable_sort(shown.begin(), shown.end(),
                   [](const PlannedCategory* a, const PlannedCategory* b) {
                     return std::tie(a->kept_by_job, a->kept) > std::tie(b->kept_by_job, b->kept);
                   });
  const std::size_t most = std::min(shown.size(), kMostCategories);
  fmt::format_to(out, "{:<{}}  {:<{}}  {:>9}", "label", kNameWidth, "from the model's", kFromWidth,
                 "threshold");
  if (plan.sample) {
    fmt::format_to(out, "  {:>6}", "kept");
    for (const float threshold : kPlanThresholds) {
      if (threshold >= plan.raw_threshold) fmt::format_to(out, "  {:>5.1f}+", threshold);
    }
  }
  text += '\n';
  for (std::size_t i = 0; i < most; ++i) {
    const PlannedCategory& category = *shown[i];
    fmt::format_to(out, "{:<{}}  {:<{}}  {:>9}", Shorten(category.name, kNameWidth), kNameWidth,
                   Shorten(fmt::format("{}", fmt::join(category.model_classes, ", ")), kFromWidth),
                   kFromWidth, ThresholdsOf(category));
    if (plan.sample) {
      fmt::format_to(out, "  {:>6}", FormatCount(category.kept_by_job));
      for (std::size_t t = 0; t < kPlanThresholds.size(); ++t) {
        if (kPlanThresholds[t] < plan.raw_threshold) continue;
        fmt::format_to(out, "  {:>6}", FormatCount(category.kept[t]));
      }
    }
    text += '\n';
  }
  if (shown.size() > most) fmt::format_to(out, "... and {} more\n", shown.size() - most);
  if (others > 0) {
    fmt::format_to(out, "{} more {} nothing in the sample\n", FormatCount(others),
                   others == 1 ? "has" : "have");
  }
  if (!plan.dropped.empty()) {
    text += WrapText(fmt::format("dropped: {}", fmt::join(plan.dropped, ", ")), kWidth);
  }
  for (const VocabularyGap& gap : plan.gaps) {
    fmt::format_to(out, "wanted, but nothing gives it: {}{}\n", gap.wanted,
                   gap.nearest.empty()
                       ? std::string()
                       : fmt::format(" (nearest: {})", fmt::join(gap.nearest, ", ")));
  }
}

void AppendSample(const PlanSummary& plan, const PlanSample& sample, std::string& text) {
  const auto out = std::back_inserter(text);
  const std::uint64_t all = LookedAt(plan);
  fmt::format_to(out, "\nsample: {} of {}, drawn by lot", CountOf(sample.items, "item"),
                 FormatCount(all));
  if (sample.failed > 0) {
    fmt::format_to(out, "; {} could not be labeled:\n", FormatCount(sample.failed));
    for (const std::string& failure : sample.failures) {
      fmt::format_to(out, "  {}\n", Shorten(failure, kWidth - 2));
    }
  } else {
    text += '\n';
  }
  if (sample.items_per_second > 0) {
    fmt::format_to(out, "time: about {} for {} at {:.1f} items/s, with {} like {} here",
                   Duration(static_cast<double>(all) / sample.items_per_second),
                   CountOf(all, "item"), sample.items_per_second, CountOf(sample.workers, "worker"),
                   sample.workers == 1 ? "that" : "those");
    text += plan.link_tasks > 0 ? ", and then linking\n" : "\n";
  }
  if (sample.model_seconds_per_item > 0) {
    const double hours = sample.model_seconds_per_item * static_cast<double>(all) / 3600;
    fmt::format_to(out, "inside the model: {:.1f} ms an item on one {} device, {} hours for all\n",
                   1000 * sample.model_seconds_per_item, sample.device,
                   hours < 0.1 ? fmt::format("{:.3f}", hours) : fmt::format("{:.1f}", hours));
  }
}

}  // namespace

void CountKept(const ItemResult& item, const ClassMap& classes, const LabelOptions& labels,
               std::vector<PlannedCategory>& categories) {
  const auto category_of = [&](const Prediction& p) -> PlannedCategory& {
    return categories[static_cast<std::size_t>(classes.category_of_class[p.class_id])];
  };
  for (const Prediction& p :
       FilterPredictions(item.predictions, classes.threshold_of_class, classes, labels)) {
    ++category_of(p).kept_by_job;
  }
  // Weaker boxes take nothing away from stronger ones: one pass does for all thresholds.
  std::vector<float> least = classes.threshold_of_class;
  for (std::size_t c = 0; c < least.size(); ++c) {
    if (classes.category_of_class[c] >= 0) least[c] = kPlanThresholds.front();
  }
  for (const Prediction& p : FilterPredictions(item.predictions, least, classes, labels)) {
    for (std::size_t t = 0; t < kPlanThresholds.size(); ++t) {
      if (p.score >= kPlanThresholds[t]) ++category_of(p).kept[t];
    }
  }
}

std::string FormatPlan(const PlanSummary& plan) {
  std::string text;
  AppendSources(plan, text);
  if (!plan.model.empty()) AppendClasses(plan, text);
  if (plan.sample) AppendSample(plan, *plan.sample, text);
  return text;
}

}  // namespace prelabel
