// Arbitrary bytes as an ONNX file: ReadOnnxHeader never throws or crashes, an error has a message,
// and what is accepted has outputs, inputs that are no weights, and sizes that are open or
// positive.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/check.h"
#include "worker/model/onnx_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto header = prelabel::ReadOnnxHeader(file);
  if (!header) {
    FUZZ_CHECK(header.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!header.error().message.empty());
    return 0;
  }
  FUZZ_CHECK(!header.value().outputs.empty());
  // Every value takes two bytes of the file at least, every dimension as many.
  std::size_t parts = 0;
  for (const auto* values : {&header.value().inputs, &header.value().outputs}) {
    for (const prelabel::OnnxValue& value : *values) {
      parts += 1 + value.shape.size();
      for (const std::int64_t side : value.shape) FUZZ_CHECK(side == -1 || side > 0);
    }
  }
  FUZZ_CHECK(2 * parts <= size);
  return 0;
}
