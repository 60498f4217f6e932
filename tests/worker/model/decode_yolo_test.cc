// Expected values: by hand, from the layouts of the exporters (ultralytics/yolov5 models/yolo.py,
// ultralytics nn/modules/head.py).
#include "worker/model/decode_yolo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DecodeYolo, V5MultipliesObjectnessAndClass) {
  const std::vector<float> rows = {
      50, 40, 20, 10, 0.5F,  0.5F, 1,  // scores 0.25 and 0.5
      10, 10, 4,  4,  0.25F, 1,    1,  // none over its objectness
  };
  EXPECT_THAT(DecodeYolo(rows, YoloVersion::kV5, 2, 0.25F),
              ElementsAre(Prediction{1, 0.5F, {40, 35, 60, 45}}));
  EXPECT_THAT(
      DecodeYolo(rows, YoloVersion::kV5, 2, 0.24F),
      ElementsAre(Prediction{0, 0.25F, {40, 35, 60, 45}}, Prediction{1, 0.5F, {40, 35, 60, 45}},
                  Prediction{0, 0.25F, {8, 8, 12, 12}}, Prediction{1, 0.25F, {8, 8, 12, 12}}));
}

TEST(DecodeYolo, V8HasAPlaneAValue) {
  const std::vector<float> planes = {
      50,   10,   30,    // x
      40,   10,   30,    // y
      20,   4,    2,     // width
      10,   4,    2,     // height
      0.5F, 0.1F, 0.3F,  // the first class
      0.9F, 0.2F, 0.1F,  // the second one
  };
  EXPECT_THAT(
      DecodeYolo(planes, YoloVersion::kV8, 2, 0.25F),
      ElementsAre(Prediction{0, 0.5F, {40, 35, 60, 45}}, Prediction{1, 0.9F, {40, 35, 60, 45}},
                  Prediction{0, 0.3F, {29, 29, 31, 31}}));
  EXPECT_THAT(DecodeYolo(planes, YoloVersion::kV8, 2, 0.9F), IsEmpty());
}

// The exports of the 80-class models at 640 × 640.
TEST(YoloVersionOf, GoesByTheShape) {
  EXPECT_EQ(YoloVersionOf(25200, 85, 80).value(), YoloVersion::kV5);
  EXPECT_EQ(YoloVersionOf(84, 8400, 80).value(), YoloVersion::kV8);
  const auto other_classes = YoloVersionOf(84, 8400, 3);
  ASSERT_FALSE(other_classes);
  EXPECT_THAT(other_classes.error().message,
              HasSubstr("[B,84,8400] is neither layout of 3 classes: v5 has [B,N,8], v8 has "
                        "[B,7,N]"));
  EXPECT_THAT(YoloVersionOf(7, 8, 3).error().message, HasSubstr("both layouts"));
}

}  // namespace
}  // namespace prelabel
