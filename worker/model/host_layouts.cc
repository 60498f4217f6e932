#include "worker/model/host_layouts.h"

#include <cstddef>

#include "worker/model/decode_yolo.h"

namespace prelabel {
namespace {

// Every (row, class) whose score is over the threshold. Most rows have none: a row is first looked
// at as a whole, without a branch, which compilers turn into vector comparisons.
std::vector<Prediction> CollectCandidates(const float* boxes, const float* scores, std::size_t rows,
                                          std::size_t classes, float threshold) {
  std::vector<Prediction> found;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* row_scores = scores + row * classes;
    int over = 0;
    for (std::size_t c = 0; c < classes; ++c) over |= static_cast<int>(row_scores[c] > threshold);
    if (over == 0) continue;
    const float* box = boxes + row * 4;
    for (std::size_t c = 0; c < classes; ++c) {
      if (row_scores[c] > threshold) {
        found.push_back(
            {static_cast<std::uint16_t>(c), row_scores[c], Box{box[0], box[1], box[2], box[3]}});
      }
    }
  }
  return found;
}

bool IsFloats(const HostTensor& tensor, std::size_t dimensions, int batch) {
  return tensor.floating && tensor.shape.size() == dimensions && tensor.shape[0] == batch;
}

Result<void> CheckDense(std::span<const HostTensor> tensors, const ModelCard& card, int batch) {
  const HostTensor& boxes = tensors[0];
  const HostTensor& scores = tensors[1];
  const auto classes = static_cast<std::int64_t>(card.classes.size());
  if (!IsFloats(boxes, 3, batch) || boxes.shape[2] != 4) {
    return Internal("the boxes of " + card.name + " are " + DescribeShape(boxes) +
                    "; the dense layout has floats [" + std::to_string(batch) + ",N,4]");
  }
  if (!IsFloats(scores, 3, batch) || scores.shape[1] != boxes.shape[1] ||
      scores.shape[2] != classes) {
    return Internal("the scores of " + card.name + " are " + DescribeShape(scores) +
                    "; the dense layout and the card's classes ask for floats [" +
                    std::to_string(batch) + "," + std::to_string(boxes.shape[1]) + "," +
                    std::to_string(classes) + "]");
  }
  if (tensors.size() > 2 && (!IsFloats(tensors[2], 4, batch) || tensors[2].values.empty())) {
    return Internal("the feature map of " + card.name + " is " + DescribeShape(tensors[2]) +
                    "; the dense layout has floats [" + std::to_string(batch) + ",D,h,w]");
  }
  return Ok();
}

}  // namespace

std::string DescribeShape(const HostTensor& tensor) {
  std::string text = tensor.type + "[";
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    text += (i > 0 ? "," : "") + std::to_string(tensor.shape[i]);
  }
  return text + "]";
}

Result<std::vector<ModelOutput>> ReadDenseTensors(std::span<const HostTensor> tensors,
                                                  const ModelCard& card, int batch,
                                                  float threshold) {
  if (tensors.size() < 2) {
    return Internal("the model " + card.name + " has " + std::to_string(tensors.size()) +
                    " output tensors; the dense layout has boxes and scores");
  }
  PRELABEL_TRY(CheckDense(tensors, card, batch));
  const auto rows = static_cast<std::size_t>(tensors[0].shape[1]);
  const auto classes = static_cast<std::size_t>(tensors[1].shape[2]);
  std::vector<ModelOutput> outputs(static_cast<std::size_t>(batch));
  for (std::size_t b = 0; b < outputs.size(); ++b) {
    ModelOutput& output = outputs[b];
    output.candidates =
        CollectCandidates(tensors[0].values.data() + b * rows * 4,
                          tensors[1].values.data() + b * rows * classes, rows, classes, threshold);
    if (tensors.size() < 3) continue;
    output.feature_channels = static_cast<int>(tensors[2].shape[1]);
    output.feature_height = static_cast<int>(tensors[2].shape[2]);
    output.feature_width = static_cast<int>(tensors[2].shape[3]);
    const std::size_t size = tensors[2].values.size() / outputs.size();
    const auto map = tensors[2].values.subspan(b * size, size);
    output.features.assign(map.begin(), map.end());
  }
  return outputs;
}

Result<std::vector<ModelOutput>> ReadYoloTensor(const HostTensor& tensor, const ModelCard& card,
                                                int batch, float threshold) {
  if (!IsFloats(tensor, 3, batch)) {
    return Internal("the output of " + card.name + " is " + DescribeShape(tensor) +
                    "; the yolo layout has floats [" + std::to_string(batch) + ",N,5+C] or [" +
                    std::to_string(batch) + ",4+C,N]");
  }
  const auto classes = static_cast<int>(card.classes.size());
  PRELABEL_TRY(const YoloVersion version, YoloVersionOf(tensor.shape[1], tensor.shape[2], classes));
  std::vector<ModelOutput> outputs(static_cast<std::size_t>(batch));
  const std::size_t size = tensor.values.size() / outputs.size();
  for (std::size_t b = 0; b < outputs.size(); ++b) {
    outputs[b].candidates =
        DecodeYolo(tensor.values.subspan(b * size, size), version, classes, threshold);
  }
  return outputs;
}

}  // namespace prelabel
