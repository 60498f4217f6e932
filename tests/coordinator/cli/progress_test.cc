#include "coordinator/cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace prelabel {
namespace {

using std::chrono::seconds;

TEST(FormatProgress, SaysHowFarHowFastAndHowLong) {
  // The line that the header promises: 390 items left at 23.1 a second are 16.9 s.
  EXPECT_EQ(FormatProgress({405, 795, 0, 2, false}, 23.1),
            " 50 %  405/795 items  23.1/s  ETA 0:17  2 workers");
}

TEST(FormatProgress, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(FormatProgress({0, 10, 0, 0, false}, 0), "  0 %  0/10 items  waiting for workers");
  EXPECT_EQ(FormatProgress({10, 10, 3, 1, true}, 5),
            "100 %  10/10 items  5.0/s  1 worker  3 failed  linking tracks");
  EXPECT_EQ(FormatProgress({}, 0), "  0 %  0/0 items");  // an empty dataset
}

TEST(FormatProgress, SecondLooksAreWorkButNoItems) {
  ProgressState state{10, 10, 0, 2, false};
  state.looks_done = 12;
  state.looks_total = 30;
  EXPECT_EQ(FormatProgress(state, 5), "100 %  10/10 items  5.0/s  2 workers  second looks 12/30");
  state.looks_done = 30;
  EXPECT_EQ(FormatProgress(state, 5), "100 %  10/10 items  5.0/s  2 workers");
}

// What a Progress prints where there is no terminal.
class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() : file_(open_memstream(&text_, &size_)) {}
  ~ProgressTest() override {
    std::fclose(file_);
    std::free(text_);
  }
  std::string Printed() {
    std::fflush(file_);
    return {text_, size_};
  }
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

TEST_F(ProgressTest, SecondLooksAreSomethingNewToSay) {
  Progress progress(file_, false);
  ProgressState state{10, 10, 0, 1, false};
  state.looks_total = 9;
  progress.Update(state, seconds(1));
  state.looks_done = 4;
  progress.Update(state, seconds(12));
  EXPECT_EQ(Printed(),
            "100 %  10/10 items  1 worker  second looks 0/9\n"
            "100 %  10/10 items  1 worker  second looks 4/9\n");
}

TEST_F(ProgressTest, PlainLinesNowAndThenWithoutControlCharacters) {
  Progress progress(file_, false);
  progress.Update({1, 100, 0, 1, false}, seconds(1));
  progress.Update({2, 100, 0, 1, false}, seconds(2));    // too soon
  progress.Update({11, 100, 0, 1, false}, seconds(11));  // 10 items in 10 s; 89 s left
  progress.Update({11, 100, 0, 1, false}, seconds(30));  // nothing new
  EXPECT_EQ(Printed(),
            "  1 %  1/100 items  1 worker\n"
            " 11 %  11/100 items  1.0/s  ETA 1:29  1 worker\n");
}

TEST_F(ProgressTest, RateCountsFromTheFirstResultOfTheSession) {
  Progress progress(file_, false);
  const auto at = [](int s) { return seconds(100 + s); };
  progress.Update({100, 200, 0, 0, false}, at(0));   // resumed with 100
  progress.Update({100, 200, 0, 2, false}, at(30));  // models were loaded
  progress.Update({110, 200, 0, 2, false}, at(40));  // the first results
  progress.Finish({150, 200, 0, 2, false}, at(50));  // 40 items in 10 s
  EXPECT_THAT(Printed(), ::testing::HasSubstr("150/200 items  4.0/s  ETA 0:13  2 workers\n"));
  EXPECT_THAT(Printed(), ::testing::Not(::testing::HasSubstr("\r")));
}

TEST_F(ProgressTest, QuietPrintsNothing) {
  Progress progress(file_, true);
  progress.Update({1, 2, 0, 1, false}, seconds(1));
  progress.Note("a worker left");
  progress.Finish({2, 2, 0, 1, false}, seconds(2));
  EXPECT_EQ(Printed(), "");
}

}  // namespace
}  // namespace prelabel
