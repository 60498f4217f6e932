// Expected intervals come from a few lines of Python over the published formulas.
#include "coordinator/confidence/clustered_share.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

constexpr double kClose = 1e-9;

TEST(ClusteredShare, NothingIsKnownWithoutLabels) {
  ClusteredShare share;
  share.Add(0, 0);
  EXPECT_EQ(share, ClusteredShare());
  EXPECT_EQ(share.Share(), 0);
  EXPECT_EQ(share.Interval95(), (Interval{0, 1}));
}

// 2 of 2, 1 of 3 and 4 of 5: the variance of 0.7 as a ratio over images is 3/2 · 1.82 / 100, which
// 7.69 independent labels would have.
TEST(ClusteredShare, LabelsOfOneImageAreAlike) {
  ClusteredShare share;
  share.Add(2, 2);
  share.Add(3, 1);
  share.Add(5, 4);
  EXPECT_EQ(share.labels, 10U);
  EXPECT_EQ(share.found, 7U);
  EXPECT_EQ(share.images, 3U);
  EXPECT_NEAR(share.Share(), 0.7, kClose);
  EXPECT_NEAR(share.Interval95().low, 0.3606602339427709, kClose);
  EXPECT_NEAR(share.Interval95().high, 0.9061149841487792, kClose);
}

// Wilson's interval for 4 of 8: images that are all alike are worth no more than their labels.
TEST(ClusteredShare, IsNoSurerThanItsLabels) {
  ClusteredShare share;
  for (int i = 0; i < 4; ++i) share.Add(2, 1);
  EXPECT_NEAR(share.Interval95().low, 0.21521606221387757, kClose);
  EXPECT_NEAR(share.Interval95().high, 0.7847839377861224, kClose);
}

// Wilson's intervals for 3 of 3 and 0 of 4, however many labels the images have.
TEST(ClusteredShare, AllOrNoneCountImages) {
  ClusteredShare all;
  for (int i = 0; i < 3; ++i) all.Add(100, 100);
  EXPECT_NEAR(all.Interval95().low, 0.43850296824495455, kClose);
  EXPECT_NEAR(all.Interval95().high, 1, kClose);
  ClusteredShare none;
  for (int i = 0; i < 4; ++i) none.Add(7, 0);
  EXPECT_NEAR(none.Interval95().low, 0, kClose);
  EXPECT_NEAR(none.Interval95().high, 0.4898908364545973, kClose);
}

TEST(ClusteredShare, OneImageIsOneObservation) {
  ClusteredShare share;
  share.Add(50, 25);
  // Wilson for half of one: 0.5 ± 1.96 / (1 + 3.84) · √(0.25 + 3.84 / 4).
  EXPECT_NEAR(share.Interval95().low, 0.0546208, 1e-6);
}

}  // namespace
}  // namespace prelabel
