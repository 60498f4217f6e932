#include "coordinator/merge/merge.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "common/labels/flow_interpolation.h"
#include "common/labels/interpolation.h"
#include "common/labels/linking.h"
#include "common/labels/merge_tiles.h"
#include "common/wire/codec.h"
#include "coordinator/merge/drawn_sweep.h"
#include "coordinator/merge/item_stream.h"
#include "coordinator/merge/link_input.h"

namespace prelabel {
namespace {

using Visit = std::function<Result<void>(const LabeledItem&)>;
using Reasons = std::map<TaskId, std::string>;

// What both kinds of sources need.
struct Pass {
  const JobSpec& job;
  const ClassMap& classes;
  Store& store;
  const Reasons& reasons;
  const Visit& visit;
  std::vector<TaskId>& damaged;
  const MotionSource& motion;

  void AddDamaged(const std::vector<TaskId>& tasks) const {
    damaged.insert(damaged.end(), tasks.begin(), tasks.end());
  }
};

void SortLabels(std::vector<Label>& labels) {
  std::stable_sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) {
    return std::tie(a.category, b.score, a.track_id) < std::tie(b.category, a.score, b.track_id);
  });
}

// The outline of one of an item's predictions; null where the model gives none.
std::shared_ptr<const Rle> MaskAt(const ItemResult& item, std::size_t place) {
  if (place >= item.masks.size()) return nullptr;
  return std::make_shared<const Rle>(item.masks[place]);
}

// By how many models one of an item's predictions was found, where they were fused.
void CountVotes(const ItemResult& item, std::size_t place, const ClassMap& classes, Label& label) {
  const std::size_t class_id = item.predictions[place].class_id;
  if (place >= item.votes.size() || class_id >= classes.knowers_of_class.size()) return;
  label.found_by = item.votes[place];
  label.known_by = classes.knowers_of_class[class_id];
}

// Tracks keep boxes alone: a label of a frame that the model saw has the outline and the votes of
// the prediction whose box and category it has. Predictions descend by score, so among twins it is
// the stronger.
void FindPredictions(const ItemResult& item, const ClassMap& classes, std::vector<Label>& labels) {
  if (item.masks.empty() && item.votes.empty()) return;
  for (Label& label : labels) {
    if (label.source != LabelSource::kModel) continue;
    const auto same = [&](const Prediction& p) {
      return p.class_id < classes.category_of_class.size() &&
             classes.category_of_class[p.class_id] == label.category && p.box == label.box;
    };
    const auto found = std::find_if(item.predictions.begin(), item.predictions.end(), same);
    if (found == item.predictions.end()) continue;
    const auto place = static_cast<std::size_t>(found - item.predictions.begin());
    label.mask = MaskAt(item, place);
    CountVotes(item, place, classes, label);
  }
}

// The results of a source's images, in their order. Of tiled ones they are put together.
class ImageStream {
 public:
  ImageStream(ItemStream& looks, const SourceItems& items) : looks_(looks), items_(items) {}

  // As ItemStream::Next.
  Result<ItemState> Next(std::uint64_t item) {
    if (!items_.tiled) return looks_.Next(item);
    const TiledImages& tiled = *items_.tiled;
    const std::uint64_t first = tiled.first_look[item];
    const std::vector<Tile> tiles = CutTiles(tiled.sizes[item], tiled.tiling);
    std::vector<ItemResult> results;
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      PRELABEL_TRY(ItemState look, looks_.Next(first + t));
      // Labels of a part would hide that nobody has looked at the rest.
      if (!look.planned || look.result == nullptr || !look.error.empty()) {
        look.result = nullptr;
        if (look.planned && tiles.size() > 1) look.error = Where(t, tiles) + look.error;
        return look;
      }
      results.push_back(*look.result);
    }
    if (tiled.sizes[item] == ImageSize{}) {
      merged_ = std::move(results.front());
    } else {
      std::vector<const ItemResult*> pointers;
      for (const ItemResult& result : results) pointers.push_back(&result);
      merged_ = MergeTiles(tiled.sizes[item], tiled.tiling, tiles, pointers);
    }
    merged_.item = item;
    return ItemState{true, &merged_, {}};
  }

  // The maximum is one look's. Valid until the next call.
  const LabelOptions& Limited(const LabelOptions& labels, std::uint64_t item) {
    if (!items_.tiled) return labels;
    constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
    const std::uint64_t looks = items_.tiled->first_look[item + 1] - items_.tiled->first_look[item];
    if (!limited_) limited_ = labels;
    limited_->max_per_image = static_cast<int>(
        std::min(kMost, looks * static_cast<std::uint64_t>(std::max(0, labels.max_per_image))));
    return *limited_;
  }

 private:
  static std::string Where(std::size_t t, const std::vector<Tile>& tiles) {
    return fmt::format("tile {} of {} (from {}, {}): ", t + 1, tiles.size(), tiles[t].x,
                       tiles[t].y);
  }

  ItemStream& looks_;
  const SourceItems& items_;
  ItemResult merged_;
  std::optional<LabelOptions> limited_;
};

