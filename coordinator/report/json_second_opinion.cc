#include <string>

#include <fmt/format.h>

#include "coordinator/report/json_assessment.h"

namespace prelabel {
namespace {

void PutShare(JsonBuilder& json, std::string_view key, const ClusteredShare& share) {
  json.Open('{', key);
  json.Put("labels", share.labels);
  json.Put("found", share.found);
  if (share.labels > 0) {
    const Interval interval = share.Interval95();
    json.Number("share", share.Share());
    json.Put("interval",
             fmt::format("[{}, {}]", JsonNumber(interval.low), JsonNumber(interval.high)));
  }
  json.Close('}');
}

void PutOpinion(JsonBuilder& json, const SecondOpinionResult& result, const ClassOpinion& opinion) {
  PutShare(json, "stable", opinion.stable);
  json.Open('[', "views");
  for (std::size_t v = 0; v < opinion.views.size(); ++v) {
    const ViewAgreement& view = opinion.views[v];
    json.Open('{');
    json.String("view", ViewName(result.views[v]));
    PutShare(json, "again", view.again);
    PutShare(json, "back", view.back);
    json.Number("mean_iou", view.MeanIou());
    json.Number("mean_score_change", view.MeanScoreChange());
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace

void PutSecondOpinion(JsonBuilder& json, const Report& report, const SecondOpinionResult& result) {
  json.Open('{', "second_opinion");
  json.Put("sampled", result.sampled);
  json.List("views", result.views, [](View view) { return JsonString(ViewName(view)); });
  json.List("looked", result.looked, kJsonInteger);
  json.String("second_model", result.second_model);
  json.Open('{', "all");
  PutOpinion(json, result, result.all);
  json.Close('}');
  json.Open('[', "classes");
  for (std::size_t c = 0; c < result.classes.size(); ++c) {
    const ClassOpinion& opinion = result.classes[c];
    json.Open('{');
    json.Put("id", fmt::format("{}", report.classes[c].category.id));
    json.String("name", report.classes[c].category.name);
    json.Bool("in_second_model", opinion.in_second_model);
    PutOpinion(json, result, opinion);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

}  // namespace prelabel
