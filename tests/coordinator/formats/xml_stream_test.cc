// Expected events and places: counted by hand in the texts here, after XML 1.0 (w3.org/TR/xml).
#include "coordinator/formats/xml_stream.h"

#include <gtest/gtest.h>

#include <sstream>

namespace prelabel {
namespace {

class Transcript : public XmlEvents {
 public:
  Result<void> OnBegin(const XmlElement& element) override {
    text += "<" + std::string(element.name);
    for (const auto& [name, value] : element.attributes) {
      text += " " + std::string(name) + "=" + std::string(value);
    }
    text += "@" + std::to_string(element.line) + ":" + std::to_string(element.column) + ">";
    if (element.name == stop_at) return InvalidArgument("enough");
    return Ok();
  }
  Result<void> OnEnd(std::string_view content) override {
    text += "[" + std::string(content) + "]";
    return Ok();
  }
  std::string text;
  std::string stop_at;
};

std::string Told(const std::string& document, const XmlLimits& limits = {},
                 std::size_t most = 1U << 16) {
  std::istringstream in(document);
  Transcript transcript;
  const Result<void> read = ReadXml(in, transcript, limits, most);
  return read ? transcript.text : read.error().ToString();
}

TEST(XmlStream, TellsElementsWithPlacesAttributesAndTheirOwnText) {
  const std::string document =
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<a x='1' y=\"&lt;&#228;&quot;\">\n"
      "  <!-- <b/> --><b/>t<![CDATA[<c>&]]></a>\n";
  const std::string expected = "<a x=1 y=<ä\"@2:1><b@3:16>[][\n  t<c>&]";
  EXPECT_EQ(Told(document), expected);
  EXPECT_EQ(Told(document, {}, 1), expected);
  EXPECT_EQ(Told(document, {}, 7), expected);
}

TEST(XmlStream, SaysWhereADocumentIsNotWellFormed) {
  EXPECT_EQ(Told("<a>\n<b></a>"),
            "line 2, column 6: this is not well-formed XML: mismatched tag; write it with an XML "
            "library");
  EXPECT_EQ(Told(""),
            "line 1, column 1: the file ends before its first element; is it empty or cut off?");
  EXPECT_EQ(Told("<a x='1' x='2'/>").substr(0, 15), "line 1, column ");
  EXPECT_NE(Told("<a/>more").find("behind the end of the root element"), std::string::npos);
  EXPECT_NE(Told("<a><b").find("cut off"), std::string::npos);
  EXPECT_NE(Told("<a>\xFF</a>").find("not well-formed"), std::string::npos);
}

TEST(XmlStream, ReadsUtf8Only) {
  EXPECT_NE(Told("<?xml version='1.0' encoding='iso-8859-1'?><a>\xE4</a>").find("UTF-8"),
            std::string::npos);
  const std::string utf16("\xFF\xFE<\0a\0/\0>\0", 10);
  EXPECT_NE(Told(utf16).find("line 1, column 1: "), std::string::npos);
}

TEST(XmlStream, RefusesDocumentTypesSoThatNoEntityExpands) {
  // "Billion laughs" (CVE-2003-1564) and an external entity.
  EXPECT_NE(Told("<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;&l;'>]><a>&m;</a>")
                .find("document type"),
            std::string::npos);
  EXPECT_NE(Told("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>").find("document type"),
            std::string::npos);
  EXPECT_NE(Told("<a>&lol;</a>").find("entity"), std::string::npos);
}

TEST(XmlStream, KeepsItsLimits) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  XmlLimits limits;
  limits.depth = 3;
  limits.attributes = 2;
  limits.value = 4;
  limits.text = 5;
  EXPECT_EQ(Told(nested(3), limits), "<a@1:1><a@1:4><a@1:7>[][][]");
  EXPECT_EQ(Told(nested(4), limits), "line 1, column 10: elements are nested more than 3 deep");
  EXPECT_EQ(Told("<a x='1234' y=''>12345</a>", limits), "<a x=1234 y=@1:1>[12345]");
  EXPECT_NE(Told("<a x='' y='' z=''/>", limits).find("more than 2 attributes"), std::string::npos);
  EXPECT_NE(Told("<a x='12345'/>", limits).find("more than 4 bytes"), std::string::npos);
  EXPECT_NE(Told("<a>123<b/>456</a>", limits).find("more than 5 bytes"), std::string::npos);
  XmlLimits tag;
  tag.unfinished = 100;
  const std::string endless = "<a x='" + std::string(1000, 'x');
  EXPECT_NE(Told(endless, tag, 64).find("a tag or comment has more than 100 bytes"),
            std::string::npos);
}

TEST(XmlStream, EndsWithTheErrorOfTheEvents) {
  std::istringstream in("<a><b/><c/></a>");
  Transcript transcript;
  transcript.stop_at = "b";
  const Result<void> read = ReadXml(in, transcript);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "enough");
  EXPECT_EQ(transcript.text, "<a@1:1><b@1:4>");
}

}  // namespace
}  // namespace prelabel
