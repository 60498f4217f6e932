#include "common/job/model_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace prelabel {
namespace {

using testing::ElementsAre;

constexpr char kSha[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

class ModelCardTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("prelabel_model_card_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path Write(const std::string& text) {
    const std::filesystem::path path = folder_ / "model.yaml";
    std::ofstream(path) << text;
    return path;
  }
  std::string Mistakes(const std::string& text) {
    const std::filesystem::path path = Write(text);
    const auto card = LoadModelCard(path);
    if (card.has_value()) return "accepted";
    std::string message = card.error().ToString();
    const std::string long_name = path.string();
    for (std::size_t at = 0; (at = message.find(long_name)) != std::string::npos;) {
      message.replace(at, long_name.size(), "model.yaml");
    }
    return message;
  }

  std::filesystem::path folder_;
};

TEST_F(ModelCardTest, ReadsEveryKey) {
  const auto path = Write(R"(name: nanodet-g-coco
task: detect
backend: torchscript
weights: ./model.pt
sha256: 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef
license: MIT
source: somewhere
input: {width: 416, height: 320, resize: stretch, channels: bgr,
        mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395]}
output: {layout: dense, feature_map: true}
classes: [person, traffic light, "no"]
category_ids: [1, 10, 90]
)");
  const auto result = LoadModelCard(path);
  ASSERT_TRUE(result.has_value()) << result.error().ToString();
  const ModelCard& card = result.value();
  EXPECT_EQ(card.name, "nanodet-g-coco");
  EXPECT_EQ(card.task, "detect");
  EXPECT_EQ(card.backend, "torchscript");
  EXPECT_EQ(card.weights, folder_ / "model.pt");
  EXPECT_EQ(card.sha256, kSha);
  EXPECT_EQ(card.license, "MIT");
  EXPECT_EQ(card.source, "somewhere");
  EXPECT_EQ(card.input.width, 416);
  EXPECT_EQ(card.input.height, 320);
  EXPECT_EQ(card.input.resize, "stretch");
  EXPECT_EQ(card.input.channels, "bgr");
  EXPECT_THAT(card.input.mean, ElementsAre(103.53F, 116.28F, 123.675F));
  EXPECT_THAT(card.input.std, ElementsAre(57.375F, 57.12F, 58.395F));
  EXPECT_EQ(card.layout, "dense");
  EXPECT_TRUE(card.feature_map);
  EXPECT_THAT(card.classes, ElementsAre("person", "traffic light", "no"));
  EXPECT_THAT(card.category_ids, ElementsAre(1, 10, 90));
}

TEST_F(ModelCardTest, OptionalKeysHaveDefaults) {
  const auto result = LoadModelCard(Write(
      std::string("{name: m, task: detect, backend: torchscript, weights: /w.pt, sha256: ") + kSha +
      ", input: {width: 1, height: 1, resize: stretch, channels: rgb, mean: [0, 0, 0], "
      "std: [1, 1, 1]}, output: {layout: dense}, classes: [a, b]}"));
  ASSERT_TRUE(result.has_value()) << result.error().ToString();
  EXPECT_EQ(result.value().weights, "/w.pt");
  EXPECT_EQ(result.value().license, "");
  EXPECT_FALSE(result.value().feature_map);
  EXPECT_THAT(result.value().category_ids, ElementsAre(1, 2));
}

// Lines and columns counted by hand.
TEST_F(ModelCardTest, EveryMistakeIsReported) {
  EXPECT_EQ(Mistakes(R"(task: detct
backend: torchscript
weights: model.pt
sha256: abc
licence: MIT
input: {width: 0, height: 416, resize: stretch, channels: grb, mean: [1, 2], std: [1, 0, x]}
output: {layout: dense, feature_map: maybe}
classes: [a, b, a]
category_ids: [1, 2]
)"),
            "model.yaml:1:1: missing key 'name'; add e.g. 'name: my-model'\n"
            "model.yaml:1:7: 'task' cannot be 'detct'; did you mean 'detect'?\n"
            "model.yaml:4:9: 'sha256' must be 64 hexadecimal digits, not 'abc'\n"
            "model.yaml:5:1: unknown key 'licence'; did you mean 'license'?\n"
            "model.yaml:6:16: 'input.width' must be a whole number from 1 to 16384, not '0'\n"
            "model.yaml:6:59: 'input.channels' cannot be 'grb'; did you mean 'rgb'?\n"
            "model.yaml:6:70: 'input.mean' must be a list of 3 numbers, one a channel\n"
            "model.yaml:6:87: 'input.std[1]' must be over 0\n"
            "model.yaml:6:90: 'input.std[2]' must be a number, not 'x'\n"
            "model.yaml:7:38: 'output.feature_map' must be true or false, not 'maybe'\n"
            "model.yaml:8:17: 'a' appears twice in 'classes'\n"
            "model.yaml:9:15: 'category_ids' must be a list of 3 numbers, one a class");
}

TEST_F(ModelCardTest, VariablesAreNotExpanded) {
  EXPECT_THAT(Mistakes("name: ${HOME}\n"), testing::Not(testing::HasSubstr("HOME")));
}

TEST_F(ModelCardTest, AMissingCardSaysHowToGetOne) {
  const auto card = LoadModelCard("/no/model.yaml");
  ASSERT_FALSE(card.has_value());
  EXPECT_EQ(card.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(card.error().ToString(),
            "model card not found: /no/model.yaml; set `model:` to a model.yaml (the quick start "
            "makes one with scripts/models/prepare_nanodet.py)");
}

}  // namespace
}  // namespace prelabel
