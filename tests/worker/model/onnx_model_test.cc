// Small ONNX files come from make_tiny_onnx.py (written by PyTorch), so that their outputs can be
// worked by hand; the real model has tests/parity/onnx_test.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/model/dense_outputs.h"
#include "worker/model/model.h"
#include "worker/model/sha256.h"

namespace prelabel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelCard TinyCard(const std::string& file, const std::string& layout) {
  ModelCard card;
  card.name = "tiny";
  card.backend = "onnx";
  card.weights = std::filesystem::path(PRELABEL_TEST_ONNX) / (file + ".onnx");
  card.sha256 = ReadHashedFile(card.weights).value().sha256;
  card.input.width = card.input.height = 4;
  card.layout = layout;
  card.feature_map = layout == "dense";
  card.classes = {"a", "b"};
  return card;
}

std::string LoadError(const ModelCard& card, const std::string& device = "cpu") {
  auto model = LoadOnnxModel(card, device);
  if (model) return "it loaded";
  EXPECT_EQ(model.error().code, ErrorCode::kInvalidArgument);
  return model.error().ToString();
}

TEST(OnnxModel, DenseOutputsInTheFilesOrderOneAfterTheOther) {
  auto model = LoadOnnxModel(TinyCard("dense", "dense"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  ExpectDenseOutputs(*model.value());
}

TEST(OnnxModel, AFeatureMapThatTheCardDoesNotNameIsLeft) {
  ModelCard card = TinyCard("dense", "dense");
  card.feature_map = false;
  auto model = LoadOnnxModel(card, "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  EXPECT_TRUE(model.value()->Run(TinyInput({}), {1, 4, 4}, 0.5F).value()[0].features.empty());
}

TEST(OnnxModel, YoloOfBothVersions) {
  auto model = LoadOnnxModel(TinyCard("yolo_v5", "yolo"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  std::vector<float> input = TinyInput({2, 2, 2, 2, .5F, .5F, .9F, 1, 1, 2, 2, 1, .5F, 0});
  EXPECT_THAT(
      model.value()->Run(input, {1, 4, 4}, 0.3F).value()[0].candidates,
      ElementsAre(Prediction{1, .5F * .9F, {1, 1, 3, 3}}, Prediction{0, .5F, {0, 0, 2, 2}}));
  model = LoadOnnxModel(TinyCard("yolo_v8", "yolo"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  input = TinyInput({2, 1, 0, 2, 1, 0, 2, 2, 0, 2, 2, 0, .1F, .5F, 0, .9F, 0, 0});
  EXPECT_THAT(model.value()->Run(input, {1, 4, 4}, 0.3F).value()[0].candidates,
              ElementsAre(Prediction{1, .9F, {1, 1, 3, 3}}, Prediction{0, .5F, {0, 0, 2, 2}}));
}

TEST(OnnxModel, SemanticScores) {
  ModelCard card = TinyCard("semantic", "semantic");
  card.scores = "probabilities";
  auto model = LoadOnnxModel(card, "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  std::vector<float> input = TinyInput({.25F, .5F});
  const auto outputs = model.value()->Run(input, {1, 4, 4}, 0.3F);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  const ClassScores& scores = outputs.value()[0].semantic;
  EXPECT_EQ(scores.channels, 2);
  EXPECT_EQ(scores.background, -1);
  input.resize(32);  // two planes of three
  EXPECT_EQ(scores.values, input);
}

TEST(OnnxModel, AnOperatorThatOpenCVDoesNotHaveIsNamed) {
  EXPECT_THAT(LoadError(TinyCard("places", "yolo")),
              AllOf(HasSubstr("cannot run the operator NonZero of opset 10 (node onnx_node!/"),
                    HasSubstr("export it again with opset 10 or lower")));
}

TEST(OnnxModel, InputsThatAreNotTheCards) {
  ModelCard card = TinyCard("yolo_v8", "yolo");
  card.input.height = 8;
  EXPECT_THAT(LoadError(card), HasSubstr("the model's input \"pictures\" is [1,3,4,4]; the card "
                                         "and a batch of 1 ask for [1,3,8,4]"));
  EXPECT_THAT(LoadError(TinyCard("any_batch", "yolo")),
              HasSubstr("\"pictures\" is [-1,3,4,4] (-1 is a size that is open)"));
}

TEST(OnnxModel, OutputsThatAreNotTheCards) {
  EXPECT_THAT(LoadError(TinyCard("three_classes", "dense")),
              HasSubstr("the scores of tiny are Float[1,2,3]; the dense layout and the card's "
                        "classes ask for floats [1,2,2]"));
  EXPECT_THAT(LoadError(TinyCard("yolo_v8", "dense")),
              HasSubstr("the model has 1 outputs; the dense layout has 3: boxes, scores, feature"));
  ModelCard card = TinyCard("yolo_v5", "yolo");
  card.classes = {"a"};
  EXPECT_THAT(LoadError(card), HasSubstr("an output of [B,2,7] is neither layout of 1 classes"));
}

TEST(OnnxModel, FilesThatAreNoModels) {
  EXPECT_THAT(LoadError(TinyCard("no_model", "yolo")), HasSubstr("this is no ONNX model"));
  ModelCard card = TinyCard("dense", "dense");
  card.sha256 = std::string(64, '0');
  EXPECT_THAT(LoadError(card), HasSubstr("are not those of its card"));
  card.weights = "no/such/model.onnx";
  EXPECT_EQ(LoadError(card), "the weights of model tiny are missing: no/such/model.onnx");
}

TEST(OnnxModel, RunsOnTheCpuAlone) {
  EXPECT_THAT(LoadError(TinyCard("dense", "dense"), "cuda:0"),
              HasSubstr("the onnx backend runs on the CPU, not on cuda:0"));
}

TEST(OnnxModel, AnInputOfAnotherSizeIsAnError) {
  auto model = LoadOnnxModel(TinyCard("dense", "dense"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  EXPECT_FALSE(model.value()->Run(TinyInput({}), {2, 4, 4}, 0.3F));
  EXPECT_FALSE(model.value()->Run(TinyInput({}), {1, 6, 4}, 0.3F));
  EXPECT_FALSE(model.value()->Run({}, {0, 4, 4}, 0.3F));
}

}  // namespace
}  // namespace prelabel