Result<void> MergeImages(const Pass& pass, SourceId source, const SourceItems& items) {
  PRELABEL_TRY(const std::vector<TaskRow> tasks, pass.store.LoadTasks(source));
  ItemStream looks(pass.store, tasks, source, pass.reasons);
  ImageStream stream(looks, items);
  LabeledItem labeled;
  labeled.source = source;
  for (std::uint64_t i = 0; i < items.ItemCount(); ++i) {
    PRELABEL_TRY(const ItemState state, stream.Next(i));
    labeled.item = i;
    labeled.looked_at = state.result != nullptr && state.error.empty();
    labeled.raw = labeled.looked_at ? state.result : nullptr;
    labeled.error = state.planned ? state.error : "not labeled: the run has no task for it";
    labeled.width = state.result == nullptr ? 0 : state.result->width;
    labeled.height = state.result == nullptr ? 0 : state.result->height;
    labeled.labels.clear();
    if (labeled.looked_at) {
      for (const std::size_t place :
           FilterPlaces(state.result->predictions, pass.classes.threshold_of_class, pass.classes,
                        stream.Limited(pass.job.labels, i))) {
        const Prediction& p = state.result->predictions[place];
        labeled.labels.push_back({pass.classes.category_of_class[p.class_id], p.score, p.box,
                                  LabelSource::kModel, 0, p.class_id});
        labeled.labels.back().mask = MaskAt(*state.result, place);
        CountVotes(*state.result, place, pass.classes, labeled.labels.back());
      }
      SortLabels(labeled.labels);
    }
    PRELABEL_TRY(pass.visit(labeled));
  }
  pass.AddDamaged(looks.damaged());
  return Ok();
}

// The tracks of the last link task where it is committed and still stands for the job, otherwise
// new ones: an earlier link task has not seen what was detected since.
Result<std::vector<Track>> LoadTracks(const Pass& pass, SourceId source, const SourceItems& items,
                                      std::span<const TaskRow> tasks) {
  const LabelOptions& labels = pass.job.labels;
  const auto link = std::find_if(tasks.rbegin(), tasks.rend(), [](const TaskRow& row) {
    return row.task.kind == TaskKind::kLink;
  });
  if (link != tasks.rend() && link->state == TaskState::kCommitted) {
    PRELABEL_TRY(const std::optional<std::string> stored,
                 pass.store.GetMeta(LinkOptionsKey(source)));
    if (stored == FormatLinkOptions(labels, pass.classes, items)) {
      Result<std::optional<std::string>> payload = pass.store.ReadPayload(link->task.id);
      if (payload.has_error()) {
        if (payload.error().code != ErrorCode::kDataLoss) return std::move(payload).error();
        pass.damaged.push_back(link->task.id);
      }
      if (payload.has_value() && payload.value().has_value()) {
        PRELABEL_TRY(TaskResult result, DecodeTaskPayload(*payload.value()));
        return std::move(result.tracks);
      }
    }
  }
  PRELABEL_TRY(const std::vector<FrameDetections> frames,
               CollectDetections(pass.store, source, labels, pass.classes));
  return LinkDetections(frames, MakeLinkOptions(labels, pass.classes, items));
}

// Goes through the frames with the tracks that are alive; only these are interpolated at a time.
class TrackSweep {
 public:
  // `motion`: null where boxes do not follow what is seen.
  TrackSweep(std::vector<Track> tracks, const ClassMap& classes, InterpolationMethod method,
             std::unique_ptr<MotionEstimator> motion)
      : tracks_(std::move(tracks)), classes_(classes), method_(method), motion_(std::move(motion)) {
    std::erase_if(tracks_, [&](const Track& track) {
      return track.keyframes.empty() || track.class_id >= classes.category_of_class.size() ||
             classes.category_of_class[track.class_id] < 0;
    });
    std::stable_sort(tracks_.begin(), tracks_.end(), [](const Track& a, const Track& b) {
      return a.keyframes.front().frame < b.keyframes.front().frame;
    });
  }

  // Fills `labels` with those of `frame`; frames ascend from call to call.
  Result<void> LabelsAt(std::int64_t frame, std::vector<Label>& labels) {
    while (next_ < tracks_.size() && tracks_[next_].keyframes.front().frame <= frame) {
      const Track& track = tracks_[next_++];
      PRELABEL_TRY(std::vector<TrackPoint> points, Fill(track.keyframes));
      alive_.push_back({track.id, track.class_id, classes_.category_of_class[track.class_id],
                        std::move(points)});
    }
    labels.clear();
    for (Alive& track : alive_) {
      while (track.next < track.points.size() && track.points[track.next].frame < frame) {
        ++track.next;
      }
      if (track.next >= track.points.size()) continue;
      const TrackPoint& point = track.points[track.next];
      if (point.frame != frame) continue;
      labels.push_back(
          {track.category, point.score, point.box, point.source, track.id, track.class_id});
    }
    std::erase_if(alive_, [](const Alive& track) { return track.next >= track.points.size(); });
    SortLabels(labels);
    return Ok();
  }

 private:
  Result<std::vector<TrackPoint>> Fill(std::span<const Keyframe> keyframes) {
    if (motion_ == nullptr) return Interpolate(keyframes, method_);
    return FlowInterpolate(keyframes, *motion_);
  }

