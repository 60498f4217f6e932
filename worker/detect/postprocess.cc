#include "worker/detect/postprocess.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "common/labels/nms.h"
#include "worker/detect/outline_classes.h"

namespace prelabel {
namespace {

void Fail(const char* why, ItemResult& item) {
  ItemResult failed;
  failed.item = item.item;
  failed.error = why;
  item = std::move(failed);
}

bool IsFinite(const Box& box) {
  return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
         std::isfinite(box.y2);
}

// A mask a class of the semantic layout.
void FillOutlines(const ClassScores& scores, const Fit& fit, const RawLimits& limits,
                  ItemResult& item) {
  const bool finite = std::all_of(scores.values.begin(), scores.values.end(),
                                  [](float value) { return std::isfinite(value); });
  if (!finite) {
    Fail("the model gave scores that are no numbers", item);
    return;
  }
  ClassOutlines found = OutlineClasses(scores, fit, item.width, item.height);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < found.predictions.size(); ++i) {
    if (found.predictions[i].score > limits.threshold) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return found.predictions[a].score > found.predictions[b].score;
  });
  order.resize(std::min(order.size(), limits.max_per_image));
  for (const std::size_t i : order) {
    item.predictions.push_back(found.predictions[i]);
    item.masks.push_back(std::move(found.masks[i]));
  }
}

// Places in `candidates` of those to keep, in descending score.
std::vector<std::size_t> Kept(const ModelOutput& output, const std::vector<Prediction>& candidates,
                              const RawLimits& limits) {
  if (!output.suppressed) return Nms(candidates, limits.nms, limits.max_per_image);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!std::isnan(candidates[i].score)) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates[a].score > candidates[b].score;
  });
  order.resize(std::min(order.size(), limits.max_per_image));
  return order;
}

}  // namespace

void FillPredictions(const ModelOutput& output, const Fit& fit, const RawLimits& limits,
                     const FeatureEmbedder* embedder, ItemResult& item) {
  if (!output.semantic.empty()) {
    FillOutlines(output.semantic, fit, limits, item);
    return;
  }
  const auto width = static_cast<float>(fit.width);
  const auto height = static_cast<float>(fit.height);
  const auto left = static_cast<float>(fit.left);
  const auto top = static_cast<float>(fit.top);
  // Before NMS: parts outside of the picture must not keep apart two boxes that are alike inside.
  std::vector<Prediction> candidates = output.candidates;
  for (Prediction& candidate : candidates) {
    const Box& box = candidate.box;
    if (IsFinite(box)) {
      candidate.box =
          Clip({box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top}, width, height);
      continue;
    }
    Fail("the model gave a box whose corners are no numbers", item);
    return;
  }
  const float scale_x = static_cast<float>(item.width) / width;
  const float scale_y = static_cast<float>(item.height) / height;
  std::vector<Box> boxes;  // in the input
  for (const std::size_t kept : Kept(output, candidates, limits)) {
    const Prediction& candidate = candidates[kept];
    const Box& box = candidate.box;
    boxes.push_back({box.x1 + left, box.y1 + top, box.x2 + left, box.y2 + top});
    const Box stretched{box.x1 * scale_x, box.y1 * scale_y, box.x2 * scale_x, box.y2 * scale_y};
    item.predictions.push_back(
        {candidate.class_id, candidate.score,
         Clip(stretched, static_cast<float>(item.width), static_cast<float>(item.height))});
    if (!output.masks.empty()) item.masks.push_back(output.masks[kept]);
  }
  if (embedder == nullptr) return;
  item.embedding = embedder->Image(output);
  item.box_embeddings = embedder->Boxes(output, boxes, fit.input_width, fit.input_height);
}

}  // namespace prelabel
