// Base64: the test vectors of RFC 4648 §10.
#include "coordinator/report/html_text.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace prelabel {
namespace {

std::string Encode(std::string_view text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return Base64(bytes);
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(Shorten("person", 6), "person");
  EXPECT_EQ(Shorten("persons", 6), "per...");
  // "ä" is two bytes: "par" and its first byte would be four.
  EXPECT_EQ(Shorten("par\u00e4metric", 7), "par...");
}

TEST(Base64, GivesTheVectorsOfTheRfc) {
  EXPECT_EQ(Encode(""), "");
  EXPECT_EQ(Encode("f"), "Zg==");
  EXPECT_EQ(Encode("fo"), "Zm8=");
  EXPECT_EQ(Encode("foo"), "Zm9v");
  EXPECT_EQ(Encode("foob"), "Zm9vYg==");
  EXPECT_EQ(Encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64(std::vector<std::uint8_t>{0xFB, 0xFF, 0xBF}), "+/+/");
}

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(CountOf(1, "item"), "1 item");
  EXPECT_EQ(CountOf(2000, "item"), "2,000 items");
  EXPECT_EQ(CountOf(0, "class", "classes"), "0 classes");
}

TEST(PercentOf, DoesNotRoundSomethingToNothing) {
  EXPECT_EQ(PercentOf(0, 0), "0 %");
  EXPECT_EQ(PercentOf(0, 7), "0.0 %");
  EXPECT_EQ(PercentOf(1, 8), "12.5 %");
  EXPECT_EQ(PercentOf(1, 5000), "under 0.1 %");
}

TEST(FormatTime, IsReadOffAPlayer) {
  EXPECT_EQ(FormatTime(0), "0:00.0");
  EXPECT_EQ(FormatTime(4.54), "0:04.5");
  EXPECT_EQ(FormatTime(59.96), "1:00.0");
  EXPECT_EQ(FormatTime(3723.4), "1:02:03.4");
}

TEST(WrapText, BreaksAtSpacesAlone) {
  EXPECT_EQ(WrapText("one two three", 7), "one two\nthree\n");
  EXPECT_EQ(WrapText("one unbreakable two", 7), "one\nunbreakable\ntwo\n");
  EXPECT_EQ(WrapText("97\u00A0% right", 80), "97 % right\n");
  EXPECT_EQ(WrapText("", 80), "\n");
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml("<b a=\"1\">'&"), "&lt;b a=&quot;1&quot;&gt;&#39;&amp;");
}

}  // namespace
}  // namespace prelabel