  struct Alive {
    std::uint32_t id = 0;
    std::uint16_t class_id = 0;
    int category = 0;
    std::vector<TrackPoint> points;
    std::size_t next = 0;
  };

  std::vector<Track> tracks_;
  const ClassMap& classes_;
  InterpolationMethod method_;
  std::unique_ptr<MotionEstimator> motion_;
  std::size_t next_ = 0;
  std::vector<Alive> alive_;
};

// Null where nothing is to follow what is seen.
Result<std::unique_ptr<MotionEstimator>> OpenMotion(const Pass& pass, const SourceItems& items) {
  if (pass.job.interpolation == InterpolationMethod::kFlow && pass.motion) {
    return pass.motion(items);
  }
  return std::unique_ptr<MotionEstimator>();
}

Result<void> MergeVideo(const Pass& pass, SourceId source, const SourceItems& items) {
  PRELABEL_TRY(const std::vector<TaskRow> tasks, pass.store.LoadTasks(source));
  PRELABEL_TRY(std::vector<Track> tracks, LoadTracks(pass, source, items, tasks));
  PRELABEL_TRY(auto motion, OpenMotion(pass, items));
  std::optional<VideoTrust> trust;
  if (pass.job.interpolation != InterpolationMethod::kNone) {
    trust = JudgeTracks(tracks, pass.classes.category_of_class,
                        static_cast<std::int64_t>(items.ItemCount()));
  }
  TrackSweep sweep(std::move(tracks), pass.classes, pass.job.interpolation, std::move(motion));
  ItemStream stream(pass.store, tasks, source, pass.reasons);
  LabeledItem labeled;
  labeled.source = source;
  labeled.width = items.index.width;
  labeled.height = items.index.height;
  for (std::uint64_t i = 0; i < items.ItemCount(); ++i) {
    PRELABEL_TRY(ItemState state, stream.Next(i));
    labeled.item = i;
    labeled.looked_at = state.result != nullptr && state.error.empty();
    labeled.raw = labeled.looked_at ? state.result : nullptr;
    labeled.error = std::move(state.error);
    labeled.trust = i == 0 && trust ? &*trust : nullptr;
    PRELABEL_TRY(sweep.LabelsAt(static_cast<std::int64_t>(i), labeled.labels));
    // A frame that nobody could look at is left to a human: no box may hide that.
    if (!labeled.error.empty()) labeled.labels.clear();
    if (labeled.raw != nullptr) FindPredictions(*labeled.raw, pass.classes, labeled.labels);
    PRELABEL_TRY(pass.visit(labeled));
  }
  pass.AddDamaged(stream.damaged());
  return Ok();
}

Result<void> MergeDrawn(const Pass& pass, SourceId source, const SourceItems& items) {
  PRELABEL_TRY(auto motion, OpenMotion(pass, items));
  std::optional<VideoTrust> trust;
  if (pass.job.interpolation != InterpolationMethod::kNone) {
    std::vector<int> themselves(pass.classes.categories.size());
    std::iota(themselves.begin(), themselves.end(), 0);
    trust = JudgeTracks(DrawnTracks(items, pass.classes), themselves,
                        static_cast<std::int64_t>(items.ItemCount()));
  }
  DrawnSweep sweep(items, pass.classes, pass.job.interpolation, std::move(motion));
  LabeledItem labeled;
  labeled.source = source;
  labeled.drawn = true;
  labeled.width = items.index.width;
  labeled.height = items.index.height;
  for (std::uint64_t i = 0; i < items.ItemCount(); ++i) {
    labeled.item = i;
    labeled.trust = i == 0 && trust ? &*trust : nullptr;
    PRELABEL_TRY(sweep.LabelsAt(static_cast<std::int64_t>(i), labeled.labels));
    SortLabels(labeled.labels);
    PRELABEL_TRY(pass.visit(labeled));
  }
  return Ok();
}

}  // namespace

Result<std::vector<TaskId>> MergeLabels(
    const Dataset& dataset, const JobSpec& job, const ClassMap& classes, Store& store,
    const std::function<Result<void>(const LabeledItem&)>& visit, const MotionSource& motion) {
  PRELABEL_TRY(std::vector<QuarantinedTask> quarantined, store.LoadQuarantined());
  Reasons reasons;
  for (QuarantinedTask& task : quarantined) reasons[task.task] = std::move(task.reason);
  std::vector<TaskId> damaged;
  const Pass pass{job, classes, store, reasons, visit, damaged, motion};
  for (std::uint32_t s = 0; s < dataset.sources.size(); ++s) {
    const SourceItems& items = dataset.sources[s];
    if (items.drawn != nullptr) {
      PRELABEL_TRY(MergeDrawn(pass, SourceId(s), items));
    } else if (items.kind == SourceKind::kVideo) {
      PRELABEL_TRY(MergeVideo(pass, SourceId(s), items));
    } else {
      PRELABEL_TRY(MergeImages(pass, SourceId(s), items));
    }
  }
  return damaged;
}

}  // namespace prelabel
