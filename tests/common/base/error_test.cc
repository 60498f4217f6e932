#include "common/base/result.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return InvalidArgument("not even", "value");
  return value / 2;
}

Result<int> Quarter(int value) {
  PRELABEL_TRY(const int half, Half(value));
  return Half(half);
}

TEST(ResultType, CarriesTheErrorUpUnchanged) {
  ASSERT_TRUE(Quarter(8).has_value());
  EXPECT_EQ(Quarter(8).value(), 2);
  const Result<int> bad = Quarter(6);
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(bad.error().ToString(), "value: not even");
}

TEST(ErrorText, LeavesOutAnEmptyContext) {
  EXPECT_EQ(Internal("broken").ToString(), "broken");
  EXPECT_EQ(ErrorCodeName(ErrorCode::kDataLoss), "data loss");
}

}  // namespace
}  // namespace prelabel
