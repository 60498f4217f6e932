// Expected values: RFC 8259 §7 and RFC 3629 §4; what comes back is read by Boost.JSON.
#include "coordinator/formats/json_text.h"

#include <string>

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace prelabel {
namespace {

TEST(JsonString, EscapesWhatJsonForbids) {
  EXPECT_EQ(JsonString("plain"), "\"plain\"");
  EXPECT_EQ(JsonString("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(JsonString("\n\t\r\x01"), R"("\n\t\r\u0001")");
}

TEST(JsonString, KeepsUnicode) {
  const std::string text = "größe/猫/😀";
  EXPECT_EQ(JsonString(text), "\"" + text + "\"");
}

TEST(JsonString, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(JsonString("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(JsonString("\xC3"), "\"\xEF\xBF\xBD\"");                          // cut off
  EXPECT_EQ(JsonString("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");          // overlong
  EXPECT_EQ(JsonString("\xED\xA0\x80").find("\xED\xA0"), std::string::npos);  // a surrogate
}

TEST(JsonString, EverySingleByteGivesTextThatParses) {
  for (int byte = 0; byte < 256; ++byte) {
    boost::json::error_code error;
    boost::json::parse(JsonString(std::string(1, static_cast<char>(byte))), error);
    EXPECT_FALSE(error) << byte << ": " << error.message();
  }
}

}  // namespace
}  // namespace prelabel
