// From what a TorchScript module returns to model outputs, by the card's layout (adapter: only the
// files of LibTorch include this). What the module gives is checked, then copied to the host.
#pragma once

#include <torch/script.h>

#include <vector>

#include "common/base/result.h"
#include "common/job/model_card.h"
#include "worker/model/model.h"

namespace prelabel {

// Each: one output an input. Internal where `value` is not the card's layout, with what it is
// instead. May throw what LibTorch throws.

// A tuple of boxes [B,N,4], scores [B,N,C] and, where the card says so, a feature map [B,D,h,w].
Result<std::vector<ModelOutput>> ReadDense(const torch::jit::IValue& value, const ModelCard& card,
                                           int batch, float threshold);

// One tensor of decode_yolo.h, or a tuple or list that begins with it.
Result<std::vector<ModelOutput>> ReadYolo(const torch::jit::IValue& value, const ModelCard& card,
                                          int batch, float threshold);

// One tensor of scores [B,C,h,w], a tuple or list that begins with it, or a dict that has it as
// "out", as torchvision's segmentation models give it.
Result<std::vector<ModelOutput>> ReadSemantic(const torch::jit::IValue& value,
                                              const ModelCard& card, int batch);

// One tensor of scores [B,C], or a tuple or list that begins with it.
Result<std::vector<ModelOutput>> ReadClassify(const torch::jit::IValue& value,
                                              const ModelCard& card, int batch, float threshold);

// A list with a dict an image, or a tuple that ends with it (losses, detections): "boxes" [N,4],
// "labels" [N], "scores" [N] and, for `task: segment`, "masks" [N,1,h,w]. Label L is the class
// whose category id is L; 0, the background, and numbers that the card leaves out below its highest
// are dropped. The input is one picture of height × width pixels.
Result<std::vector<ModelOutput>> ReadTorchvision(const torch::jit::IValue& value,
                                                 const ModelCard& card, int height, int width,
                                                 float threshold);

}  // namespace prelabel
