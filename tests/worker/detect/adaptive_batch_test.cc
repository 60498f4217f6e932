// Expected values: the rule of adaptive_batch.h, by hand (32 runs of patience at first).
#include "worker/detect/adaptive_batch.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

// Runs of a device that has room for `room` inputs; how many of them failed.
int Failures(AdaptiveBatch& batch, int room, int runs) {
  int failed = 0;
  for (int run = 0; run < runs; ++run) {
    if (batch.size() <= room) {
      batch.Succeeded();
    } else {
      ++failed;
      EXPECT_TRUE(batch.Shrink());
    }
  }
  return failed;
}

TEST(AdaptiveBatch, HalvesDownToOne) {
  AdaptiveBatch batch(5);
  EXPECT_EQ(batch.size(), 5);
  EXPECT_TRUE(batch.Shrink());
  EXPECT_EQ(batch.size(), 2);
  EXPECT_TRUE(batch.Shrink());
  EXPECT_EQ(batch.size(), 1);
  EXPECT_FALSE(batch.Shrink());
  EXPECT_EQ(batch.size(), 1);
}

TEST(AdaptiveBatch, GrowsAgainWhereThereIsRoom) {
  AdaptiveBatch batch(6);
  EXPECT_EQ(Failures(batch, 1, 2), 2);  // 6, 3: now 1
  EXPECT_EQ(Failures(batch, 100, 31), 0);
  EXPECT_EQ(batch.size(), 1);
  batch.Succeeded();
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(Failures(batch, 100, 64), 0);
  EXPECT_EQ(batch.size(), 6);
  EXPECT_EQ(Failures(batch, 100, 1000), 0);
  EXPECT_EQ(batch.size(), 6);
}

// At 4, room for 2: tried again after 32 runs, then 64, 128, 256 …; 10,000 runs hold seven tries
// (the waits before the eighth are 32 (2^8 - 1) = 8,160 and one more of 4,096 at most).
TEST(AdaptiveBatch, WhatNeverFitsIsTriedEverMoreRarely) {
  AdaptiveBatch batch(4);
  EXPECT_EQ(Failures(batch, 2, 1), 1);
  EXPECT_EQ(Failures(batch, 2, 32), 0);
  EXPECT_EQ(batch.size(), 4);
  EXPECT_EQ(Failures(batch, 2, 1), 1);
  EXPECT_EQ(Failures(batch, 2, 63), 0);
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(Failures(batch, 2, 2), 1);
  EXPECT_LE(Failures(batch, 2, 10000), 7);
}

}  // namespace
}  // namespace prelabel
