// Expected texts: XML 1.0, "Character Data and Markup", "Characters" and "End-of-Line Handling"
// (w3.org/TR/xml).
#include "coordinator/formats/xml_text.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(XmlText, EscapesMarkupAndBlanksThatReadersChange) {
  EXPECT_EQ(XmlText("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; 'd'");
  EXPECT_EQ(XmlText("a\tb\nc\rd"), "a&#9;b&#10;c&#13;d");
  EXPECT_EQ(XmlText("Fußgänger 人 🚗"), "Fußgänger 人 🚗");
}

TEST(XmlText, ReplacesWhatXmlCannotHold) {
  EXPECT_EQ(XmlText(std::string("\0\x1F\x7F", 3)), "\uFFFD\uFFFD\x7F");
  EXPECT_EQ(XmlText("\xFF\xC0\x80x"), "\uFFFD\uFFFD\uFFFDx");
  EXPECT_EQ(XmlText("\uFFFE\uFFFF\uFFFC"), "\uFFFD\uFFFD\uFFFC");
}

}  // namespace
}  // namespace prelabel
