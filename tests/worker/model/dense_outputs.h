// What every backend makes of the tiny dense module: its first 8 floats of an input are two boxes,
// the next four their scores, and all of it is the feature map. Values: by hand.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "worker/model/model.h"

namespace prelabel {

// 48 floats an input: two boxes, then two rows of scores, the rest zero.
inline std::vector<float> TinyInput(std::vector<float> head) {
  head.resize(48);
  return head;
}

inline void ExpectDenseOutputs(Model& model) {
  using testing::ElementsAre;
  std::vector<float> input = TinyInput({1, 2, 3, 4, 5, 6, 7, 8, .3F, .6F, .5F, .1F});
  const std::vector<float> second = TinyInput({9, 9, 9, 9, 0, 0, 1, 1, 0, 0, 0, .31F});
  input.insert(input.end(), second.begin(), second.end());
  const auto outputs = model.Run(input, {2, 4, 4}, 0.3F);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  ASSERT_EQ(outputs.value().size(), 2U);
  // A score of exactly the threshold is none.
  EXPECT_THAT(outputs.value()[0].candidates,
              ElementsAre(Prediction{1, .6F, {1, 2, 3, 4}}, Prediction{0, .5F, {5, 6, 7, 8}}));
  EXPECT_THAT(outputs.value()[1].candidates, ElementsAre(Prediction{1, .31F, {0, 0, 1, 1}}));
  EXPECT_EQ(outputs.value()[0].feature_channels, 3);
  EXPECT_EQ(outputs.value()[0].feature_height, 2);
  EXPECT_EQ(outputs.value()[0].feature_width, 2);
  // The upper left corner of each plane of 4 × 4; only the first plane is not zero.
  EXPECT_THAT(outputs.value()[0].features, ElementsAre(1, 2, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0));
}

}  // namespace prelabel
