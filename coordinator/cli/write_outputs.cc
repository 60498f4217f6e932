#include "coordinator/cli/write_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/media/frame_source.h"
#include "common/media/image_codec.h"
#include "common/media/motion.h"
#include "coordinator/cli/assess_run.h"
#include "coordinator/cli/dataset_pictures.h"
#include "coordinator/cli/item_slices.h"
#include "coordinator/cli/open_label_writer.h"
#include "coordinator/cli/own_label_reader.h"
#include "coordinator/cli/report_pictures.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/profile/duplicates.h"
#include "coordinator/report/sample_pictures.h"
#include "coordinator/routing/label_precision.h"
#include "coordinator/routing/label_router.h"
#include "coordinator/routing/review_file.h"
#include "coordinator/routing/review_queue.h"
#include "coordinator/routing/route_totals.h"

namespace prelabel {
namespace {

constexpr int kFrameQuality = 95;  // JPEG, of exported frames

struct Streamed {
  RunTotals totals;
  ReportPictures pictures;
  DuplicateImages duplicates;
  std::vector<TaskId> damaged;
  std::filesystem::path review_queue;  // empty without a model
  std::optional<OwnLabels> own_labels;
};

// The pass that writes: labels with their routes, the review queue, and what the report counts.
// `assessed` is null in a run without a model.
Result<Streamed> StreamOutputs(const JobContext& context, Store& store,
                               std::span<const std::unique_ptr<LabelWriter>> writers,
                               const AssessedRun* assessed) {
  const Assessment none;
  const Assessment& assessment = assessed == nullptr ? none : assessed->assessment;
  const AuditResult* audit = assessment.audit ? &*assessment.audit : nullptr;
  const std::span<const OddImage> odd =
      assessment.shift ? std::span<const OddImage>(assessment.shift->odd_images)
                       : std::span<const OddImage>();
  LabelRouter router(assessment.verdicts);
  const LabelPrecision precision(assessment.confidence, audit);
  std::optional<ReviewQueue> queue;
  if (assessed != nullptr) {
    queue.emplace(precision, context.job.review,
                  ObjectsPerImage(assessment.confidence, audit, assessed->work), odd);
  }
  const ItemNames names(context.dataset);
  RunStats stats(context.dataset.sources.size(), context.classes);
  Streamed streamed{{}, ReportPictures(context.dataset, odd), {}, {}, {}, {}};
  DuplicateFinder duplicates;
  std::optional<OwnLabelReader> own_labels;
  if (assessed != nullptr) own_labels.emplace(context);
  const auto visit = [&](const LabeledItem& merged) -> Result<void> {
    const LabeledItem& item = queue ? router.Routed(merged) : merged;
    for (const auto& writer : writers) {
      PRELABEL_TRY(writer->Add(item));
    }
    stats.Add(item);
    if (own_labels) own_labels->Add(item);
    const SourceItems& source = context.dataset.sources[item.source.value];
    const std::string name = names.FileName(item.source, item.item);
    streamed.pictures.Add(item, NeighborhoodOf(context.dataset, item.source, item.item, name));
    if (source.kind == SourceKind::kImages && item.raw != nullptr) {
      duplicates.Add({item.source, item.item}, *item.raw);
    }
    if (!queue) return Ok();
    std::optional<double> at;
    if (source.kind == SourceKind::kVideo) {
      at = source.index.TimestampSeconds(static_cast<std::int64_t>(item.item));
    }
    queue->Add(item, at);
    return Ok();
  };
  PRELABEL_TRY(streamed.damaged, MergeLabels(context.dataset, context.job, context.classes, store,
                                             visit, OpenMotion));
  for (const auto& writer : writers) {
    PRELABEL_TRY(writer->Finish());
  }
  if (queue) {
    streamed.review_queue = context.paths.ReviewQueue();
    PRELABEL_TRY(
        WriteReviewQueue(streamed.review_queue, queue->Order(), context.dataset, context.classes));
  }
  streamed.totals = stats.Finish();
  streamed.duplicates = duplicates.Finish();
  if (own_labels) streamed.own_labels = own_labels->Finish();
  return streamed;
}

}  // namespace

std::string FormatRunInfo(const RunInfo& info) {
  boost::json::object json;
  json["version"] = info.version;
  json["started"] = info.started;
  json["seconds"] = info.seconds;
  json["items_run"] = info.items_run;
  json["items_per_second"] = info.items_per_second;
  json["workers"] = boost::json::value_from(info.workers);
  json["compute_classes"] = boost::json::value_from(info.compute_classes);
  json["resumed"] = info.resumed;
  return boost::json::serialize(json);
}

RunInfo ParseRunInfo(const std::string& text) {
  RunInfo info;
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(text, error);
  if (error || !parsed.is_object())
    return info;  // figures for people; labels do not depend on them
  const boost::json::object& json = parsed.as_object();
  const auto read = [&json](const char* key, auto& into) {
    const boost::json::value* value = json.if_contains(key);
    if (value == nullptr) return;
    if (auto converted = boost::json::try_value_to<std::decay_t<decltype(into)>>(*value)) {
      into = std::move(*converted);
    }
  };
  read("version", info.version);
  read("started", info.started);
  read("seconds", info.seconds);
  read("items_run", info.items_run);
  read("items_per_second", info.items_per_second);
  read("workers", info.workers);
  read("compute_classes", info.compute_classes);
  read("resumed", info.resumed);
  return info;
}

Result<WrittenOutputs> WriteOutputs(const JobContext& context, Store& store, RunInfo info) {
  WrittenOutputs outputs;
  std::vector<std::unique_ptr<LabelWriter>> writers;
  for (const std::string& format : context.job.output.formats) {
    const std::filesystem::path path = DefaultLabelPath(format, false, context.paths);
    PRELABEL_TRY(auto writer, OpenLabelWriter(format, false, context, path));
    writers.push_back(std::move(writer));
    outputs.files.push_back(path);
  }
  std::optional<AssessedRun> assessed;
  if (!context.job.model.empty()) {
    PRELABEL_TRY(assessed, AssessRun(context, store));
  }
  PRELABEL_TRY(auto second,
               StreamOutputs(context, store, writers, assessed ? &*assessed : nullptr));
  outputs.damaged = std::move(second.damaged);
  if (!second.review_queue.empty()) outputs.files.push_back(std::move(second.review_queue));

  info.retry_command = RunAgainCommand(context.paths) + " --retry-failed";
  outputs.report = BuildReport(context.job, context.card, context.dataset, context.classes,
                               std::move(second.totals), std::move(info), {});
  DatasetPictures pictures(context.dataset, context.job.fetch);
  second.pictures.Take(
      [&pictures](SourceId source, std::uint64_t item) { return pictures.Read(source, item); },
      outputs.report);
  if (assessed) {
    auto& second_looks = assessed->assessment.second_opinion;
    PRELABEL_TRY(second_looks, CollectSecondOpinion(store, context.dataset, context.job,
                                                    context.classes, context.second_card));
    if (second_looks) {
      outputs.damaged.insert(outputs.damaged.end(), second_looks->damaged.begin(),
                             second_looks->damaged.end());
    }
    outputs.report.assessment = std::move(assessed->assessment);
    outputs.report.duplicates = NameDuplicates(second.duplicates, context.dataset);
    outputs.report.own_labels = std::move(second.own_labels);
  }
  for (const auto& [name, text] :
       {std::pair<std::string, std::string>{"report.json", FormatReportJson(outputs.report)},
        {"report.html", FormatReportHtml(outputs.report)}}) {
    const std::filesystem::path path = context.paths.Report() / name;
    PRELABEL_TRY(WriteWholeFile(path, text));
    outputs.files.push_back(path);
  }
  return outputs;
}

Result<ExportedLabels> ExportLabels(const JobContext& context, Store& store,
                                    const std::string& format, bool raw,
                                    const std::filesystem::path& out, std::optional<Route> route) {
  if (route && (raw || context.job.model.empty())) {
    return InvalidArgument(raw ? "--route is of labels; it does not go with --raw"
                               : "--route needs a model: people drew everything in this run");
  }
  if (raw && format != "coco-results") {
    return InvalidArgument("--raw goes with --format coco-results only");
  }
  ExportedLabels exported;
  exported.path = out.empty() ? DefaultLabelPath(format, raw, context.paths) : out;
  PRELABEL_TRY(auto writer, OpenLabelWriter(format, raw, context, exported.path));
  if (raw || context.job.model.empty()) {
    PRELABEL_TRY(exported.damaged,
                 MergeLabels(
                     context.dataset, context.job, context.classes, store,
                     [&](const LabeledItem& item) { return writer->Add(item); }, OpenMotion));
    PRELABEL_TRY(writer->Finish());
    return exported;
  }
  PRELABEL_TRY(const AssessedRun assessed, AssessRun(context, store));
  if (route) writer = OnlyRoute(*route, std::move(writer));
  LabelRouter router(assessed.assessment.verdicts);
  PRELABEL_TRY(
      exported.damaged,
      MergeLabels(
          context.dataset, context.job, context.classes, store,
          [&](const LabeledItem& item) { return writer->Add(router.Routed(item)); }, OpenMotion));
  PRELABEL_TRY(writer->Finish());
  return exported;
}

std::string DescribeDamage(const std::vector<TaskId>& damaged) {
  constexpr std::size_t kNamed = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(damaged.size(), kNamed); ++i) {
    names += (i == 0 ? "" : ", ") + std::to_string(damaged[i].value);
  }
  if (damaged.size() > kNamed) names += " …";
  const bool one = damaged.size() == 1;
  return fmt::format("{} stored {} damaged on disk ({} {})", damaged.size(),
                     one ? "result was" : "results were", one ? "task" : "tasks", names);
}

