// Cases of the table "Well-Formed UTF-8 Byte Sequences" (Unicode 15, table 3-7) and its neighbours.
#include "coordinator/scan/utf8.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(IsUtf8, TakesEveryLengthAtItsBounds) {
  for (const char* good :
       {"", "a.jpg", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "na\xC3\xAFve"}) {
    EXPECT_TRUE(IsUtf8(good)) << PrintableName(good);
  }
}

TEST(IsUtf8, RefusesWhatIsJustBeyondThem) {
  for (const char* bad :
       {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "caf\xE9", "\xC3", "\xE2\x82", "\xE2\x28\xA1"}) {
    EXPECT_FALSE(IsUtf8(bad)) << PrintableName(bad);
  }
}

TEST(PrintableName, EscapesAllButAscii) { EXPECT_EQ(PrintableName("caf\xE9\n"), "caf\\xE9\\x0A"); }

}  // namespace
}  // namespace prelabel
