#include "coordinator/audit/audit_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/audit/answer_collector.h"
#include "tests/coordinator/audit/audit_fixture.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(AuditFiles, SamplesComeBack) {
  const AuditSample sample = SmallSample();
  const std::string text = FormatAuditSample(sample);
  const auto read = ParseAuditSample(text);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read.value().categories, sample.categories);
  EXPECT_EQ(read.value().checked[0].labels, sample.checked[0].labels);
  EXPECT_EQ(read.value().whole[1].name, "v/frame_000004.jpg");
  EXPECT_EQ(FormatAuditSample(read.value()), text);
  EXPECT_THAT(text, HasSubstr("\"inclusion_probability\": 0.066667"));  // 2 of 30
}

TEST(AuditFiles, SamplesThatCannotBe) {
  const std::string text = FormatAuditSample(SmallSample());
  const auto why = [&](const std::string& from, const std::string& to) {
    const auto read = ParseAuditSample(Replaced(text, from, to));
    return read ? "it was read" : read.error().message;
  };
  EXPECT_EQ(why("sample 1", "sample 2"), "is not of the format \"prelabel audit sample 1\"");
  EXPECT_EQ(why("\"drawn\": 2", "\"drawn\": 31"), "\"drawn\" must be a whole number from 0 to 30");
  EXPECT_EQ(why("\"drawn\": 2", "\"drawn\": 3"), "the labels drawn are not those that are counted");
  EXPECT_EQ(why("\"category\": 1", "\"category\": 2"), "\"category\" is none of the sample");
  EXPECT_EQ(why("[50, 20]", "[50, 21]"), "\"scores\" do not add up to \"labels\"");
  EXPECT_EQ(why("[50, 20]", "[100, 20]"), "\"hundredth\" must be a whole number from 0 to 99");
  EXPECT_EQ(why("\"seed\": 7", "\"sead\": 7"), "\"seed\" is missing");
  EXPECT_EQ(why("[10, 20, 30, 60]", "[10, 20, 3, 60]"),
            "\"box\" must be the pixels [x1, y1, x2, y2], with x1 <= x2 and y1 <= y2");
  EXPECT_EQ(why("0002_two", "0001_one"), "\"file\" stands twice in the sample");
  EXPECT_EQ(why("\"items\": 40", "\"items\": 1"),
            "the labels drawn are not those that are counted");
  EXPECT_THAT(why("\"seed\": 7,", "\"seed\": 7"), HasSubstr("is not JSON"));
}

TEST(AuditFiles, AnswersComeBack) {
  const AuditSample sample = SmallSample();
  AuditAnswers answers = NoAnswers(sample);
  answers.labels[1] = LabelAnswer::kRight;
  answers.labels[2] = LabelAnswer::kWrong;
  answers.images[1].given = true;
  answers.images[1].objects = {{1, {1, 2, 3.5F, 4}, false}, {0, {0, 0, 9, 9}, true}};
  const auto read = ParseAuditAnswers(FormatAuditAnswers(answers, sample), sample);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read.value(), answers);
}

TEST(AuditFiles, AnswersToOthers) {
  const AuditSample sample = SmallSample();
  const std::string text = FormatAuditAnswers(NoAnswers(sample), sample);
  AuditSample other = sample;
  other.id = "00000000";
  EXPECT_EQ(ParseAuditAnswers(text, other).error().message,
            "the answers are to another sample than 00000000");
  other = sample;
  other.whole.pop_back();
  EXPECT_FALSE(ParseAuditAnswers(text, other));
  EXPECT_FALSE(ParseAuditAnswers(Replaced(text, "null", "true"), sample));
  EXPECT_FALSE(ParseAuditAnswers("[]", sample));
}

}  // namespace
}  // namespace prelabel
