// The output tensors of YOLO exports, from version 5 on: one row a place, with the box as center
// and size in pixels of the input and one score a class. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/result.h"
#include "common/labels/prediction.h"

namespace prelabel {

enum class YoloVersion : std::uint8_t {
  kV5,  // [N, 5 + C]: x, y, w, h, objectness, C scores that are to be multiplied with it
  kV8   // [4 + C, N]: x, y, w, h, C scores; also of 9 to 11
};

// Which of the two a tensor [B, rows, columns] is. Internal: neither, or it could be both.
Result<YoloVersion> YoloVersionOf(std::int64_t rows, std::int64_t columns, std::int64_t classes);

// Every (box, class) with score > threshold, by box, then class. `values`: one input's, row-major,
// N × (5 + C) or (4 + C) × N floats.
std::vector<Prediction> DecodeYolo(std::span<const float> values, YoloVersion version, int classes,
                                   float threshold);

}  // namespace prelabel
