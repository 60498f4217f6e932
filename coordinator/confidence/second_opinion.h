// What second looks (plan/second_looks.h) say about a run's labels: how many are found again when
// the picture is changed, and how far another model agrees. That judges a model without ground
// truth: a label that vanishes in the mirror is more often wrong than one that stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/box.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"
#include "common/labels/view.h"
#include "coordinator/confidence/clustered_share.h"
#include "coordinator/merge/merge.h"
#include "coordinator/scan/dataset.h"
#include "coordinator/store/store.h"

namespace prelabel {

// Of a class's threshold, what a box must score to find a label again: one that only just falls
// below the threshold is no disagreement. (What scores less than labels.raw_threshold is not
// there.)
inline constexpr float kFoundAgainScore = 0.5F;
inline constexpr float kFoundAgainIou = 0.5F;

// A box of either look, on the picture as it is.
struct SeenBox {
  int category = 0;
  float score = 0;
  Box box;
};

// For each of `labels` (descending score) the place in `others` where it is found again, or -1: the
// one of its category with the greatest IoU, from kFoundAgainIou up, that no label before it took.
std::vector<int> FindAgain(std::span<const SeenBox> labels, std::span<const SeenBox> others);

// One view of one category.
struct ViewAgreement {
  ClusteredShare again;  // the plain look's labels that the view finds again
  ClusteredShare back;   // labels that the view would give, which the plain look has
  // Of the labels found again, sums in millionths: IoU, and the view's score less the plain one.
  std::uint64_t iou_sum = 0;
  std::int64_t score_change_sum = 0;
  friend bool operator==(const ViewAgreement&, const ViewAgreement&) = default;

  double MeanIou() const;          // 0 where none was found again
  double MeanScoreChange() const;  // 0 where none was
};

// One category.
struct ClassOpinion {
  std::vector<ViewAgreement> views;  // parallel to SecondOpinionResult::views
  // Labels that every change finds again, on images that all of them have looked at; empty where
  // there are no changes.
  ClusteredShare stable;
  bool in_second_model = false;  // it has a class that is written as this one
  friend bool operator==(const ClassOpinion&, const ClassOpinion&) = default;
};

struct SecondOpinionResult {
  std::vector<View> views;            // that the job asks for and the store has or will have
  std::uint64_t sampled = 0;          // images and frames in the sample
  std::vector<std::uint64_t> looked;  // parallel to `views`: of these, with results of both looks
  std::string second_model;           // its card's name; empty: none
  // The stored results are of another second model than the job's: it is not among `views` until
  // `prelabel run` has asked it.
  bool second_model_changed = false;
  std::vector<ClassOpinion> classes;  // by category
  ClassOpinion all;                   // all categories; for the second model, those that it has
  std::vector<TaskId> damaged;  // second looks whose stored results are damaged; they are left out
  friend bool operator==(const SecondOpinionResult&, const SecondOpinionResult&) = default;
};

// Reads the sample's results of all looks. Labels are what the job makes of an image's predictions
// (thresholds, classes, NMS, maximum), of frames of videos, too: their links are not followed.
// `second` is the card of the job's second model. Nothing where the job asks for no second opinion.
// Memory is that of a source's tasks and of the sample. Errors are the store's.
Result<std::optional<SecondOpinionResult>> CollectSecondOpinion(
    Store& store, const Dataset& dataset, const JobSpec& job, const ClassMap& classes,
    const std::optional<ModelCard>& second);

}  // namespace prelabel
