// Expected lines and rates by hand.
#include "coordinator/cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FormatProgress, Lines) {
  EXPECT_EQ(FormatProgress({405, 810, 0, 2, false}, 22.5),
            " 50 %  405/810 items  22.5/s  ETA 0:18  2 workers");
  EXPECT_EQ(FormatProgress({0, 10, 0, 0, false}, 0), "  0 %  0/10 items  waiting for workers");
  EXPECT_EQ(FormatProgress({10, 10, 3, 1, true}, 5),
            "100 %  10/10 items  5.0/s  1 worker  3 failed  linking tracks");
  EXPECT_EQ(FormatProgress({10, 10, 0, 0, false}, 5), "100 %  10/10 items  5.0/s");
}

TEST(FormatDuration, MinutesAndHours) {
  EXPECT_EQ(FormatDuration(59.6), "1:00");
  EXPECT_EQ(FormatDuration(3725), "1:02:05");
}

class ProgressTest : public ::testing::Test {
 protected:
  ~ProgressTest() override { std::fclose(file_); }
  std::string Text() const {
    std::rewind(file_);
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file_));
    return text;
  }
  std::FILE* file_ = std::tmpfile();  // no terminal
};

TEST_F(ProgressTest, RateCountsFromTheFirstResultOfTheSession) {
  Progress progress(file_, false);
  const auto at = [](int s) { return std::chrono::seconds(100 + s); };
  progress.Update({100, 200, 0, 0, false}, at(0));   // resumed with 100
  progress.Update({100, 200, 0, 2, false}, at(30));  // models were loaded
  progress.Update({110, 200, 0, 2, false}, at(40));  // the first results
  progress.Finish({150, 200, 0, 2, false}, at(50));  // 40 items in 10 s
  EXPECT_THAT(Text(), HasSubstr("150/200 items  4.0/s  ETA 0:13  2 workers\n"));
  EXPECT_THAT(Text(), Not(HasSubstr("\r")));
}

TEST_F(ProgressTest, QuietSaysNothing) {
  Progress progress(file_, true);
  progress.Note("a note");
  progress.Finish({1, 2, 0, 0, false}, std::chrono::seconds(1));
  EXPECT_EQ(Text(), "");
}

}  // namespace
}  // namespace prelabel
