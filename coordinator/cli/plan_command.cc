#include "coordinator/cli/plan_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "common/base/parse_number.h"
#include "common/base/signals.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/cli/plan_text.h"
#include "coordinator/cli/progress.h"
#include "coordinator/cli/run_command.h"
#include "coordinator/cli/sample_run.h"
#include "coordinator/cli/serve_run.h"
#include "coordinator/plan/planner.h"
#include "coordinator/plan/sample_tasks.h"
#include "coordinator/routing/vocabulary.h"

namespace prelabel {
namespace {

// A share is of at least so many items, so that small datasets are not judged by one, and of no
// more than takes minutes; a number is taken as it is.
constexpr std::uint64_t kLeastOfShare = 32;
constexpr std::uint64_t kMostOfShare = 1000;

Result<std::uint64_t> SampleSize(const std::string& text, std::uint64_t all) {
  const bool share = text.ends_with('%');
  const auto number =
      ParseNumber<double>(std::string_view(text).substr(0, text.size() - (share ? 1 : 0)));
  const double value = number.value_or(-1);
  // Written so that "nan" is refused, too.
  const bool right =
      value >= 0 && (share ? value <= 100 : value <= 1e9 && value == std::floor(value));
  if (!right) {
    return InvalidArgument(
        fmt::format("--sample takes a number of items or a share such as 1%, not '{}'", text));
  }
  if (!share) return std::min(static_cast<std::uint64_t>(value), all);
  if (value == 0) return std::uint64_t{0};
  const auto part = static_cast<std::uint64_t>(std::ceil(value / 100 * static_cast<double>(all)));
  return std::min(all, std::clamp(part, kLeastOfShare, kMostOfShare));
}

PlannedSource DescribeSource(const SourceItems& source) {
  PlannedSource planned;
  planned.kind = source.kind;
  planned.name = source.name;
  planned.error = source.error;
  planned.items = source.ItemCount();
  planned.drawn = source.drawn != nullptr;
  VisitFirstLooks(source, [&planned](std::uint64_t) { ++planned.looked_at; });
  if (source.adaptive) {
    planned.adaptive = true;
    const double budget = source.adaptive->budget * static_cast<double>(planned.items);
    planned.looked_at = std::max(planned.looked_at, static_cast<std::uint64_t>(std::ceil(budget)));
  }
  return planned;
}

PlanSummary Describe(const JobContext& context) {
  PlanSummary plan;
  plan.job = context.job.name;
  for (const SourceItems& source : context.dataset.sources) {
    plan.sources.push_back(DescribeSource(source));
  }
  for (const Task& task : PlanTasks(context.dataset, context.job.cluster.shard_size)) {
    ++(task.kind == TaskKind::kLink ? plan.link_tasks : plan.detect_tasks);
  }
  plan.model = context.card.name;
  plan.model_classes = context.card.classes.size();
  plan.raw_threshold = context.job.labels.raw_threshold;
  for (const Category& category : context.classes.categories) {
    plan.categories.emplace_back().name = category.name;
  }
  for (std::size_t c = 0; c < context.card.classes.size(); ++c) {
    const int category = context.classes.category_of_class[c];
    if (category < 0) {
      plan.dropped.push_back(context.card.classes[c]);
      continue;
    }
    PlannedCategory& of = plan.categories[static_cast<std::size_t>(category)];
    of.model_classes.push_back(context.card.classes[c]);
    of.thresholds.push_back(context.classes.threshold_of_class[c]);
  }
  plan.gaps = FindGaps(context.job.labels.wanted, context.classes, context.card.classes);
  return plan;
}

Result<int> Plan(const PlanArguments& arguments, StopSignals& signals) {
  Progress progress(stderr, arguments.quiet);
  PRELABEL_TRY(const JobContext context, LoadJobContext(arguments.job_file, arguments.set));
  WarnAboutSources(context.dataset, progress);
  PRELABEL_TRY(const std::uint64_t sample,
               SampleSize(arguments.sample, CountFirstLooks(context.dataset)));
  PlanSummary plan = Describe(context);
  if (sample > 0) {
    Result<PlanSample> tried = RunSample(context, sample, signals, progress, plan.categories);
    if (signals.signal() != 0) return 128 + signals.signal();
    PRELABEL_TRY(plan.sample, std::move(tried));
  }
  fmt::print("{}", FormatPlan(plan));
  const bool bad = std::any_of(plan.sources.begin(), plan.sources.end(),
                               [](const PlannedSource& source) { return !source.error.empty(); });
  return bad || (plan.sample && plan.sample->failed > 0) ? kExitQuarantined : kExitDone;
}

}  // namespace

int PlanJob(const PlanArguments& arguments) {
  StopSignals signals;
  const auto status = Plan(arguments, signals);
  return status ? status.value() : Fail(status.error());
}

}  // namespace prelabel
