#include "common/base/doubling_pause.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace prelabel {
namespace {

using std::chrono::seconds;

TEST(DoublingPause, DoublesUpToTheLongest) {
  EXPECT_EQ(DoublingPause(seconds(3), 0, seconds(10)), seconds(3));
  EXPECT_EQ(DoublingPause(seconds(3), 1, seconds(10)), seconds(6));
  EXPECT_EQ(DoublingPause(seconds(3), 2, seconds(10)), seconds(10));
  EXPECT_EQ(DoublingPause(seconds(3), std::numeric_limits<std::uint32_t>::max(), seconds(10)),
            seconds(10));
  EXPECT_EQ(DoublingPause(seconds(30), 0, seconds(10)), seconds(10));
}

}  // namespace
}  // namespace prelabel
