#include <string>

#include <fmt/format.h>

#include "coordinator/report/json_assessment.h"
#include "coordinator/report/json_builder.h"
#include "coordinator/report/json_duplicates.h"
#include "coordinator/report/json_own_labels.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

void PutCounts(JsonBuilder& json, const SourceStats& stats) {
  json.Put("items", stats.items);
  json.Put("looked_at", stats.looked_at);
  json.Put("drawn", stats.drawn);
  json.Put("labeled", stats.labeled);
  json.Put("quarantined", stats.quarantined);
  json.Put("labels", stats.labels);
  json.Put("interpolated", stats.interpolated);
}

void PutTrust(JsonBuilder& json, const ClassTrust& trust) {
  const auto put_hold_outs = [&json](const HoldOuts& hold_outs) {
    json.Put("count", hold_outs.count);
    json.Put("mean_iou",
             hold_outs.count == 0 ? "null" : fmt::format("{:.6f}", hold_outs.MeanIou()));
  };
  json.Open('{', "between");
  json.Put("boxes", trust.between);
  json.Put("mean_expected_iou", fmt::format("{:.6f}", trust.MeanExpectedIou()));
  json.Put("below_half", trust.below_half);
  json.Open('{', "left_out");
  put_hold_outs(trust.AllHoldOuts());
  json.Open('[', "by_gap");
  for (std::size_t i = 0; i < kGapBuckets; ++i) {
    json.Open('{');
    json.Put("up_to", i < kGapBucketEnds.size() ? fmt::format("{}", kGapBucketEnds[i]) : "null");
    put_hold_outs(trust.hold_outs[i]);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  json.Close('}');
}

void PutWanted(JsonBuilder& json, const Report& report, const WantedReport& wanted) {
  json.Open('{');
  json.String("video", wanted.video);
  json.Put("frame", fmt::format("{}", wanted.help.frame));
  json.Put("timestamp", fmt::format("{:.6f}", wanted.seconds));
  json.Put("worth", fmt::format("{:.3f}", wanted.help.worth));
  json.Put("track_count", wanted.help.track_count);
  json.Open('[', "tracks");
  for (const TrackHelp& track : wanted.help.tracks) {
    json.Open('{');
    json.Put("track_id", track.track_id);
    json.String("class", report.classes[track.category].category.name);
    json.Put("from", fmt::format("{}", track.from));
    json.Put("to", fmt::format("{}", track.to));
    json.Put("expected_iou", fmt::format("{:.3f}", track.expected_iou));
    json.Put("worth", fmt::format("{:.3f}", track.worth));
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

void PutClass(JsonBuilder& json, const ClassReport& entry) {
  const ClassStats& stats = entry.stats;
  json.Open('{');
  json.Put("id", fmt::format("{}", entry.category.id));
  json.String("name", entry.category.name);
  json.List("model_classes", entry.model_classes, kJsonQuoted);
  json.List("thresholds", entry.thresholds, kJsonShortest);
  json.Put("raw_predictions", stats.raw_predictions);
  json.Put("labels", stats.labels);
  json.Put("interpolated", stats.interpolated);
  json.Put("images", stats.images);
  json.Put("tracks", stats.tracks);
  json.Put("mean_score", stats.labels == 0 ? "null" : fmt::format("{:.6f}", stats.MeanScore()));
  json.List("raw_scores", stats.raw_scores, kJsonInteger);
  json.List("label_scores", stats.label_scores, kJsonInteger);
  if (stats.trust.between > 0) PutTrust(json, stats.trust);
  if (stats.voted > 0) {
    json.Open('{', "agreement");
    json.Put("labels", stats.voted);
    json.Put("unanimous", stats.unanimous);
    json.Put("share", fmt::format("{:.6f}", static_cast<double>(stats.found_by) /
                                                static_cast<double>(stats.known_by)));
    json.Close('}');
  }
  json.Close('}');
}

// What report.html shows as pictures, by name.
void PutPictures(JsonBuilder& json, const Report& report) {
  const auto put = [&json](std::string_view key, const std::vector<SamplePicture>& pictures) {
    json.Open('[', key);
    for (const SamplePicture& picture : pictures) {
      json.Open('{');
      json.String("item", picture.name);
      json.String("note", picture.note);
      json.Put("labels", picture.boxes.size());
      json.Close('}');
    }
    json.Close(']');
  };
  json.Open('{', "pictures");
  put("odd", report.odd);
  put("least_confident", report.least_confident);
  json.Open('[', "gallery");
  for (const PictureGroup& group : report.gallery) {
    json.Open('{');
    json.String("title", group.title);
    put("pictures", group.pictures);
    json.Close('}');
  }
  json.Close(']');
  put("samples", report.samples);
  json.Close('}');
}

void PutRun(JsonBuilder& json, const RunInfo& run) {
  json.Open('{', "run");
  json.String("version", run.version);
  json.String("started", run.started);
  json.Put("seconds", fmt::format("{:.3f}", run.seconds));
  json.Put("items_run", run.items_run);
  json.Put("items_per_second", fmt::format("{:.3f}", run.items_per_second));
  json.List("workers", run.workers, kJsonQuoted);
  json.List("compute_classes", run.compute_classes, kJsonQuoted);
  json.Bool("resumed", run.resumed);
  if (!run.retry_command.empty()) json.String("retry", run.retry_command);
  json.Close('}');
}

}  // namespace

std::string FormatReportJson(const Report& report) {
  JsonBuilder json;
  json.Open('{');
  json.Put("format", kReportFormat);
  json.String("job", report.job);

  json.Open('{', "model");
  json.String("name", report.model);
  json.String("license", report.model_license);
  json.String("source", report.model_source);
  json.String("sha256", report.model_sha256);
  json.Close('}');

  json.Open('{', "labels");
  json.Put("raw_threshold", kJsonShortest(report.labels.raw_threshold));
  json.Put("threshold", kJsonShortest(report.labels.threshold));
  json.Put("nms", kJsonShortest(report.labels.nms));
  json.Put("max_per_image", fmt::format("{}", report.labels.max_per_image));
  json.Close('}');

  if (report.assessment) PutAssessment(json, report, *report.assessment);

  json.Open('{', "totals");
  PutCounts(json, report.totals.all);
  json.Put("raw_predictions", report.totals.raw_predictions);
  json.Put("dropped_predictions", report.totals.dropped_predictions);
  json.Close('}');

  json.Open('[', "classes");
  for (const ClassReport& entry : report.classes) PutClass(json, entry);
  json.Close(']');

  json.Open('[', "sources");
  for (const SourceReport& source : report.sources) {
    json.Open('{');
    json.String("kind", source.kind == SourceKind::kVideo ? "video" : "images");
    json.String("name", source.name);
    if (source.kind == SourceKind::kVideo) {
      if (source.adaptive) {
        json.Put("keyframe_budget", fmt::format("{}", source.adaptive->budget));
        json.Put("keyframe_tolerance", fmt::format("{}", source.adaptive->tolerance));
      } else if (!source.drawn_in.empty()) {
        json.String("keyframes_from", source.drawn_in);
      } else {
        json.Put("keyframe_every", fmt::format("{}", source.keyframe_every));
      }
    }
    if (!source.error.empty()) json.String("error", source.error);
    if (!source.warnings.empty()) json.List("warnings", source.warnings, kJsonQuoted);
    PutCounts(json, source.stats);
    json.Close('}');
  }
  json.Close(']');

  json.Open('[', "wanted_keyframes");
  for (const WantedReport& wanted : report.wanted) PutWanted(json, report, wanted);
  json.Close(']');

  if (report.own_labels) PutOwnLabels(json, report, *report.own_labels);
  if (report.duplicates) PutDuplicates(json, *report.duplicates);

  json.Open('[', "quarantined");
  for (const QuarantinedReport& item : report.quarantined) {
    json.Open('{');
    json.String("item", item.name);
    json.String("reason", item.reason);
    json.Close('}');
  }
  json.Close(']');
  PutPictures(json, report);
  PutRun(json, report.run);
  json.Close('}');
  return json.Take();
}

}  // namespace prelabel
