// Streams the final labels of a run in dataset order: committed predictions and tracks, with the
// job's thresholds, NMS, class mapping and interpolation applied, and what people drew. Constant
// memory for images; for a video, its tracks. Order of arrival, sharding and retries leave no trace
// (invariant I3).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"
#include "common/labels/flow_interpolation.h"
#include "common/labels/prediction.h"
#include "common/labels/shape.h"
#include "common/labels/track.h"
#include "coordinator/merge/video_trust.h"
#include "coordinator/routing/route.h"
#include "coordinator/scan/dataset.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct Category {
  int id = 0;        // from 1
  std::string name;  // after mapping
  friend bool operator==(const Category&, const Category&) = default;
};

// From a model's classes, and the labels that people drew, to the job's.
struct ClassMap {
  std::vector<Category> categories;       // ascending id, each once
  std::vector<int> category_of_class;     // by class id: position in `categories`, -1 where dropped
  std::vector<float> threshold_of_class;  // 2 where dropped
  std::map<std::string, int> category_of_drawn{};  // by a drawn label's name; dropped ones are not
  // Of a job that fuses models, by class id: how many of them know the class. Empty otherwise.
  std::vector<int> knowers_of_class{};
  // The model says what pictures are, not where: labels have the whole picture as their box, and
  // formats that can say so write them as labels of the picture.
  bool whole_pictures = false;
};

// The labels that the dataset's files of keyframes declare or use, each once, as they first appear.
std::vector<std::string> DrawnLabels(const Dataset& dataset);

// Drawn labels follow the model's classes under ids above all of the card's, or share a category
// with what is written under the same name. Thresholds do not apply to them.
// InvalidArgument: a rule names a class that neither the model nor `drawn` nor `others` (classes of
// a second model, which get no category) has; nearest names are given.
Result<ClassMap> BuildClassMap(const LabelOptions& labels, const ModelCard& card,
                               const std::vector<std::string>& drawn = {},
                               const std::vector<std::string>& others = {});

// The classes of another model, which has looked at the same items: those that are written, by the
// same rules, under the name of one of the categories of `classes`. Others, and all that rules do
// not name where there are any, are dropped.
ClassMap MapOtherModel(const LabelOptions& labels, const ModelCard& other, const ClassMap& classes);

// How a video of the job is linked; the same value for every worker count and sharding.
LinkOptions MakeLinkOptions(const LabelOptions& labels, const ClassMap& classes,
                            const SourceItems& video);

inline constexpr std::uint16_t kDrawnClass = 0xFFFF;

struct Label {
  int category = 0;  // position in ClassMap::categories
  float score = 0;
  Box box;
  LabelSource source = LabelSource::kModel;
  std::uint32_t track_id = 0;  // 0: not part of a track (images)
  // The model's class that it was; kDrawnClass for what a person drew.
  std::uint16_t class_id = kDrawnClass;
  // Of sources that a person drew: the shape whose bounds `box` is, with its attributes. Null where
  // there is nothing to say but the box, as for all labels of models.
  std::shared_ptr<const ShapePoint> drawn{};
  // The model's outline, of the image's size; null where the model has only boxes, and in frames
  // that were filled in.
  std::shared_ptr<const Rle> mask{};
  // Absent where nobody has decided (label_router.h), and for what a person drew.
  std::optional<Route> route{};
  // Of fused models: how many found it, of so many that know its class. 0 of 0 where models were
  // not fused, and in frames that were filled in.
  int found_by = 0;
  int known_by = 0;
};

// One image or frame of the dataset, labelled or not.
struct LabeledItem {
  SourceId source;
  std::uint64_t item = 0;
  bool looked_at = false;  // the model saw it (frames between keyframes were not looked at)
  bool drawn = false;      // a person drew the keyframes of its source: no model is to look at it
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