std::string RunAgainCommand(const RunPaths& paths) {
  // The resolved copy: it is the same job from everywhere.
  const std::string job = std::filesystem::absolute(paths.Job()).lexically_normal().string();
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%";
  if (job.find_first_not_of(kPlain) == std::string::npos) return "prelabel run " + job;
  std::string quoted = "'";
  for (const char c : job) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "prelabel run " + quoted + "'";
}

Result<std::uint64_t> ExportFrames(const JobContext& context, const std::filesystem::path& folder) {
  const ItemNames names(context.dataset);
  DatasetPictures pictures(context.dataset, context.job.fetch);
  std::uint64_t written = 0;
  for (std::uint32_t s = 0; s < context.dataset.sources.size(); ++s) {
    const SourceItems& source = context.dataset.sources[s];
    if (source.kind != SourceKind::kVideo) continue;
    for (std::uint64_t frame = 0; frame < source.ItemCount(); ++frame) {
      auto image = pictures.Read(SourceId(s), frame);
      if (!image) continue;
      PRELABEL_TRY(const auto jpeg, EncodeJpeg(image.value(), kFrameQuality));
      PRELABEL_TRY(WriteWholeFile(folder / names.FileName(SourceId(s), frame),
                                  {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()}));
      ++written;
    }
  }
  return written;
}

}  // namespace prelabel
