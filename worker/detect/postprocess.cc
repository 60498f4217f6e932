#include "worker/detect/postprocess.h"

#include <cmath>
#include <utility>
#include <vector>

#include "common/labels/nms.h"

namespace prelabel {
namespace {

bool IsFinite(const Box& box) {
  return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
         std::isfinite(box.y2);
}

}  // namespace

void FillPredictions(const DenseOutput& output, const ModelInput& input, const RawLimits& limits,
                     const FeatureEmbedder* embedder, ItemResult& item) {
  const auto input_width = static_cast<float>(input.width);
  const auto input_height = static_cast<float>(input.height);
  // Before NMS: parts outside of the picture must not keep apart two boxes that are alike inside.
  std::vector<Prediction> candidates = output.candidates;
  for (Prediction& candidate : candidates) {
    if (IsFinite(candidate.box)) {
      candidate.box = Clip(candidate.box, input_width, input_height);
      continue;
    }
    ItemResult failed;
    failed.item = item.item;
    failed.error = "the model gave a box whose corners are no numbers";
    item = std::move(failed);
    return;
  }
  const float scale_x = static_cast<float>(item.width) / input_width;
  const float scale_y = static_cast<float>(item.height) / input_height;
  std::vector<Box> boxes;
  for (const std::size_t kept : Nms(candidates, limits.nms, limits.max_per_image)) {
    const Prediction& candidate = candidates[kept];
    const Box& box = candidate.box;
    boxes.push_back(box);
    const Box stretched{box.x1 * scale_x, box.y1 * scale_y, box.x2 * scale_x, box.y2 * scale_y};
    item.predictions.push_back(
        {candidate.class_id, candidate.score,
         Clip(stretched, static_cast<float>(item.width), static_cast<float>(item.height))});
  }
  if (embedder == nullptr) return;
  item.embedding = embedder->Image(output);
  item.box_embeddings = embedder->Boxes(output, boxes, input.width, input.height);
}

}  // namespace prelabel
