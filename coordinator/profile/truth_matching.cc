#include "coordinator/profile/truth_matching.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace prelabel {
namespace {

// The share of `box` that lies in `region`.
float ShareInside(const Box& box, const Box& region) {
  const Box both{std::max(box.x1, region.x1), std::max(box.y1, region.y1),
                 std::min(box.x2, region.x2), std::min(box.y2, region.y2)};
  return both.Width() <= 0 || both.Height() <= 0 || box.Area() <= 0 ? 0 : both.Area() / box.Area();
}

}  // namespace

std::vector<Truth> MatchTruth(std::span<const Prediction> predictions,
                              std::span<const TruthObject> objects) {
  std::vector<Truth> truth(predictions.size(), Truth::kWrong);
  std::vector<char> taken(objects.size(), 0);
  for (std::size_t p = 0; p < predictions.size(); ++p) {
    const Prediction& prediction = predictions[p];
    std::size_t best = objects.size();
    float best_iou = 0;
    bool in_crowd = false;
    for (std::size_t o = 0; o < objects.size(); ++o) {
      const TruthObject& object = objects[o];
      if (object.class_id != prediction.class_id) continue;
      if (object.crowd) {
        in_crowd = in_crowd || ShareInside(prediction.box, object.box) >= kRightIou;
        continue;
      }
      const float iou = Iou(prediction.box, object.box);
      if (taken[o] == 0 && iou >= kRightIou && iou > best_iou) {
        best = o;
        best_iou = iou;
      }
    }
    if (best < objects.size()) {
      taken[best] = 1;
      truth[p] = Truth::kRight;
    } else if (in_crowd) {
      truth[p] = Truth::kIgnored;
    }
  }
  return truth;
}

std::vector<TruthObject> WholePictureTruth(std::span<const TruthObject> objects, int width,
                                           int height) {
  const Box all{0, 0, static_cast<float>(width), static_cast<float>(height)};
  std::set<std::uint16_t> classes;
  for (const TruthObject& object : objects) classes.insert(object.class_id);
  std::vector<TruthObject> whole;
  for (const std::uint16_t class_id : classes) whole.push_back({class_id, all, false});
  return whole;
}

}  // namespace prelabel
