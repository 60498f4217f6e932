#include "coordinator/scan/manifest_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Result<ListedItems> Parse(const std::string& text) {
  std::istringstream in(text);
  return ParseManifest(in, "/data/set/items.jsonl");
}

ListedItems Items(const std::string& text) {
  auto items = Parse(text);
  EXPECT_TRUE(items.has_value()) << (items ? "" : items.error().message);
  return items ? std::move(items).value() : ListedItems();
}

std::string Mistake(const std::string& text) {
  const auto items = Parse(text);
  EXPECT_FALSE(items.has_value()) << text;
  if (items) return "";
  EXPECT_EQ(items.error().code, ErrorCode::kInvalidArgument);
  return items.error().message;
}

// Names and places by hand from the rules in the header.
TEST(Manifest, NamesAndPlaces) {
  const ListedItems items = Items(
      "{\"file\": \"b/../z.jpg\"}\n"
      "{\"file\": \"day/1.jpg\"}\r\n"
      "\n"
      "{\"file\": \"/data/set/a.jpg\"}\n"
      "{\"file\": \"/mnt/x/2.jpg\"}\n"
      "{\"file\": \"../3.jpg\"}\n"
      "{\"file\": \"https://Images.Example:8443/bucket/4.jpg?sig=SECRET#x\"}\n"
      "{\"file\": \"http://host/get?id=5\", \"name\": \"n/5\"}");
  EXPECT_THAT(items.names,
              ElementsAre("a.jpg", "data/3.jpg", "day/1.jpg", "images.example/bucket/4.jpg",
                          "mnt/x/2.jpg", "n/5", "z.jpg"));
  EXPECT_THAT(items.locations,
              ElementsAre("/data/set/a.jpg", "/data/3.jpg", "/data/set/day/1.jpg",
                          "https://Images.Example:8443/bucket/4.jpg?sig=SECRET#x", "/mnt/x/2.jpg",
                          "http://host/get?id=5", "/data/set/z.jpg"));
  EXPECT_THAT(items.item_notes, IsEmpty());
}

TEST(Manifest, ColumnsFollowTheirItems) {
  const ListedItems items = Items(
      "{\"file\": \"2.jpg\", \"weather\": \"rain\", \"camera\": 7, \"night\": true, \"gone\": "
      "null}\n"
      "{\"file\": \"1.jpg\", \"weather\": \"rain\", \"camera\": 8, \"tags\": [1], \"empty\": "
      "\"\"}\n"
      "{\"file\": \"3.jpg\"}\n");
  std::vector<std::vector<std::string>> notes;
  for (const auto& item : items.item_notes) {
    notes.emplace_back();
    for (const std::uint32_t note : item) notes.back().push_back(items.notes[note]);
  }
  EXPECT_THAT(notes,
              ElementsAre(ElementsAre("weather: rain", "camera: 8"),
                          ElementsAre("weather: rain", "camera: 7", "night: true"), IsEmpty()));
  EXPECT_THAT(items.notes, testing::SizeIs(4));  // each text once
  EXPECT_THAT(items.warnings, ElementsAre(HasSubstr("\"tags\"")));
}

TEST(Manifest, ANameTwiceNamesBothLines) {
  const std::string mistake = Mistake(
      "{\"file\": \"a.jpg\"}\n"
      "{\"file\": \"b.jpg\"}\n"
      "{\"file\": \"c.jpg\", \"name\": \"a.jpg\"}\n");
  EXPECT_THAT(mistake, HasSubstr("/data/set/items.jsonl:3:1: "));
  EXPECT_THAT(mistake, HasSubstr("'a.jpg'"));
  EXPECT_THAT(mistake, HasSubstr("line 1"));
}

TEST(Manifest, MistakesAreAllNamedWithTheirPlaces) {
  const std::string mistakes = Mistake(
      "{\"file\": \"a.jpg\"\n"
      "[\"file\"]\n"
      "{\"name\": \"a.jpg\"}\n"
      "{\"file\": 5}\n"
      "{\"file\": \"a.jpg\"} {\"file\": \"b.jpg\"}\n"
      "{\"file\": \"a.jpg\", \"name\": \"../../etc/passwd\"}\n"
      "{\"file\": \"file:///etc/passwd\"}\n"
      "{\"file\": \"http://user:word@host/a.jpg\"}\n"
      "{\"file\": \"http://host/a b.jpg\"}\n"
      "{\"file\": \"http:///a.jpg\"}\n"
      "{\"file\": \"http://host/folder/?id=1\"}\n"
      "{\"file\": \"http://host/a/../b.jpg\"}\n");
  std::istringstream lines(mistakes);
  const char* const expected[] = {
      ":1:17: this is no JSON object",
      ":2:1: must be a JSON object",
      ":3:1: lacks \"file\"",
      ":4:1: \"file\" must be a text",
      ":5:19: there is more behind the object",
      ":6:1: \"name\" has a part '..'",
      ":7:1: \"file\": only paths and http:// and https:// URLs",
      ":8:1: \"file\": the URL holds a user or password",
      ":9:1: \"file\": the URL has a space",
      ":10:1: \"file\": the URL names no host",
      ":11:1: the name that \"file\" would give has an empty part",
      ":12:1: the name that \"file\" would give has a part '..'",
  };
  std::string line;
  for (const char* phrase : expected) {
    ASSERT_TRUE(std::getline(lines, line)) << phrase;
    EXPECT_THAT(line, HasSubstr(phrase));
  }
  EXPECT_FALSE(std::getline(lines, line)) << line;
}

TEST(Manifest, SecretsAreNotRepeated) {
  const std::string mistakes = Mistake(
      "{\"file\": \"https://h/a.jpg?sig=SECRET\"}\n{\"file\": \"https://h/a.jpg?sig=SECRET2\"}\n"
      "{\"file\": \"https://h/\\u00e4.jpg?sig=SECRET\"}\n"
      "{\"file\": \"https://me:SECRET@h/b.jpg\"}\n{\"file\": \"s3://SECRET@h/b.jpg\"}\n");
  EXPECT_THAT(mistakes, HasSubstr("'h/a.jpg'"));
  EXPECT_THAT(mistakes, Not(HasSubstr("SECRET")));
}

TEST(Manifest, LongLinesAreRefusedAndPassedOver) {
  const std::string longest(kLongestManifestLine, ' ');
  EXPECT_THAT(Items(longest + "\n{\"file\": \"a.jpg\"}").names, ElementsAre("a.jpg"));
  const std::string mistake = Mistake(longest + " \n[]\n");
  EXPECT_THAT(mistake, HasSubstr(":1:1: the line is longer than 1048576 bytes"));
  EXPECT_THAT(mistake, HasSubstr(":2:1: must be a JSON object"));
}

TEST(Manifest, NothingIsNothing) {
  EXPECT_THAT(Items("").names, IsEmpty());
  EXPECT_THAT(Items("\n \r\n").names, IsEmpty());
  // A byte order mark, as some editors write it.
  EXPECT_THAT(Items("\xEF\xBB\xBF{\"file\": \"a.jpg\"}").names, ElementsAre("a.jpg"));
}

}  // namespace
}  // namespace prelabel
