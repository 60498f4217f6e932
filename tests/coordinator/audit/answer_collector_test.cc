#include "coordinator/audit/answer_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/audit/audit_fixture.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

TEST(AnswerCollector, TakesAnAnswerTwiceAndNotTwoOfThem) {
  const AuditSample sample = SmallSample();
  AnswerCollector collector(sample);
  collector.StartFile("a.xml");
  EXPECT_TRUE(collector.AddLabel("5f0c1a2b-2", LabelAnswer::kRight, "line 3, column 1"));
  EXPECT_TRUE(collector.AddLabel("5f0c1a2b-2", LabelAnswer::kNone, "line 4, column 1"));
  collector.StartFile("b.xml");
  EXPECT_TRUE(collector.AddLabel("5f0c1a2b-2", LabelAnswer::kRight, "line 5, column 1"));
  EXPECT_EQ(collector.labels(), 1U);
  const auto other = collector.AddLabel("5f0c1a2b-2", LabelAnswer::kWrong, "line 6, column 1");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().ToString(),
            "line 6, column 1: label 5f0c1a2b-2 is wrong here and right in a.xml: line 3, "
            "column 1; keep one of the answers");
  EXPECT_TRUE(collector.AddImage("5f0c1a2b-image-1", {{"car", {1, 1, 2, 2}}}, "line 7, column 1"));
  EXPECT_TRUE(collector.AddImage("5f0c1a2b-image-1", {{"car", {1, 1, 2, 2}}}, "line 8, column 1"));
  EXPECT_FALSE(collector.AddImage("5f0c1a2b-image-1", {}, "line 9, column 1"));
  EXPECT_EQ(collector.images(), 1U);
}

TEST(AnswerCollector, KnowsItsIds) {
  const AuditSample sample = SmallSample();
  AnswerCollector collector(sample);
  EXPECT_EQ(AuditLabelId(sample, 2), "5f0c1a2b-2");
  EXPECT_EQ(AuditImageId(sample, 1), "5f0c1a2b-image-1");
  const auto why = [&](const std::string& id) {
    const auto added = collector.AddLabel(id, LabelAnswer::kRight, "line 1");
    return added ? "it was taken" : added.error().message;
  };
  EXPECT_THAT(why("00000000-2"), HasSubstr("is of another sample than 5f0c1a2b"));
  EXPECT_THAT(why("5f0c1a2b-4"), HasSubstr("is not that of one of the 3 labels"));
  EXPECT_THAT(why("5f0c1a2b-0"), HasSubstr("is not that of one"));
  EXPECT_THAT(why("5f0c1a2b-99999999999999999999"), HasSubstr("is not that of one"));
  EXPECT_THAT(why("5f0c1a2b-2x"), HasSubstr("is not that of one"));
  EXPECT_THAT(why("5f0c1a2b-image-1"), HasSubstr("is not that of one"));
  EXPECT_THAT(why("17"), HasSubstr("is none of this audit"));
  EXPECT_THAT(why(""), HasSubstr("is none of this audit"));
  EXPECT_FALSE(collector.AddImage("5f0c1a2b-1", {}, "line 1"));
}

TEST(AnswerCollector, LaterAnswersTakeTheirPlaceAndTheOthersStay) {
  const AuditSample sample = SmallSample();
  AuditAnswers answers = NoAnswers(sample);
  answers.labels = {LabelAnswer::kRight, LabelAnswer::kWrong, LabelAnswer::kNone};
  AnswerCollector collector(sample);
  ASSERT_TRUE(collector.AddLabel("5f0c1a2b-2", LabelAnswer::kRight, "here"));
  ASSERT_TRUE(collector.AddLabel("5f0c1a2b-3", LabelAnswer::kWrong, "here"));
  ASSERT_TRUE(collector.AddImageAt(
      1, {{"dog", {1, 1, 2, 2}}, {"zebra", {1, 1, 2, 2}}, {"car", {0, 0, 9, 9}, true}}, "here"));
  EXPECT_EQ(collector.AddTo(&answers), 1U);
  EXPECT_THAT(answers.labels, ::testing::ElementsAre(LabelAnswer::kRight, LabelAnswer::kRight,
                                                     LabelAnswer::kWrong));
  EXPECT_EQ(collector.foreign_objects(), 1U);
  EXPECT_TRUE(answers.images[1].given);
  EXPECT_EQ(answers.images[1].objects,
            (std::vector<AuditObject>{{1, {1, 1, 2, 2}, false}, {0, {0, 0, 9, 9}, true}}));
  EXPECT_FALSE(answers.images[0].given);
}

}  // namespace
}  // namespace prelabel
