#include "coordinator/report/json_own_labels.h"

#include <cstddef>
#include <string_view>

namespace prelabel {
namespace {

void PutShare(JsonBuilder& json, std::string_view key, const ClusteredShare& share) {
  if (share.labels == 0) return;
  const Interval interval = share.Interval95();
  json.Number(key, share.Share());
  json.Put(fmt::format("{}_interval", key),
           fmt::format("[{}, {}]", JsonNumber(interval.low), JsonNumber(interval.high)));
}

void PutMeasured(JsonBuilder& json, std::string_view key, const ClassAgreement& agreement) {
  json.Open('{', key);
  json.Put("objects", agreement.recall.labels);
  json.Put("labels", agreement.precision.labels);
  json.Put("right", agreement.precision.found);
  PutShare(json, "precision", agreement.precision);
  PutShare(json, "recall", agreement.recall);
  json.Put("labels_auto", agreement.automated.labels);
  json.Put("right_auto", agreement.automated.found);
  PutShare(json, "precision_auto", agreement.automated);
  json.Put("ignored", agreement.ignored);
  json.Put("unjudged", agreement.unjudged);
  json.Close('}');
}

}  // namespace

void PutOwnLabels(JsonBuilder& json, const Report& report, const OwnLabels& own) {
  json.Open('{', "own_labels");
  json.Put("images", own.images);
  json.Put("empty", own.empty);
  json.Put("without", own.without);
  json.Put("unreadable", own.unreadable);
  PutMeasured(json, "all", own.all);
  json.Open('[', "classes");
  for (std::size_t c = 0; c < own.classes.size(); ++c) {
    json.Open('{');
    json.Put("id", fmt::format("{}", report.classes[c].category.id));
    json.String("name", report.classes[c].category.name);
    json.Bool("named", own.classes[c].named);
    PutMeasured(json, "measured", own.classes[c]);
    json.Close('}');
  }
  json.Close(']');
  json.Open('[', "unwritten");
  for (const UnwrittenClass& unwritten : own.unwritten) {
    json.Open('{');
    json.String("name", unwritten.name);
    json.Put("objects", unwritten.objects);
    json.List("nearest", unwritten.nearest, kJsonQuoted);
    json.Close('}');
  }
  json.Close(']');
  json.Put("problem_count", own.problem_count);
  json.List("problems", own.problems, kJsonQuoted);
  json.Close('}');
}

}  // namespace prelabel
