// Streams the final labels of a run in dataset order: committed predictions and tracks, with the
// job's thresholds, NMS, class mapping and interpolation applied. Constant memory for images; for a
// video, its tracks. Order of arrival, sharding and retries leave no trace (invariant I3).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"
#include "common/labels/flow_interpolation.h"
#include "common/labels/prediction.h"
#include "common/labels/track.h"
#include "coordinator/merge/video_trust.h"
#include "coordinator/scan/dataset.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct Category {
  int id = 0;        // from 1
  std::string name;  // after mapping
  friend bool operator==(const Category&, const Category&) = default;
};

// From a model's classes to the job's.
struct ClassMap {
  std::vector<Category> categories;       // ascending id, each once
  std::vector<int> category_of_class;     // by class id: position in `categories`, -1 where dropped
  std::vector<float> threshold_of_class;  // 2 where dropped
};

// InvalidArgument: a rule names a class that the model does not have (nearest names are given).
Result<ClassMap> BuildClassMap(const LabelOptions& labels, const ModelCard& card);

// How a video of the job is linked; the same value for every worker count and sharding.
LinkOptions MakeLinkOptions(const LabelOptions& labels, const ClassMap& classes,
                            const SourceItems& video);

struct Label {
  int category = 0;  // position in ClassMap::categories
  float score = 0;
  Box box;
  LabelSource source = LabelSource::kModel;
  std::uint32_t track_id = 0;  // 0: not part of a track (images)
};

// One image or frame of the dataset, labelled or not.
struct LabeledItem {
  SourceId source;
  std::uint64_t item = 0;
  bool looked_at = false;  // the model saw it (frames between keyframes were not looked at)
  std::string error;       // why it is quarantined; then it has no labels
  int width = 0;
  int height = 0;
  std::vector<Label> labels;  // by category, then descending score, then track
  const ItemResult* raw =
      nullptr;  // what the model said, valid during the call; null if not looked at
  // How far the video's interpolated labels can be believed, with its first item and valid during
  // that call; null with all others, for images and where nothing is interpolated.
  const VideoTrust* trust = nullptr;
};

// What moves in a video of the dataset (common/media/motion.h, or a fake). Each call opens it anew.
using MotionSource =
    std::function<Result<std::unique_ptr<MotionEstimator>>(const SourceItems& video)>;

// Calls `visit` once for every item of every source, in order, quarantined items included. An error
// from `visit` ends the pass and is returned. Returns the tasks whose stored results are damaged:
// their items are quarantined, with that as the reason, until the tasks are done again. `motion` is
// for interpolation.method `flow`, which is linear without it.
Result<std::vector<TaskId>> MergeLabels(
    const Dataset& dataset, const JobSpec& job, const ClassMap& classes, Store& store,
    const std::function<Result<void>(const LabeledItem&)>& visit, const MotionSource& motion = {});

}  // namespace prelabel
