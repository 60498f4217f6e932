// What an ONNX file says of itself: its operator set, inputs and outputs. OpenCV forgets the
// outputs' order and does not say which operators the file is written in. Pure; thread-safe.
// Format: onnx/onnx.proto3 of the project onnx/onnx, in Protocol Buffers' encoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct OnnxValue {
  std::string name;
  std::vector<std::int64_t> shape;  // -1: left open, by name or altogether
};

struct OnnxHeader {
  std::int64_t opset = 0;         // of the standard operators; 0 where the file names none
  std::vector<OnnxValue> inputs;  // those that are no weights
  std::vector<OnnxValue> outputs;
};

// `file`: the whole file. InvalidArgument with the byte's position: it is cut off or no ONNX model.
Result<OnnxHeader> ReadOnnxHeader(std::string_view file);

}  // namespace prelabel
