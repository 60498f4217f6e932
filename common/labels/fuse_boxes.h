// What several models say about one picture, made into one set of boxes. Pure and deterministic;
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/prediction.h"

namespace prelabel {

// kByClass: each class is one model's, so boxes are only put together. kWeighted: weighted boxes
// fusion.
enum class FuseMethod : std::uint8_t { kByClass, kWeighted };

struct FuseOptions {
  FuseMethod method = FuseMethod::kByClass;
  float iou = 0.55F;           // kWeighted: over which two boxes are one object, [0, 1]
  std::vector<float> weights;  // kWeighted: of each model, positive
  // kWeighted, by class: the sum of the weights of the models that know it.
  std::vector<float> weight_of_class;
};

struct FusedBox {
  Prediction prediction;
  std::uint8_t votes = 1;  // models that found it
  std::size_t model = 0;   // whose box is the strongest of those that it is made of, and
  std::size_t place = 0;   // where that is among the model's predictions
  friend bool operator==(const FusedBox&, const FusedBox&) = default;
};

// `models`: the predictions of each, at most 255 models, with classes in common. The result is in
// descending score; ties by class, then in the order of the models.
//
// kWeighted is weighted boxes fusion (Solovyev, Wang and Gabruseva, "Weighted boxes fusion:
// Ensembling boxes from different object detection models", Image and Vision Computing 107, 2021).
// Class by class, in descending weight × score, a box joins the cluster whose fused box it overlaps
// most, if by more than `iou`, or begins one. A cluster's box is the mean of its members, weighted
// by weight × score. Its score is the mean of theirs, weighted by model, times the share that the
// models in it have of the weights of all that know the class: with equal weights the paper's
// min(T, N) / N, but that T counts models, not boxes, so that one model does not agree with itself.
std::vector<FusedBox> FuseBoxes(std::span<const std::vector<Prediction>> models,
                                const FuseOptions& options);

}  // namespace prelabel
