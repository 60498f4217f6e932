#include "common/labels/nms.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace prelabel {
namespace {

constexpr std::uint32_t kEnd = UINT32_MAX;

}  // namespace

std::vector<std::size_t> Nms(std::span<const Prediction> predictions, float iou_threshold,
                             std::size_t max_kept) {
  std::vector<std::uint32_t> order;
  order.reserve(predictions.size());
  std::uint16_t last_class = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    if (std::isnan(predictions[i].score)) continue;  // has no place in an order
    order.push_back(static_cast<std::uint32_t>(i));
    last_class = std::max(last_class, predictions[i].class_id);
  }
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return predictions[a].score != predictions[b].score
               ? predictions[a].score > predictions[b].score
               : a < b;
  });

  // The kept boxes of each class are a linked list through `next`: boxes of other classes are never
  // looked at, and nothing is sorted or allocated by class.
  std::vector<std::uint32_t> head(last_class + std::size_t{1}, kEnd);
  std::vector<std::uint32_t> next;
  std::vector<std::size_t> kept;
  for (const std::uint32_t index : order) {
    if (kept.size() >= max_kept) break;
    const Prediction& candidate = predictions[index];
    std::uint32_t position = head[candidate.class_id];
    while (position != kEnd &&
           !(Iou(predictions[kept[position]].box, candidate.box) > iou_threshold)) {
      position = next[position];
    }
    if (position != kEnd) continue;
    next.push_back(head[candidate.class_id]);
    head[candidate.class_id] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(index);
  }
  return kept;
}

}  // namespace prelabel
