#include "coordinator/merge/link_input.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "common/labels/nms.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr float kDropped = 2;
constexpr double kFollowSeconds = 1;  // association sees the past only
constexpr double kMaxGapSeconds = 4;
constexpr double kUsualRate = 25;  // frames a second, where the video does not say
constexpr double kLeastFrameRate = 0.01;
constexpr double kMostFrameRate = 1000;

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

std::vector<std::size_t> FilterPlaces(std::span<const Prediction> predictions,
                                      std::span<const float> least_score_of_class,
                                      const ClassMap& classes, const LabelOptions& labels) {
  std::vector<std::size_t> places;
  std::vector<Prediction> by_category;  // the boxes at these places, their class being the category
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Prediction& prediction = predictions[i];
    const std::size_t c = prediction.class_id;
    if (c >= classes.category_of_class.size() || classes.category_of_class[c] < 0) continue;
    if (prediction.score < least_score_of_class[c]) continue;
    places.push_back(i);
    by_category.push_back(prediction);
    by_category.back().class_id = static_cast<std::uint16_t>(classes.category_of_class[c]);
  }
  const std::size_t max_kept = static_cast<std::size_t>(std::max(0, labels.max_per_image));
  std::vector<std::size_t> kept = Nms(by_category, labels.nms, max_kept);
  for (std::size_t& i : kept) i = places[i];
  return kept;
}

std::vector<Prediction> FilterPredictions(std::span<const Prediction> predictions,
                                          std::span<const float> least_score_of_class,
                                          const ClassMap& classes, const LabelOptions& labels) {
  std::vector<Prediction> kept;
  for (const std::size_t i : FilterPlaces(predictions, least_score_of_class, classes, labels)) {
    kept.push_back(predictions[i]);
  }
  return kept;
}

LinkOptions MakeLinkOptions(const LabelOptions& labels, const ClassMap& classes,
                            const SourceItems& video) {
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
  const double rate = video.index.FrameRate();
  options.frame_rate = rate > 0 ? std::clamp(rate, kLeastFrameRate, kMostFrameRate) : kUsualRate;
  // A track outlives one missed keyframe, however far apart they are, and for longer where both
  // sides of the gap are known.
  const auto frames = [&](double seconds, std::int64_t looks) {
    return std::max(static_cast<std::int64_t>(std::llround(seconds * options.frame_rate)),
                    looks * video.keyframe_every);
  };
  options.follow_gap = frames(kFollowSeconds, 2);
  options.max_gap = frames(kMaxGapSeconds, 4);
  return options;
}

Result<std::vector<FrameDetections>> CollectDetections(Store& store, SourceId source,
                                                       const LabelOptions& labels,
                                                       const ClassMap& classes) {
  const LinkOptions options = MakeLinkOptions(labels, classes, {});
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
      FrameDetections frame{static_cast<std::int64_t>(item.item), {}, {}, item.scene};
      std::size_t described = 0;  // bytes up to the last that may be linked by its looks
      for (const std::size_t place : FilterPlaces(item.predictions, least, classes, labels)) {
        Prediction p = item.predictions[place];
        // Where classes of one name have different thresholds, the track's is the lowest of them;
        // a prediction between that and its own must not pass for a confident one.
        if (p.score < classes.threshold_of_class[p.class_id] &&
            p.score >= options.class_thresholds[first[p.class_id]]) {
          continue;
        }
        p.class_id = first[p.class_id];
        frame.predictions.push_back(p);
        frame.appearance.resize(frame.predictions.size() * kAppearanceSize, 0);
        const std::size_t row = place * kAppearanceSize;
        if (p.score < options.class_thresholds[p.class_id] ||
            row + kAppearanceSize > item.appearance.size()) {
          continue;
        }
        std::copy_n(item.appearance.begin() + static_cast<std::ptrdiff_t>(row), kAppearanceSize,
                    frame.appearance.end() - static_cast<std::ptrdiff_t>(kAppearanceSize));
        described = frame.appearance.size();
      }
      frame.appearance.resize(described);
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
                              const SourceItems& video) {
  const LinkOptions options = MakeLinkOptions(labels, classes, video);
  std::string text = fmt::format(
      "v2 low={} match={} low_match={} alike={} follow={} gap={} rate={} least={} reach={} nms={} "
      "max={} classes=",
      options.low_threshold, options.match_iou, options.low_match_iou, options.match_appearance,
      options.follow_gap, options.max_gap, options.frame_rate, options.min_observations,
      options.score_reach, labels.nms, labels.max_per_image);
  for (std::size_t c = 0; c < classes.category_of_class.size(); ++c) {
    if (classes.category_of_class[c] < 0) continue;
    text +=
        fmt::format("{}:{}@{},", c, classes.category_of_class[c], classes.threshold_of_class[c]);
  }
  return text;
}

ChooserOptions MakeChooserOptions(const SourceItems& video) {
  if (!video.adaptive) return {};
  const auto frames = static_cast<std::int64_t>(video.ItemCount());
  return {frames, static_cast<std::int64_t>(video.adaptive->budget * static_cast<double>(frames)),
          static_cast<float>(video.adaptive->tolerance), video.index.width, video.index.height};
}

Result<std::vector<std::int64_t>> CollectUnreadable(Store& store, SourceId source) {
  std::vector<std::int64_t> frames;
  PRELABEL_TRY(const std::vector<TaskRow> tasks, store.LoadTasks(source));
  for (const TaskRow& row : tasks) {
    if (row.task.kind != TaskKind::kDetect) continue;
    if (row.state == TaskState::kQuarantined) {
      for (const std::uint64_t item : TaskItems(row.task)) {
        frames.push_back(static_cast<std::int64_t>(item));
      }
    }
    if (row.state != TaskState::kCommitted || row.failed_items == 0) continue;
    Result<std::optional<std::string>> payload = store.ReadPayload(row.task.id);
    if (payload.has_error() && payload.error().code != ErrorCode::kDataLoss) {
      return std::move(payload).error();
    }
    if (payload.has_error() || !payload.value().has_value()) continue;
    PRELABEL_TRY(const TaskResult result, DecodeTaskPayload(*payload.value()));
    for (const ItemResult& item : result.items) {
      if (!item.ok()) frames.push_back(static_cast<std::int64_t>(item.item));
    }
  }
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  return frames;
}

}  // namespace prelabel
