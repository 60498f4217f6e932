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

std::string Card(const std::string& task, const std::string& input, const std::string& output,
                 const std::string& more = "") {
  return "{name: m, task: " + task + ", backend: torchscript, weights: w.pt, sha256: " + kSha +
         ",\ninput: {" + input + ", channels: rgb, mean: [0, 0, 0], std: [255, 255, 255]},\n" +
         "output: {" + output + "},\nclasses: [a, b]" + more + "}";
}

TEST_F(ModelCardTest, TorchvisionModulesTakePicturesAsTheyAre) {
  const auto result = LoadModelCard(
      Write(Card("segment", "resize: none", "layout: torchvision, masks: raw",
                 ", custom_ops: [libtorchvision.so, ./ops/mine.so, /usr/lib/ops.so]")));
  ASSERT_TRUE(result.has_value()) << result.error().ToString();
  const ModelCard& card = result.value();
  EXPECT_EQ(card.task, "segment");
  EXPECT_EQ(card.input.resize, "none");
  EXPECT_EQ(card.input.width, 0);
  EXPECT_EQ(card.masks, "raw");
  EXPECT_THAT(card.custom_ops, ElementsAre("libtorchvision.so", (folder_ / "ops/mine.so").string(),
                                           "/usr/lib/ops.so"));
  const auto boxes = LoadModelCard(Write(Card("detect", "resize: none", "layout: torchvision")));
  EXPECT_EQ(boxes.value().masks, "");
  const auto pasted = LoadModelCard(Write(Card("segment", "resize: none", "layout: torchvision")));
  EXPECT_EQ(pasted.value().masks, "pasted");
}

TEST_F(ModelCardTest, YoloExportsTakeALetterbox) {
  const std::string size = "width: 640, height: 640, resize: letterbox";
  const auto usual = LoadModelCard(Write(Card("detect", size, "layout: yolo")));
  ASSERT_TRUE(usual.has_value()) << usual.error().ToString();
  EXPECT_EQ(usual.value().layout, "yolo");
  EXPECT_EQ(usual.value().input.pad, 114);
  const auto black = LoadModelCard(Write(Card("detect", size + ", pad: 0", "layout: yolo")));
  EXPECT_EQ(black.value().input.pad, 0);
}

// Lines and columns counted by hand.
TEST_F(ModelCardTest, KeysThatDoNotGoTogetherAreReported) {
  EXPECT_EQ(Mistakes(Card("segment", "width: 4, height: 4, resize: stretch, pad: 1",
                          "layout: dense, masks: raw")),
            "model.yaml:1:17: 'task: segment' needs the torchvision layout: 'dense' gives no "
            "masks\n"
            "model.yaml:2:52: 'input.pad' is for 'resize: letterbox'\n"
            "model.yaml:3:32: 'output.masks' is for 'task: segment' with the torchvision layout");
  EXPECT_EQ(Mistakes(Card("detect", "width: 4, resize: none", "layout: yolo, feature_map: true")),
            "model.yaml:2:8: 'input.resize: none' is for the torchvision layout\n"
            "model.yaml:2:16: with 'resize: none' the module takes pictures as they are: take "
            "'input.width' out\n"
            "model.yaml:3:37: 'output.feature_map' is for the dense layout");
  EXPECT_EQ(Mistakes(Card("detect", "width: 4, height: 4, resize: stretch", "layout: torchvision")),
            "model.yaml:2:8: the torchvision layout needs 'input.resize: none': its modules resize "
            "themselves");
}

