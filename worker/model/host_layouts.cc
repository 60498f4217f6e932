#include "worker/model/host_layouts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "worker/model/decode_yolo.h"

namespace prelabel {
namespace {

constexpr std::int64_t kLargestMap = 16384;  // as the sides of an input
constexpr float kRounding = 1e-3F;           // of probabilities

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

// In place, over the channels of each pixel; the highest is taken off first, so that none is too
// large.
void Softmax(std::vector<float>& values, std::size_t pixels) {
  std::vector<float> highest(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(pixels));
  for (std::size_t at = pixels; at < values.size(); at += pixels) {
    for (std::size_t i = 0; i < pixels; ++i) highest[i] = std::max(highest[i], values[at + i]);
  }
  std::vector<float> sums(pixels, 0);
  for (std::size_t at = 0; at < values.size(); at += pixels) {
    for (std::size_t i = 0; i < pixels; ++i) {
      values[at + i] = std::exp(values[at + i] - highest[i]);
      sums[i] += values[at + i];
    }
  }
  for (std::size_t at = 0; at < values.size(); at += pixels) {
    for (std::size_t i = 0; i < pixels; ++i) values[at + i] /= sums[i];
  }
}

Error NoProbabilities(const ModelCard& card) {
  return Internal("scores of " + card.name +
                  " are not in 0 to 1: say 'scores: logits' in the card's output, or put the "
                  "softmax into the module");
}

bool AreProbabilities(std::span<const float> values) {
  return std::none_of(values.begin(), values.end(),
                      [](float value) { return value < -kRounding || value > 1 + kRounding; });
}

// Behind one class's channel of probabilities or logits, that of everything else.
void AddTheOther(ClassScores& scores, bool logits) {
  const std::size_t pixels = scores.values.size();
  scores.values.resize(2 * pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    if (logits) scores.values[i] = 1 / (1 + std::exp(-scores.values[i]));
    scores.values[pixels + i] = 1 - scores.values[i];
  }
  scores.channels = 2;
  scores.background = 1;
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

Result<std::vector<ModelOutput>> ReadSemanticTensor(const HostTensor& tensor, const ModelCard& card,
                                                    int batch) {
  const auto channels =
      static_cast<std::int64_t>(card.classes.size() + (card.background.empty() ? 0 : 1));
  if (!IsFloats(tensor, 4, batch) || tensor.shape[1] != channels || tensor.values.empty() ||
      tensor.shape[2] > kLargestMap || tensor.shape[3] > kLargestMap) {
    return Internal("the scores of " + card.name + " are " + DescribeShape(tensor) +
                    "; the semantic layout and the card's classes" +
                    (card.background.empty() ? "" : " and background") + " ask for floats [" +
                    std::to_string(batch) + "," + std::to_string(channels) + ",h,w]");
  }
  const bool logits = card.scores == "logits";
  if (!logits && !AreProbabilities(tensor.values)) return NoProbabilities(card);
  std::vector<ModelOutput> outputs(static_cast<std::size_t>(batch));
  const std::size_t size = tensor.values.size() / outputs.size();
  for (std::size_t b = 0; b < outputs.size(); ++b) {
    ClassScores& scores = outputs[b].semantic;
    const auto own = tensor.values.subspan(b * size, size);
    scores.values.assign(own.begin(), own.end());
    scores.channels = static_cast<int>(channels);
    scores.height = static_cast<int>(tensor.shape[2]);
    scores.width = static_cast<int>(tensor.shape[3]);
    if (channels == 1) {
      AddTheOther(scores, logits);
      continue;
    }
    if (logits) Softmax(scores.values, scores.plane());
    if (!card.background.empty()) {
      scores.background = card.background == "first" ? 0 : scores.channels - 1;
    }
  }
  return outputs;
}

Result<std::vector<ModelOutput>> ReadClassifyTensor(const HostTensor& tensor, const ModelCard& card,
                                                    int batch, float threshold) {
  const std::size_t classes = card.classes.size();
  if (!IsFloats(tensor, 2, batch) || tensor.shape[1] != static_cast<std::int64_t>(classes)) {
    return Internal("the scores of " + card.name + " are " + DescribeShape(tensor) +
                    "; the classify layout and the card's classes ask for floats [" +
                    std::to_string(batch) + "," + std::to_string(classes) + "]");
  }
  const bool logits = card.scores == "logits";
  if (!logits && !AreProbabilities(tensor.values)) return NoProbabilities(card);
  const Box all{0, 0, static_cast<float>(card.input.width), static_cast<float>(card.input.height)};
  std::vector<ModelOutput> outputs(static_cast<std::size_t>(batch));
  for (std::size_t b = 0; b < outputs.size(); ++b) {
    const auto own = tensor.values.subspan(b * classes, classes);
    std::vector<float> scores(own.begin(), own.end());
    if (logits) Softmax(scores, 1);
    outputs[b].suppressed = true;
    for (std::size_t c = 0; c < classes; ++c) {
      if (!(scores[c] > threshold)) continue;
      outputs[b].candidates.push_back(
          {static_cast<std::uint16_t>(c), std::min(scores[c], 1.0F), all});
    }
  }
  return outputs;
}

}  // namespace prelabel
