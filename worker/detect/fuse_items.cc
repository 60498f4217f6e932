#include "worker/detect/fuse_items.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/labels/appearance.h"

namespace prelabel {
namespace {

// A model's predictions under the ensemble's class ids, and where each was before.
struct Renamed {
  std::vector<Prediction> predictions;
  std::vector<std::size_t> places;
};

Renamed Rename(const std::vector<Prediction>& predictions, const std::vector<int>& class_of) {
  Renamed renamed;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const std::uint16_t class_id = predictions[i].class_id;
    if (class_id >= class_of.size() || class_of[class_id] < 0) continue;
    renamed.predictions.push_back(predictions[i]);
    renamed.predictions.back().class_id = static_cast<std::uint16_t>(class_of[class_id]);
    renamed.places.push_back(i);
  }
  return renamed;
}

// Rows are of the first predictions only: where one is missing, there are no more.
bool AppendLooks(const ItemResult& from, std::size_t place, std::vector<std::uint8_t>& out) {
  const std::size_t begin = place * kAppearanceSize;
  if (begin + kAppearanceSize > from.appearance.size()) return false;
  const auto row = from.appearance.begin() + static_cast<std::ptrdiff_t>(begin);
  out.insert(out.end(), row, row + static_cast<std::ptrdiff_t>(kAppearanceSize));
  return true;
}

}  // namespace

ItemResult FuseItems(std::vector<ItemResult> models, const Ensemble& ensemble,
                     const RawLimits& limits) {
  for (ItemResult& item : models) {
    if (!item.ok()) return std::move(item);
  }
  std::vector<std::vector<Prediction>> predictions;
  std::vector<std::vector<std::size_t>> places;
  for (std::size_t m = 0; m < models.size(); ++m) {
    Renamed renamed = Rename(models[m].predictions, ensemble.class_of[m]);
    predictions.push_back(std::move(renamed.predictions));
    places.push_back(std::move(renamed.places));
  }
  std::vector<FusedBox> fused = FuseBoxes(predictions, ensemble.fuse);
  std::erase_if(fused,
                [&](const FusedBox& box) { return !(box.prediction.score > limits.threshold); });
  fused.resize(std::min(fused.size(), limits.max_per_image));

  ItemResult item;
  item.item = models.front().item;
  item.width = models.front().width;
  item.height = models.front().height;
  item.stats = models.front().stats;
  item.embedding = std::move(models.front().embedding);
  item.scene = std::move(models.front().scene);
  const bool masks = ensemble.card.task == "segment" &&
                     std::any_of(models.begin(), models.end(),
                                 [](const ItemResult& of) { return !of.masks.empty(); });
  bool looks = true;
  for (const FusedBox& box : fused) {
    ItemResult& from = models[box.model];
    const std::size_t place = places[box.model][box.place];
    item.predictions.push_back(box.prediction);
    if (ensemble.fuse.method == FuseMethod::kWeighted) item.votes.push_back(box.votes);
    if (masks) item.masks.push_back(std::move(from.masks[place]));
    looks = looks && AppendLooks(from, place, item.appearance);
  }
  return item;
}

}  // namespace prelabel
