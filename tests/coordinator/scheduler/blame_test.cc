// Expected verdicts follow from the rules that blame.h states.
#include "coordinator/scheduler/blame.h"

#include <gtest/gtest.h>

#include <random>

namespace prelabel {
namespace {

Task Detect(std::uint64_t first, std::uint32_t count, std::uint32_t stride = 1) {
  return {TaskId(7), TaskKind::kDetect, SourceId(1), first, count, stride};
}
const Task kLink{TaskId(8), TaskKind::kLink, SourceId(1), 0, 795, 1};

TEST(Blame, PartsCoverTheTaskOnceWhateverIsNamed) {
  std::mt19937 random(4);
  for (int round = 0; round < 500; ++round) {
    const std::uint32_t count = 2 + random() % 20;
    const std::uint32_t stride = 1 + random() % 3;
    AttemptEnd end{Ending::kCrashed, true, {}};
    for (std::uint32_t n = random() % 3; n > 0; --n)
      end.positions.push_back(random() % (count + 3));
    const Judgment verdict = Judge(Detect(100, count, stride), {}, end, 3);
    const auto* cut = std::get_if<CutUp>(&verdict);
    ASSERT_NE(cut, nullptr);
    std::uint64_t next = 100;
    for (const CutUp::Part& part : cut->parts) {
      EXPECT_EQ(part.task.first, next);
      EXPECT_EQ(part.task.stride, stride);
      EXPECT_GT(part.task.count, 0U);
      EXPECT_LT(part.task.count, count);  // or it would never end
      next += std::uint64_t{part.task.count} * stride;
    }
    EXPECT_EQ(next, 100 + std::uint64_t{count} * stride);
  }
}

TEST(Blame, APermanentFailureIsGivenUpAtOnce) {
  EXPECT_TRUE(std::holds_alternative<GiveUp>(Judge(Detect(0, 1), {}, {Ending::kPermanent}, 3)));
  EXPECT_TRUE(std::holds_alternative<GiveUp>(Judge(kLink, {}, {Ending::kPermanent}, 3)));
}

TEST(Blame, LossesDoNotUseUpTheAttempts) {
  const Judgment verdict = Judge(Detect(0, 1), {4, 3}, {Ending::kTransient}, 3);
  EXPECT_TRUE(std::holds_alternative<TryAgain>(verdict));  // the second failure of its own
}

TEST(Blame, TheLastTransientFailureOfManyItemsSparesTheInnocent) {
  const Judgment verdict = Judge(Detect(0, 8), {2, 0}, {Ending::kTransient, false, {6}}, 3);
  const auto* cut = std::get_if<CutUp>(&verdict);
  ASSERT_NE(cut, nullptr);
  ASSERT_EQ(cut->parts.size(), 3U);
  EXPECT_EQ(cut->parts[0].history.failures, 0U);
  EXPECT_EQ(cut->parts[1].task.first, 6U);
  EXPECT_EQ(cut->parts[1].history.failures, 2U);  // one more, and it is given up
  EXPECT_EQ(cut->parts[2].task.first, 7U);
}

TEST(Blame, SilenceCondemnsNoItemBeforeTheFourthTime) {
  TaskHistory history;
  for (int loss = 1; loss <= 4; ++loss) {
    const Judgment verdict = Judge(Detect(0, 1), history, {Ending::kLost, loss > 2}, 3);
    if (loss == 4) {
      EXPECT_TRUE(std::holds_alternative<GiveUp>(verdict));
      break;
    }
    const auto* again = std::get_if<TryAgain>(&verdict);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->alone, loss > 1);
    EXPECT_FALSE(again->backoff);
    history = again->history;
  }
}

TEST(Blame, ALinkTaskThatKillsAloneIsGivenUp) {
  const Judgment first = Judge(kLink, {}, {Ending::kCrashed}, 3);
  ASSERT_TRUE(std::holds_alternative<TryAgain>(first));
  EXPECT_TRUE(std::get<TryAgain>(first).alone);
  EXPECT_TRUE(std::holds_alternative<GiveUp>(Judge(kLink, {1, 1}, {Ending::kCrashed, true}, 3)));
}

TEST(Blame, TheWaitDoublesWithinItsJitterAndEnds) {
  using std::chrono::milliseconds;
  for (std::uint64_t random = 0; random < 1000; ++random) {
    const std::uint64_t spread = random * 0x9E3779B97F4A7C15ULL;
    EXPECT_GE(Backoff(1, spread), milliseconds(250));
    EXPECT_LE(Backoff(1, spread), milliseconds(750));
    EXPECT_GE(Backoff(3, spread), milliseconds(1000));
    EXPECT_LE(Backoff(3, spread), milliseconds(3000));
    EXPECT_LE(Backoff(1000, spread), std::chrono::seconds(45));
  }
  EXPECT_NE(Backoff(2, 1), Backoff(2, 400'000'000));
}

}  // namespace
}  // namespace prelabel
