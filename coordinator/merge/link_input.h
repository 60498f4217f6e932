// What goes into linking a video, and how it is known later whether that is still the same.
// The server builds link tasks from it and merge links again from it: one definition for both.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "common/labels/keyframe_chooser.h"
#include "common/labels/prediction.h"
#include "common/labels/track.h"
#include "coordinator/merge/merge.h"
#include "coordinator/store/store.h"

namespace prelabel {

// Drops predictions below their class's least score and those of dropped classes, then applies NMS
// within each category (classes written under one name compete) and the maximum over the image.
// Descending score. Predictions that passed the same filter pass it again unchanged.
std::vector<Prediction> FilterPredictions(std::span<const Prediction> predictions,
                                          std::span<const float> least_score_of_class,
                                          const ClassMap& classes, const LabelOptions& labels);
// The same, as places in `predictions`.
std::vector<std::size_t> FilterPlaces(std::span<const Prediction> predictions,
                                      std::span<const float> least_score_of_class,
                                      const ClassMap& classes, const LabelOptions& labels);

// The detections of a video that LinkDetections takes, one entry a frame that was looked at,
// ascending. Reads the committed results of the source's detect tasks as they are now; failed
// frames, tasks without a result and damaged results are left out (MergeLabels names them). Classes
// written under one name are given the id of the first of them, so that an object that the model
// calls car and truck in turns is one track.
Result<std::vector<FrameDetections>> CollectDetections(Store& store, SourceId source,
                                                       const LabelOptions& labels,
                                                       const ClassMap& classes);

// The store's meta key for a source, and the canonical text to keep there when its link task is
// planned. MergeLabels uses the task's tracks only while the present job gives the same text; it
// covers all that links depend on besides the detections: LinkOptions, class mapping, thresholds,
// NMS and maximum.
std::string LinkOptionsKey(SourceId source);
std::string FormatLinkOptions(const LabelOptions& labels, const ClassMap& classes,
                              const SourceItems& video);

// What the next frames of a video are chosen by; a budget of 0 where it is not looked at in rounds.
ChooserOptions MakeChooserOptions(const SourceItems& video);

// Frames of a source that were looked at in vain, as the store knows by now; ascending.
Result<std::vector<std::int64_t>> CollectUnreadable(Store& store, SourceId source);

}  // namespace prelabel
