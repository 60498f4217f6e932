// Lengths of characters as in RFC 3629: "a" is one byte, "ü" two, "…" three.
#include "common/base/utf8_prefix.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(Utf8Prefix, NeverEndsInsideACharacter) {
  EXPECT_EQ(Utf8Prefix("aü…", 6), "aü…");
  EXPECT_EQ(Utf8Prefix("aü…", 5), "aü");
  EXPECT_EQ(Utf8Prefix("aü…", 3), "aü");
  EXPECT_EQ(Utf8Prefix("aü…", 2), "a");
  EXPECT_EQ(Utf8Prefix("…", 2), "");
}

}  // namespace
}  // namespace prelabel
