// The layouts dense and yolo are tested through the backends that give them. Values: by hand.
#include "worker/model/host_layouts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

ModelCard Semantic(std::vector<std::string> classes, const std::string& scores,
                   const std::string& background) {
  ModelCard card;
  card.name = "roads";
  card.layout = "semantic";
  card.classes = std::move(classes);
  card.scores = scores;
  card.background = background;
  return card;
}

HostTensor Tensor(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  return {"Float", true, std::move(shape), values};
}

TEST(ReadSemanticTensor, ProbabilitiesOfABatchAsTheyAre) {
  const std::vector<float> values = {.1F, .2F, .9F, .8F, .3F, .4F, .7F, .6F};
  const auto outputs = ReadSemanticTensor(Tensor({2, 2, 1, 2}, values),
                                          Semantic({"road"}, "probabilities", "last"), 2);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  ASSERT_EQ(outputs.value().size(), 2U);
  const ClassScores& second = outputs.value()[1].semantic;
  EXPECT_EQ(second.channels, 2);
  EXPECT_EQ(second.height, 1);
  EXPECT_EQ(second.width, 2);
  EXPECT_EQ(second.background, 1);
  EXPECT_THAT(second.values, ElementsAre(.3F, .4F, .7F, .6F));
  EXPECT_TRUE(outputs.value()[0].candidates.empty());
}

// Of logits a and a + ln 3 one is a quarter and the other three, also where exp(a) is infinite.
TEST(ReadSemanticTensor, LogitsBecomeASoftmaxOverTheChannels) {
  const float three = std::log(3.0F);
  const std::vector<float> values = {0, 1000 + three, three, 1000};
  const auto outputs =
      ReadSemanticTensor(Tensor({1, 2, 1, 2}, values), Semantic({"road"}, "logits", "first"), 1);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  EXPECT_EQ(outputs.value()[0].semantic.background, 0);
  EXPECT_THAT(outputs.value()[0].semantic.values,
              ElementsAre(FloatNear(.25F, 1e-4F), FloatNear(.75F, 1e-4F), FloatNear(.75F, 1e-4F),
                          FloatNear(.25F, 1e-4F)));
}

TEST(ReadSemanticTensor, OneChannelIsAgainstEverythingElse) {
  const auto outputs = ReadSemanticTensor(Tensor({1, 1, 1, 2}, {0, std::log(3.0F)}),
                                          Semantic({"road"}, "logits", ""), 1);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  EXPECT_EQ(outputs.value()[0].semantic.channels, 2);
  EXPECT_EQ(outputs.value()[0].semantic.background, 1);
  EXPECT_THAT(outputs.value()[0].semantic.values, Pointwise(FloatEq(), {.5F, .75F, .5F, .25F}));
}

std::string ErrorOf(const HostTensor& tensor, const ModelCard& card) {
  const auto outputs = ReadSemanticTensor(tensor, card, 1);
  if (outputs) return "accepted";
  EXPECT_EQ(outputs.error().code, ErrorCode::kInternal);
  return outputs.error().message;
}

TEST(ReadSemanticTensor, WhatIsNotTheCards) {
  const std::vector<float> values = {.5F, .5F, 1.5F, .5F};
  EXPECT_THAT(ErrorOf(Tensor({1, 4, 1, 1}, values), Semantic({"a", "b"}, "logits", "first")),
              HasSubstr("are Float[1,4,1,1]; the semantic layout and the card's classes and "
                        "background ask for floats [1,3,h,w]"));
  EXPECT_THAT(ErrorOf(Tensor({1, 2, 2}, values), Semantic({"a", "b"}, "logits", "")),
              HasSubstr("ask for floats [1,2,h,w]"));
  EXPECT_THAT(ErrorOf(Tensor({1, 2, 0, 1}, {}), Semantic({"a", "b"}, "logits", "")),
              HasSubstr("Float[1,2,0,1]"));
  EXPECT_THAT(ErrorOf(Tensor({1, 2, 1, 2}, values), Semantic({"a", "b"}, "probabilities", "")),
              HasSubstr("are not in 0 to 1: say 'scores: logits'"));
}

ModelCard Classify(const std::string& scores) {
  ModelCard card;
  card.name = "kinds";
  card.layout = "classify";
  card.classes = {"a", "b"};
  card.scores = scores;
  card.input.width = 8;
  card.input.height = 6;
  return card;
}

TEST(ReadClassifyTensor, ClassesOverTheThresholdHaveTheWholeInput) {
  const auto outputs =
      ReadClassifyTensor(Tensor({2, 2}, {.1F, .9F, .6F, .7F}), Classify("probabilities"), 2, .5F);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  ASSERT_EQ(outputs.value().size(), 2U);
  const Box all{0, 0, 8, 6};
  EXPECT_TRUE(outputs.value()[0].suppressed);
  EXPECT_THAT(outputs.value()[0].candidates, ElementsAre(Prediction{1, .9F, all}));
  EXPECT_THAT(outputs.value()[1].candidates,
              ElementsAre(Prediction{0, .6F, all}, Prediction{1, .7F, all}));
}

TEST(ReadClassifyTensor, LogitsBecomeASoftmaxOverTheClasses) {
  const auto outputs =
      ReadClassifyTensor(Tensor({1, 2}, {5 + std::log(3.0F), 5}), Classify("logits"), 1, .1F);
  ASSERT_TRUE(outputs) << outputs.error().ToString();
  const auto& found = outputs.value()[0].candidates;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].score, .75F, 1e-6);
  EXPECT_NEAR(found[1].score, .25F, 1e-6);
}

TEST(ReadClassifyTensor, WhatIsNotTheCards) {
  const auto problem = [](const HostTensor& tensor) {
    const auto outputs = ReadClassifyTensor(tensor, Classify("probabilities"), 1, .5F);
    return outputs ? std::string() : outputs.error().message;
  };
  EXPECT_THAT(problem(Tensor({1, 3}, {0, 0, 0})), HasSubstr("Float[1,3]; the classify layout"));
  EXPECT_THAT(problem(Tensor({2}, {0, 0})), HasSubstr("ask for floats [1,2]"));
  EXPECT_THAT(problem(Tensor({1, 2}, {0, 3})), HasSubstr("say 'scores: logits'"));
}

}  // namespace
}  // namespace prelabel
