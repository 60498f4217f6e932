// From a model's output tensors in host memory to model outputs, by the card's layout: what all
// backends share. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/model_card.h"
#include "worker/model/model.h"

namespace prelabel {

// A tensor that the backend keeps alive.
struct HostTensor {
  std::string type = "Float";  // of the elements, as the backend calls it; for messages
  bool floating = true;
  std::vector<std::int64_t> shape;
  std::span<const float> values;  // row-major; empty where `floating` is false
};

// Such as Float[1,2,3].
std::string DescribeShape(const HostTensor& tensor);

// Each: one output an input. Internal where the tensors are not the card's layout, with their
// shapes and the ones that it asks for.

// Boxes [B,N,4], scores [B,N,C] and, where there is a third one, a feature map [B,D,h,w].
Result<std::vector<ModelOutput>> ReadDenseTensors(std::span<const HostTensor> tensors,
                                                  const ModelCard& card, int batch,
                                                  float threshold);

// One tensor of decode_yolo.h.
Result<std::vector<ModelOutput>> ReadYoloTensor(const HostTensor& tensor, const ModelCard& card,
                                                int batch, float threshold);

// Scores [B,C,h,w] of the card's classes, and of a background where the card has one, logits or
// probabilities as the card says. One channel alone is the probability of the only class, against
// everything else. Values that are no numbers are those of one input: see FillPredictions.
Result<std::vector<ModelOutput>> ReadSemanticTensor(const HostTensor& tensor, const ModelCard& card,
                                                    int batch);

// Scores [B,C] of the card's classes for the whole input: candidates of a box that is all of it,
// and over the threshold, as `suppressed` says. Logits become a softmax over the classes.
Result<std::vector<ModelOutput>> ReadClassifyTensor(const HostTensor& tensor, const ModelCard& card,
                                                    int batch, float threshold);

}  // namespace prelabel
