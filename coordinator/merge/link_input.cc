#include "coordinator/merge/link_input.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "common/labels/nms.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr float kDropped = 2;
constexpr std::int64_t kLeastMaxGap = 30;  // frames; about a second of most videos

// By class: the first class that is written under the same name, itself where dropped.
std::vector<std::uint16_t> FirstClassOfCategory(const ClassMap& classes) {
  std::vector<int> first(classes.categories.size(), -1);
  std::vector<std::uint16_t> result(classes.category_of_class.size());
  for (std::size_t c = 0; c < result.size(); ++c) {
    result[c] = static_cast<std::uint16_t>(c);
    const int category = classes.category_of_class[c];
    if (category < 0) continue;
    if (first[category] < 0) first[category] = static_cast<int>(c);
    result[c] = static_cast<std::uint16_t>(first[category]);
  }
  return result;
}

}  // namespace

std::vector<Prediction> FilterPredictions(std::span<const Prediction> predictions,
                                          std::span<const float> least_score_of_class,
                                          const ClassMap& classes, const LabelOptions& labels) {
  std::vector<Prediction> kept;
  std::vector<Prediction> by_category;  // the same boxes, their class being the category
  for (const Prediction& prediction : predictions) {
    const std::size_t c = prediction.class_id;
    if (c >= classes.category_of_class.size() || classes.category_of_class[c] < 0) continue;
    if (prediction.score < least_score_of_class[c]) continue;
    kept.push_back(prediction);
    by_category.push_back(prediction);
    by_category.back().class_id = static_cast<std::uint16_t>(classes.category_of_class[c]);
  }
  const std::size_t max_kept = static_cast<std::size_t>(std::max(0, labels.max_per_image));
  std::vector<Prediction> result;
  for (const std::size_t i : Nms(by_category, labels.nms, max_kept)) result.push_back(kept[i]);
  return result;
}

LinkOptions MakeLinkOptions(const LabelOptions& labels, const ClassMap& classes,
                            std::int64_t keyframe_every) {
  LinkOptions options;
  options.class_thresholds.assign(classes.threshold_of_class.size(), kDropped);
  const std::vector<std::uint16_t> first = FirstClassOfCategory(classes);
  float least = labels.threshold;
  for (std::size_t c = 0; c < first.size(); ++c) {
    if (classes.category_of_class[c] < 0) continue;
    float& threshold = options.class_thresholds[first[c]];
    threshold = std::min(threshold, classes.threshold_of_class[c]);
    least = std::min(least, threshold);
  }
  // Nothing that is to be written may be too weak to be linked.
  options.low_threshold = std::min(options.low_threshold, least);
  // A track outlives one missed keyframe, however far apart they are.
  options.max_gap = std::max(kLeastMaxGap, 2 * keyframe_every);
  return options;
}

Result<std::vector<FrameDetections>> CollectDetections(Store& store, SourceId source,
                                                       const LabelOptions& labels,
                                                       const ClassMap& classes) {
  const LinkOptions options = MakeLinkOptions(labels, classes, 1);
  const std::vector<std::uint16_t> first = FirstClassOfCategory(classes);
  std::vector<float> least(classes.category_of_class.size(), kDropped);
  for (std::size_t c = 0; c < least.size(); ++c) {
    if (classes.category_of_class[c] >= 0) least[c] = options.low_threshold;
  }
  std::vector<FrameDetections> frames;
  PRELABEL_TRY(const std::vector<TaskRow> tasks, store.LoadTasks(source));
  for (const TaskRow& row : tasks) {
    if (row.task.kind != TaskKind::kDetect || row.state != TaskState::kCommitted) continue;
    Result<std::optional<std::string>> payload = store.ReadPayload(row.task.id);
    if (payload.has_error()) {
      if (payload.error().code == ErrorCode::kDataLoss) continue;
      return std::move(payload).error();
    }
    if (!payload.value().has_value()) continue;
    PRELABEL_TRY(const TaskResult result, DecodeTaskPayload(*payload.value()));
    for (const ItemResult& item : result.items) {
      if (!item.ok()) continue;
      FrameDetections frame{static_cast<std::int64_t>(item.item), {}};
      for (Prediction& p : FilterPredictions(item.predictions, least, classes, labels)) {
        // Where classes of one name have different thresholds, the track's is the lowest of them;
        // a prediction between that and its own must not pass for a confident one.
        if (p.score < classes.threshold_of_class[p.class_id] &&
            p.score >= options.class_thresholds[first[p.class_id]]) {
          continue;
        }
        p.class_id = first[p.class_id];
        frame.predictions.push_back(p);
      }
      frames.push_back(std::move(frame));
    }
  }
  const auto before = [](const FrameDetections& a, const FrameDetections& b) {
    return a.frame < b.frame;
  };
  std::stable_sort(frames.begin(), frames.end(), before);
  const auto same = [](const FrameDetections& a, const FrameDetections& b) {
    return a.frame == b.frame;
  };
  frames.erase(std::unique(frames.begin(), frames.end(), same), frames.end());
  return frames;
}

std::string LinkOptionsKey(SourceId source) { return fmt::format("link_options:{}", source.value); }

std::string FormatLinkOptions(const LabelOptions& labels, const ClassMap& classes,
                              std::int64_t keyframe_every) {
  const LinkOptions options = MakeLinkOptions(labels, classes, keyframe_every);
  std::string text = fmt::format(
      "v1 low={} match={} low_match={} gap={} nms={} max={} classes=", options.low_threshold,
      options.match_iou, options.low_match_iou, options.max_gap, labels.nms, labels.max_per_image);
  for (std::size_t c = 0; c < classes.category_of_class.size(); ++c) {
    if (classes.category_of_class[c] < 0) continue;
    text +=
        fmt::format("{}:{}@{},", c, classes.category_of_class[c], classes.threshold_of_class[c]);
  }
  return text;
}

}  // namespace prelabel
