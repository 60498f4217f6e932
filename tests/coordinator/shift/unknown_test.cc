#include "coordinator/shift/unknown.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "coordinator/stats/random.h"

namespace prelabel {
namespace {

class UnknownTest : public testing::Test {
 protected:
  // Two classes around (-5, 0) and (5, 0), or around `at`.
  std::vector<Judged> Draw(int count, double at, SplitMix64& random) {
    std::vector<Judged> judged;
    for (int i = 0; i < count; ++i) {
      const int group = i % 2;
      const double x = at != 0 ? 0 : (group == 0 ? -5 : 5);
      kept_.push_back({FloatToHalf(static_cast<float>(x + Normal(random))),
                       FloatToHalf(static_cast<float>(at + Normal(random)))});
      judged.push_back({random.Next(), group, kept_.back()});
    }
    return judged;
  }
  static double Normal(SplitMix64& random) {
    return std::sqrt(-2 * std::log(1 - random.Uniform())) *
           std::cos(6.283185307179586 * random.Uniform());
  }

  std::deque<std::vector<Float16>> kept_;
};

TEST_F(UnknownTest, FivePercentOfWhatIsKnownAndAllOfWhatIsNot) {
  SplitMix64 random(1);
  const std::vector<Judged> reference = Draw(2000, 0, random);
  const Unknowns same = JudgeUnknown(reference, Draw(2000, 0, random), 2, 2);
  EXPECT_NEAR(same.all.share, 0.05, 0.02);
  EXPECT_LE(same.all.low, 0);
  EXPECT_GE(same.all.high, 0);
  EXPECT_EQ(same.all.count, 2000u);
  EXPECT_EQ(same.by_group[0].count, 1000u);
  // Between both classes, and far above: no class mean is near.
  const Unknowns other = JudgeUnknown(reference, Draw(500, 12, random), 2, 2);
  EXPECT_GT(other.all.low, 0.9);
  EXPECT_GT(other.ratio.front(), 1);
}

TEST_F(UnknownTest, TooLittleIsKnown) {
  SplitMix64 random(1);
  const std::vector<Judged> few = Draw(20, 0, random);
  const Unknowns unknowns = JudgeUnknown(few, Draw(10, 0, random), 2, 2);
  EXPECT_TRUE(unknowns.ratio.empty());
  EXPECT_EQ(unknowns.all.count, 0u);
}

}  // namespace
}  // namespace prelabel
