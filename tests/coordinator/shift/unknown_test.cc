#include "coordinator/shift/unknown.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "common/base/random.h"

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

// Objects of the second class vary three times as much, in the reference as in the run: they are
// beyond what most objects are, and yet as always.
TEST_F(UnknownTest, ClassesAreComparedWithThemselves) {
  SplitMix64 random(3);
  const auto draw = [&](int count) {
    std::vector<Judged> judged;
    for (int i = 0; i < count; ++i) {
      const int group = i % 4 == 0 ? 1 : 0;
      const double spread = group == 0 ? 1 : 3;
      kept_.push_back(
          {FloatToHalf(static_cast<float>((group == 0 ? -20 : 20) + spread * Normal(random))),
           FloatToHalf(static_cast<float>(spread * Normal(random)))});
      judged.push_back({random.Next(), group, kept_.back()});
    }
    return judged;
  };
  const std::vector<Judged> reference = draw(2000);
  const Unknowns same = JudgeUnknown(reference, draw(2000), 2, 3);
  for (const UnknownShare& share : {same.by_group[0], same.by_group[1]}) {
    EXPECT_NEAR(share.share, 0.05, 0.03);
    EXPECT_LE(share.low, 0);
    EXPECT_GE(share.high, 0);
  }
  EXPECT_EQ(same.by_group[1].count, 500u);
  // Nobody knows what objects of a third class are usually like.
  std::vector<Judged> third = draw(40);
  for (Judged& one : third) one.group = 2;
  EXPECT_EQ(JudgeUnknown(reference, third, 2, 3).by_group[2].count, 0u);
}

// Exchangeable vectors are beyond the 95th percentile of 30 with a probability of 5 %: a mean over
// 400 draws of 30 against 60 has a standard error of about 0.002 (measured).
TEST_F(UnknownTest, SmallReferencesDoNotOverstate) {
  SplitMix64 random(4);
  double share = 0;
  for (int i = 0; i < 400; ++i) {
    const std::vector<Judged> reference = Draw(60, 0, random);
    share += JudgeUnknown(reference, Draw(30, 0, random), 2, 2).all.share / 400;
    kept_.clear();
  }
  EXPECT_NEAR(share, 0.05, 0.008);
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
