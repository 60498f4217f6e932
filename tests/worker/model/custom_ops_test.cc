#include "worker/model/custom_ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::HasSubstr;

TEST(LoadCustomOps, ANameIsLookedForByTheLinker) {
  EXPECT_TRUE(LoadCustomOps({}));
  EXPECT_TRUE(LoadCustomOps({"libm.so.6", "libm.so.6"}));
}

TEST(LoadCustomOps, SaysWhichLibraryAndWhy) {
  const auto missing = LoadCustomOps({"libm.so.6", "/no/such/libops.so"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(missing.error().context, "/no/such/libops.so");
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace prelabel