// Lines and columns counted by hand.
TEST_F(ModelCardTest, SemanticModelsSayWhatTheirScoresAre) {
  const std::string size = "width: 4, height: 4, resize: stretch";
  const auto usual = LoadModelCard(Write(Card("semantic", size, "layout: semantic")));
  ASSERT_TRUE(usual.has_value()) << usual.error().ToString();
  EXPECT_EQ(usual.value().scores, "probabilities");
  EXPECT_EQ(usual.value().background, "");
  const auto both = LoadModelCard(
      Write(Card("semantic", size, "layout: semantic, scores: logits, background: first")));
  ASSERT_TRUE(both.has_value()) << both.error().ToString();
  EXPECT_EQ(both.value().scores, "logits");
  EXPECT_EQ(both.value().background, "first");
  EXPECT_EQ(DescribePreprocessing(both.value()),
            "4x4 stretch rgb mean 0 0 0 std 255 255 255, semantic scores logits background first");
  EXPECT_EQ(Mistakes(Card("detect", size, "layout: dense, scores: logits, background: middle")),
            "model.yaml:3:33: 'output.scores' is for the layouts semantic and classify\n"
            "model.yaml:3:53: 'output.background' cannot be 'middle'; use one of first, last\n"
            "model.yaml:3:53: 'output.background' is for the semantic layout");
  EXPECT_EQ(Mistakes(Card("segment", size, "layout: semantic")),
            "model.yaml:1:17: 'task: semantic' and the semantic layout go together, and with "
            "nothing else");
  EXPECT_EQ(Mistakes(Card("semantic", size, "layout: yolo")),
            "model.yaml:1:17: 'task: semantic' and the semantic layout go together, and with "
            "nothing else");
}

// Lines and columns counted by hand.
TEST_F(ModelCardTest, OnnxFilesHaveBoxesThatNobodySuppressedAndNoLibraries) {
  const auto onnx = [](std::string card) {
    const std::string torchscript = "backend: torchscript";
    return card.replace(card.find(torchscript), torchscript.size(), "backend: onnx");
  };
  const auto card = LoadModelCard(
      Write(onnx(Card("detect", "width: 4, height: 4, resize: letterbox", "layout: yolo"))));
  ASSERT_TRUE(card.has_value()) << card.error().ToString();
  EXPECT_EQ(card.value().backend, "onnx");
  EXPECT_EQ(Mistakes(onnx(Card("detect", "resize: none", "layout: torchvision",
                               ", custom_ops: [libops.so]"))),
            "model.yaml:3:9: the torchvision layout is for 'backend: torchscript': with onnx it is "
            "dense, yolo, semantic or classify, without NMS in the model\n"
            "model.yaml:4:30: 'custom_ops' is for 'backend: torchscript'");
}

// Stored results are bound to this text; that of older runs may not change.
TEST_F(ModelCardTest, WhatResultsDependOnIsOneLine) {
  const auto dense =
      LoadModelCard(Write(Card("detect", "width: 4, height: 2, resize: stretch", "layout: dense")));
  EXPECT_EQ(DescribePreprocessing(dense.value()), "4x2 stretch rgb mean 0 0 0 std 255 255 255");
  const auto masks = LoadModelCard(Write(Card("segment", "resize: none", "layout: torchvision")));
  EXPECT_EQ(DescribePreprocessing(masks.value()),
            "0x0 none rgb mean 0 0 0 std 255 255 255, torchvision masks pasted");
  const auto yolo = LoadModelCard(
      Write(Card("detect", "width: 4, height: 2, resize: letterbox", "layout: yolo")));
  EXPECT_EQ(DescribePreprocessing(yolo.value()),
            "4x2 letterbox rgb mean 0 0 0 std 255 255 255 pad 114, yolo");
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

// Lines and columns counted by hand.
TEST_F(ModelCardTest, ClassifyModelsSayWhatPicturesAre) {
  const std::string size = "width: 4, height: 4, resize: stretch";
  const auto card =
      LoadModelCard(Write(Card("classify", size, "layout: classify, scores: logits")));
  ASSERT_TRUE(card.has_value()) << card.error().ToString();
  EXPECT_EQ(card.value().layout, "classify");
  EXPECT_EQ(card.value().scores, "logits");
  EXPECT_EQ(Mistakes(Card("classify", size, "layout: dense")),
            "model.yaml:1:17: 'task: classify' and the classify layout go together, and with "
            "nothing else");
  EXPECT_EQ(Mistakes(Card("semantic", size, "layout: classify")),
            "model.yaml:1:17: 'task: semantic' and the semantic layout go together, and with "
            "nothing else");
  EXPECT_EQ(Mistakes(Card("classify", size, "layout: classify, background: first")),
            "model.yaml:3:40: 'output.background' is for the semantic layout");
}

}  // namespace
}  // namespace prelabel
