// Small modules come from make_tiny_module.py, so that their outputs can be worked by hand; the
// real model is used where it has been prepared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "common/wire/messages.h"
#include "tests/worker/model/dense_outputs.h"
#include "worker/model/model.h"
#include "worker/model/sha256.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelCard TinyCard(const std::string& module) {
  ModelCard card;
  card.name = "tiny";
  card.weights = std::filesystem::path(PRELABEL_TEST_MODULES) / (module + ".pt");
  card.sha256 = ReadHashedFile(card.weights).value().sha256;
  card.input.width = card.input.height = 4;
  card.feature_map = true;
  card.classes = {"a", "b"};
  return card;
}

std::string LoadError(const ModelCard& card, const std::string& device = "cpu") {
  auto model = LoadTorchModel(card, device);
  if (model) return "it loaded";
  EXPECT_EQ(model.error().code, ErrorCode::kInvalidArgument);
  return model.error().ToString();
}

TEST(TorchModel, CollectsCandidatesByBoxThenClass) {
  auto model = LoadTorchModel(TinyCard("dense"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  ExpectDenseOutputs(*model.value());
}

TEST(TorchModel, AFeatureMapThatTheCardDoesNotNameIsLeft) {
  ModelCard card = TinyCard("dense");
  card.feature_map = false;
  auto model = LoadTorchModel(card, "cpu");
  const auto outputs = model.value()->Run(TinyInput({}), {1, 4, 4}, 0.5F);
  EXPECT_EQ(outputs.value()[0].feature_channels, 0);
  EXPECT_TRUE(outputs.value()[0].features.empty());
}

ModelCard TorchvisionCard(const std::string& module, const std::string& masks) {
  ModelCard card = TinyCard(module);
  card.layout = "torchvision";
  card.input = {};
  card.input.resize = "none";
  card.feature_map = false;
  card.masks = masks;
  card.category_ids = {1, 3};
  return card;
}

// A picture of 4 × 5 (height × width): two boxes, labels 3 and 1, scores and masks.
std::vector<float> TorchvisionInput(float label = 3) {
  std::vector<float> input = {1, 1, 3, 3, 0, 0, 4, 4, label, 1, .3F, .9F, 1, 1, 1, 1, 0, 0, 0, 0};
  input.resize(60);
  for (const int set : {20, 24, 39}) input[static_cast<std::size_t>(set)] = 0.5F;  // second plane
  input[59] = 1;                                                                   // third plane
  return input;
}

TEST(TorchModel, TorchvisionDetectionsKeepTheirOrderAndMasks) {
  auto model = LoadTorchModel(TorchvisionCard("torchvision", "raw"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  const auto outputs = model.value()->Run(TorchvisionInput(), {1, 4, 5}, 0.2F);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  ASSERT_EQ(outputs.value().size(), 1U);
  const ModelOutput& output = outputs.value()[0];
  EXPECT_TRUE(output.suppressed);
  EXPECT_THAT(output.candidates,
              ElementsAre(Prediction{1, .3F, {1, 1, 3, 3}}, Prediction{0, .9F, {0, 0, 4, 4}}));
  // Four ones over the box, which with their frame of zeros fill rows and columns 0 … 4: pixel p is
  // at 4/5 (p + 1/2) - 1/2, so an axis has the values 0, .7, 1, .7, 0, and .7 × .7 is .49.
  EXPECT_THAT(output.masks, ElementsAre(Rle{4, 5, {6, 1, 2, 3, 2, 1, 5}}, Rle{4, 5, {20}}));
  const auto strong = model.value()->Run(TorchvisionInput(), {1, 4, 5}, 0.3F);
  EXPECT_THAT(strong.value()[0].candidates, ElementsAre(Prediction{0, .9F, {0, 0, 4, 4}}));
  EXPECT_THAT(strong.value()[0].masks, ElementsAre(Rle{4, 5, {20}}));
}

TEST(TorchModel, TorchvisionMasksThatArePastedAlready) {
  auto model = LoadTorchModel(TorchvisionCard("torchvision_pasted", "pasted"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  const auto outputs = model.value()->Run(TorchvisionInput(), {1, 4, 5}, 0.2F);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  // The second plane's corners but the lower left one, by column; the third one's last pixel.
  EXPECT_THAT(outputs.value()[0].masks,
              ElementsAre(Rle{4, 5, {0, 1, 15, 1, 2, 1}}, Rle{4, 5, {19, 1}}));
}

TEST(TorchModel, TorchvisionWithoutMasksWhereTheCardHasNone) {
  auto model = LoadTorchModel(TorchvisionCard("torchvision", ""), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  EXPECT_TRUE(model.value()->Run(TorchvisionInput(), {1, 4, 5}, 0.2F).value()[0].masks.empty());
  EXPECT_FALSE(model.value()->Run(TorchvisionInput(), {1, 5, 5}, 0.2F));
}

TEST(TorchModel, TorchvisionLabelsAreCategoryIds) {
  auto model = LoadTorchModel(TorchvisionCard("torchvision", ""), "cpu");
  for (const float left_out : {0.0F, 2.0F}) {  // the background, and a number without a name
    const auto outputs = model.value()->Run(TorchvisionInput(left_out), {1, 4, 5}, 0.2F);
    EXPECT_THAT(outputs.value()[0].candidates, ElementsAre(Prediction{0, .9F, {0, 0, 4, 4}}));
  }
  const auto unknown = model.value()->Run(TorchvisionInput(4), {1, 4, 5}, 0.2F);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("is 4; the highest of the card's category_ids"));
}

TEST(TorchModel, TorchvisionOutputsThatAreNotTheCards) {
  EXPECT_THAT(LoadError(TorchvisionCard("torchvision_without_scores", "")),
              HasSubstr("no tensor \"scores\""));
  EXPECT_THAT(LoadError(TorchvisionCard("torchvision", "pasted")),
              HasSubstr("Float[2,1,2,2]; with 'masks: pasted' they are floats [2,1,480,640]"));
  EXPECT_THAT(LoadError(TorchvisionCard("torchvision_pasted", "raw")),
              HasSubstr("with 'masks: raw' they are floats [2,1,M,M]"));
}

TEST(TorchModel, YoloOfBothVersions) {
  ModelCard card = TinyCard("yolo_v5");
  card.layout = "yolo";
  card.feature_map = false;
  auto model = LoadTorchModel(card, "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  std::vector<float> input = TinyInput({2, 2, 2, 2, .5F, .5F, .9F, 1, 1, 2, 2, 1, .5F, 0});
  EXPECT_THAT(
      model.value()->Run(input, {1, 4, 4}, 0.3F).value()[0].candidates,
      ElementsAre(Prediction{1, .5F * .9F, {1, 1, 3, 3}}, Prediction{0, .5F, {0, 0, 2, 2}}));
  card.weights.replace_filename("yolo_v8.pt");
  card.sha256 = ReadHashedFile(card.weights).value().sha256;
  model = LoadTorchModel(card, "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  input = TinyInput({2, 1, 0, 2, 1, 0, 2, 2, 0, 2, 2, 0, .1F, .5F, 0, .9F, 0, 0});
  EXPECT_THAT(model.value()->Run(input, {1, 4, 4}, 0.3F).value()[0].candidates,
              ElementsAre(Prediction{1, .9F, {1, 1, 3, 3}}, Prediction{0, .5F, {0, 0, 2, 2}}));
}

TEST(TorchModel, SemanticScoresAsATensorOrInADict) {
  for (const char* module : {"semantic", "semantic_dict"}) {
    ModelCard card = TinyCard(module);
    card.layout = "semantic";
    card.scores = "probabilities";
    card.background = "last";
    card.classes = {"road"};
    auto model = LoadTorchModel(card, "cpu");
    ASSERT_TRUE(model) << model.error().ToString();
    std::vector<float> input(96, 0);
    input[0] = .9F;  // the second picture's planes begin at 48, 64 and 80; its rows have 4
    input[48 + 2] = .7F;
    input[64 + 8] = .6F;
    const auto outputs = model.value()->Run(input, {2, 4, 4}, 0.3F);
    ASSERT_TRUE(outputs) << outputs.error().ToString();
    const ClassScores& scores = outputs.value()[1].semantic;
    EXPECT_EQ(scores.channels, 2);
    EXPECT_EQ(scores.background, 1);
    EXPECT_EQ(scores.height, 2);
    EXPECT_EQ(scores.width, 2);
    EXPECT_THAT(scores.values, ElementsAre(0, .7F, 0, 0, 0, 0, .6F, 0));
    EXPECT_THAT(outputs.value()[0].semantic.values, ElementsAre(.9F, 0, 0, 0, 0, 0, 0, 0));
    card.classes = {"road", "sky"};
    EXPECT_THAT(LoadError(card), HasSubstr("Float[1,2,2,2]; the semantic layout"));
  }
}

TEST(TorchModel, ACardsLibraryThatIsNotThere) {
  ModelCard card = TinyCard("dense");
  card.custom_ops = {"/no/such/libops.so"};
  EXPECT_THAT(LoadError(card), HasSubstr("custom operators cannot be loaded"));
}

TEST(TorchModel, MissingWeights) {
  ModelCard card = TinyCard("dense");
  card.weights = "no/such/model.pt";
  EXPECT_EQ(LoadError(card), "the weights of model tiny are missing: no/such/model.pt");
}

TEST(TorchModel, OtherWeightsThanTheCards) {
  ModelCard card = TinyCard("dense");
  card.sha256 = std::string(64, '0');
  EXPECT_THAT(LoadError(card), HasSubstr("are not those of its card"));
}

TEST(TorchModel, AFileThatIsNoModule) {
  EXPECT_THAT(LoadError(TinyCard("no_module")), HasSubstr("no TorchScript module"));
}

TEST(TorchModel, OutputsThatAreNotTheCards) {
  EXPECT_THAT(LoadError(TinyCard("one_tensor")), HasSubstr("returns Tensor"));
  EXPECT_THAT(LoadError(TinyCard("no_feature_map")), HasSubstr("a tuple of 3 tensors"));
  EXPECT_THAT(LoadError(TinyCard("list_of_scores")), HasSubstr("output 1 of tiny is GenericList"));
  EXPECT_THAT(LoadError(TinyCard("three_classes")), HasSubstr("Float[1,2,3]"));
  EXPECT_THAT(LoadError(TinyCard("five_corners")), HasSubstr("Float[1,2,5]"));
}

TEST(TorchModel, Devices) {
  EXPECT_THAT(LoadError(TinyCard("dense"), "cuda:99"), HasSubstr("there is no device cuda:99"));
  EXPECT_THAT(LoadError(TinyCard("dense"), "gpu"), HasSubstr("\"gpu\" is no device"));
  auto half = LoadTorchModel(TinyCard("dense"), "cpu", Precision::kFp16);
  ASSERT_FALSE(half);
  EXPECT_THAT(half.error().message, HasSubstr("a CPU does not compute in fp16"));
}

// bfloat16 has 8 significant bits: 257 is no such number and becomes 256. What is no product keeps
// its digits.
TEST(TorchModel, OnlyProductsAreOfALowerPrecision) {
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    auto model = LoadTorchModel(TinyCard("product"), "cpu", precision);
    ASSERT_TRUE(model) << model.error().ToString();
    const auto outputs =
        model.value()->Run(TinyInput({257, 257, 257, 257, 0, 0, 0, 0, .5F}), {1, 4, 4}, 0.3F);
    ASSERT_TRUE(outputs) << outputs.error().ToString();
    const float product = precision == Precision::kFp32 ? 257 : 256;
    EXPECT_THAT(outputs.value()[0].candidates,
                ElementsAre(Prediction{0, .5F, {product, product, 258, 258}}));
  }
}

TEST(TorchModel, AModuleThatRaisesGivesAnErrorAndWorksOn) {
  auto model = LoadTorchModel(TinyCard("fails_on_light"), "cpu");
  ASSERT_TRUE(model) << model.error().ToString();
  const auto failed = model.value()->Run(TinyInput({1}), {1, 4, 4}, 0.3F);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
  EXPECT_THAT(failed.error().message, HasSubstr("too much light"));
  EXPECT_TRUE(model.value()->Run(TinyInput({-1}), {1, 4, 4}, 0.3F));
}

TEST(TorchModel, AnInputOfAnotherSizeIsAnError) {
  auto model = LoadTorchModel(TinyCard("dense"), "cpu");
  EXPECT_FALSE(model.value()->Run(TinyInput({}), {2, 4, 4}, 0.3F));
  EXPECT_FALSE(model.value()->Run({}, {0, 4, 4}, 0.3F));
}

TEST(DescribeCompute, NamesWhatResultsDependOn) {
  const ComputeClass compute = DescribeCompute("cpu", Precision::kFp32);
  EXPECT_THAT(compute.build, HasSubstr("libtorch "));
  EXPECT_EQ(compute.device, "cpu");
  EXPECT_FALSE(compute.cpu.empty());
  EXPECT_EQ(compute.precision, "fp32");
  EXPECT_EQ(DescribeCompute("cpu", Precision::kBf16).precision, "bf16");
  // Two workers on two GPUs of a machine are of one class.
  EXPECT_EQ(DescribeCompute("cuda:0", Precision::kFp16),
            DescribeCompute("cuda:1", Precision::kFp16));
}

bool SameBits(const ModelOutput& a, const ModelOutput& b) {
  return a.candidates == b.candidates && a.features == b.features;
}

// An item's result does not depend on its neighbours, nor on how often the model ran before.
TEST(RealModel, BatchesGiveTheBitsOfSingleRuns) {
  // Tests run in the source folder.
  const std::filesystem::path bundle = "var/models/nanodet-g-coco";
  if (!std::filesystem::exists(bundle / "model.yaml")) {
    GTEST_SKIP() << "prepare the model first: " << bundle / "model.yaml"
                 << " is missing";
  }
  ModelCard card;
  card.name = "nanodet-g-coco";
  card.weights = bundle / "model.pt";
  card.sha256 = ReadHashedFile(card.weights).value().sha256;
  card.input.width = card.input.height = 416;
  card.feature_map = true;
  card.classes.resize(80);
  auto first = LoadTorchModel(card, "cpu");
  auto second = LoadTorchModel(card, "cpu");
  ASSERT_TRUE(first && second);
  constexpr std::size_t kSize = std::size_t{3} * 416 * 416;
  constexpr int kBatch = 5;
  std::mt19937 random(1);
  std::vector<float> input(kSize * kBatch);
  for (float& value : input) value = static_cast<float>(random() % 4096) / 1024 - 2;
  // Under every score, so that all boxes and scores are compared.
  const auto batched = first.value()->Run(input, {kBatch, 416, 416}, -1);
  ASSERT_TRUE(batched) << batched.error().ToString();
  for (std::size_t i = 0; i < kBatch; ++i) {
    const std::span<const float> one(input.data() + i * kSize, kSize);
    const auto single = first.value()->Run(one, {1, 416, 416}, -1);
    const auto replica = second.value()->Run(one, {1, 416, 416}, -1);
    ASSERT_EQ(single.value()[0].candidates.size(), std::size_t{3549} * 80);
    EXPECT_TRUE(SameBits(single.value()[0], batched.value()[i])) << i;
    EXPECT_TRUE(SameBits(single.value()[0], replica.value()[0])) << i;
  }
}

}  // namespace
}  // namespace prelabel
