#include "worker/model/decode_yolo.h"

#include <cstddef>
#include <string>

namespace prelabel {
namespace {

Box FromCenter(float x, float y, float width, float height) {
  return {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
}

std::vector<Prediction> DecodeV5(std::span<const float> values, std::size_t classes,
                                 float threshold) {
  std::vector<Prediction> found;
  for (std::size_t at = 0; at + 5 + classes <= values.size(); at += 5 + classes) {
    const float objectness = values[at + 4];
    if (!(objectness > threshold)) continue;  // no score is over 1
    for (std::size_t c = 0; c < classes; ++c) {
      const float score = objectness * values[at + 5 + c];
      if (!(score > threshold)) continue;
      found.push_back({static_cast<std::uint16_t>(c), score,
                       FromCenter(values[at], values[at + 1], values[at + 2], values[at + 3])});
    }
  }
  return found;
}

std::vector<Prediction> DecodeV8(std::span<const float> values, std::size_t classes,
                                 float threshold) {
  std::vector<Prediction> found;
  const std::size_t n = values.size() / (4 + classes);
  // Planes are read one after the other, which is how they lie; then the few rows that count.
  std::vector<std::uint8_t> over(n, 0);
  for (std::size_t c = 0; c < classes; ++c) {
    const float* scores = values.data() + (4 + c) * n;
    for (std::size_t i = 0; i < n; ++i) over[i] |= static_cast<std::uint8_t>(scores[i] > threshold);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (over[i] == 0) continue;
    for (std::size_t c = 0; c < classes; ++c) {
      const float score = values[(4 + c) * n + i];
      if (!(score > threshold)) continue;
      found.push_back({static_cast<std::uint16_t>(c), score,
                       FromCenter(values[i], values[n + i], values[2 * n + i], values[3 * n + i])});
    }
  }
  return found;
}

}  // namespace

Result<YoloVersion> YoloVersionOf(std::int64_t rows, std::int64_t columns, std::int64_t classes) {
  const bool v5 = columns == 5 + classes;
  const bool v8 = rows == 4 + classes;
  if (v5 != v8) return v5 ? YoloVersion::kV5 : YoloVersion::kV8;
  return Internal("an output of [B," + std::to_string(rows) + "," + std::to_string(columns) +
                  "] is " + (v5 ? "both layouts" : "neither layout") + " of " +
                  std::to_string(classes) + " classes: v5 has [B,N," + std::to_string(5 + classes) +
                  "], v8 has [B," + std::to_string(4 + classes) + ",N]");
}

std::vector<Prediction> DecodeYolo(std::span<const float> values, YoloVersion version, int classes,
                                   float threshold) {
  const auto count = static_cast<std::size_t>(classes);
  return version == YoloVersion::kV5 ? DecodeV5(values, count, threshold)
                                     : DecodeV8(values, count, threshold);
}

}  // namespace prelabel
