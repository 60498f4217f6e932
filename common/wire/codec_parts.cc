#include "common/wire/codec_parts.h"

#include <cmath>

#include "common/labels/appearance.h"

namespace prelabel {

Error Malformed(const char* what) {
  return InvalidArgument(std::string("malformed message: ") + what);
}

bool AllFinite(const google::protobuf::RepeatedField<float>& values) {
  for (const float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

void PackPredictions(const std::vector<Prediction>& predictions, wire::Predictions& out) {
  const int n = static_cast<int>(predictions.size());
  out.mutable_classes()->Reserve(n);
  out.mutable_scores()->Reserve(n);
  out.mutable_boxes()->Reserve(4 * n);
  for (const Prediction& p : predictions) {
    out.add_classes(p.class_id);
    out.add_scores(p.score);
    PackBox(p.box, *out.mutable_boxes());
  }
}

Result<std::vector<Prediction>> UnpackPredictions(const wire::Predictions& in) {
  const int n = in.classes_size();
  if (n > kMaxPredictions || in.scores_size() != n || in.boxes_size() != 4 * n) {
    return Malformed("lists of predictions differ in length");
  }
  if (!AllFinite(in.scores()) || !AllFinite(in.boxes())) return Malformed("a number is not finite");
  std::vector<Prediction> predictions(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    if (in.classes(i) >= kMaxClasses) return Malformed("class id out of range");
    predictions[static_cast<std::size_t>(i)] = {static_cast<std::uint16_t>(in.classes(i)),
                                                in.scores(i), UnpackBox(in.boxes(), i)};
  }
  return predictions;
}

std::string PackBytes(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::vector<std::uint8_t>> UnpackAppearance(const std::string& bytes, std::size_t most) {
  if (bytes.size() % kAppearanceSize != 0 || bytes.size() / kAppearanceSize > most) {
    return Malformed("descriptors of the wrong size");
  }
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

}  // namespace prelabel
