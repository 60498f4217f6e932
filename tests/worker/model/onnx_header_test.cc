// Files are put together by hand, byte by byte, after onnx.proto3 and the encoding of Protocol
// Buffers.
#include "worker/model/onnx_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A field with bytes, shorter than 128.
std::string Part(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string Number(int number, const std::string& varint) {
  return std::string{static_cast<char>(number << 3)} + varint;
}

std::string Value(const std::string& name, const std::string& dimensions) {
  return Part(1, name) + Part(2, Part(1, Number(1, "\x01") + Part(2, dimensions)));
}

// dim_value 1, 3 and 416 (0xA0 0x03), and dim_param "n".
const std::string kShape = Part(1, Number(1, "\x01")) + Part(1, Number(1, "\x03")) +
                           Part(1, Number(1, "\xA0\x03")) + Part(1, Part(2, "n"));

TEST(OnnxHeader, NamesInputsOutputsAndTheOperatorSet) {
  const std::string graph = Part(2, "main") + Part(5, Part(8, "weight")) +
                            Part(11, Value("pictures", kShape)) + Part(11, Value("weight", "")) +
                            Part(12, Value("boxes", "")) + Part(12, Part(1, "scores"));
  // An ir_version before, and another domain's operators behind.
  const std::string file = Number(1, "\x06") + Part(7, graph) + Part(8, Number(2, "\x0A")) +
                           Part(8, Part(1, "mine") + Number(2, "\x01"));
  const auto header = ReadOnnxHeader(file);
  ASSERT_TRUE(header) << header.error().ToString();
  EXPECT_EQ(header.value().opset, 10);
  ASSERT_EQ(header.value().inputs.size(), 1U);
  EXPECT_EQ(header.value().inputs[0].name, "pictures");
  EXPECT_THAT(header.value().inputs[0].shape, ElementsAre(1, 3, 416, -1));
  ASSERT_EQ(header.value().outputs.size(), 2U);
  EXPECT_EQ(header.value().outputs[0].name, "boxes");
  EXPECT_EQ(header.value().outputs[1].name, "scores");
  EXPECT_THAT(header.value().outputs[1].shape, IsEmpty());
}

std::string ErrorOf(const std::string& file) {
  const auto header = ReadOnnxHeader(file);
  if (header) return "accepted";
  EXPECT_EQ(header.error().code, ErrorCode::kInvalidArgument);
  return header.error().message;
}

TEST(OnnxHeader, BrokenFilesAreNamedByTheByte) {
  const std::string file = Part(7, Part(12, Part(1, "boxes")));
  ASSERT_TRUE(ReadOnnxHeader(file));
  // Every cut but the one before the first byte leaves a field that is longer than the file.
  for (std::size_t size = 1; size < file.size(); ++size) {
    EXPECT_THAT(ErrorOf(file.substr(0, size)), HasSubstr("byte 0 of ")) << size;
  }
  // An output of four bytes that says it has five.
  EXPECT_THAT(ErrorOf(Part(7, Part(12,
                                   "\x0A\x05"
                                   "ab"))),
              HasSubstr("byte 4 of 8"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("no graph"));
  EXPECT_THAT(ErrorOf(Part(7, "")), HasSubstr("no output"));
  // Eleven bytes of a varint, and a group (wire type 3).
  EXPECT_THAT(ErrorOf(Number(1, std::string(10, '\xFF') + "\x01")), HasSubstr("byte 0 of 12"));
  EXPECT_THAT(ErrorOf("\x0B"), HasSubstr("byte 0 of 1"));
}

}  // namespace
}  // namespace prelabel
