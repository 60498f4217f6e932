#include "coordinator/profile/slice_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> SlicesOf(const SliceTable& table, std::string_view name) {
  std::vector<std::string> slices;
  table.AppendSlices(name, slices);
  return slices;
}

TEST(SliceTable, ValuesOfColumns) {
  const Result<SliceTable> table = SliceTable::Parse(
      "\xEF\xBB\xBF"
      "file_name,weather,site\r\na/b.jpg,rain,Hall 3\r\n\r\n\"c,d.jpg\",\"the "
      "\"\"new\"\"\none\",\r\n"
      "e.jpg,rain,Hall 4");
  ASSERT_TRUE(table) << table.error().ToString();
  EXPECT_THAT(SlicesOf(table.value(), "a/b.jpg"), ElementsAre("weather: rain", "site: Hall 3"));
  EXPECT_THAT(SlicesOf(table.value(), "c,d.jpg"), ElementsAre("weather: the \"new\"\none"));
  EXPECT_THAT(SlicesOf(table.value(), "e.jpg"), ElementsAre("weather: rain", "site: Hall 4"));
  EXPECT_THAT(SlicesOf(table.value(), "elsewhere.jpg"), IsEmpty());
}

std::string Message(std::string_view text) {
  const Result<SliceTable> table = SliceTable::Parse(text);
  return table ? std::string("no error") : table.error().ToString();
}

TEST(SliceTable, MistakesAreNamedWithTheirLine) {
  EXPECT_THAT(Message(""), HasSubstr("is empty"));
  EXPECT_THAT(Message("weather,file_name\n"), HasSubstr("line 1: the first line must name"));
  EXPECT_THAT(Message("file_name\n"), HasSubstr("line 1: the first line must name"));
  EXPECT_THAT(Message("file_name,weather\n\na.jpg,rain,more\n"),
              HasSubstr("line 3: has 3 fields, and the first line 2"));
  EXPECT_THAT(Message("file_name,weather\na.jpg,rain\na.jpg,sun\n"),
              HasSubstr("line 3: a.jpg is in the table already"));
  EXPECT_THAT(Message("file_name,weather\na.jpg,ra\"in\n"), HasSubstr("line 2: a quote stands"));
  EXPECT_THAT(Message("file_name,weather\na.jpg,\"rain\n"), HasSubstr("line 2: a quoted field"));
  EXPECT_THAT(Message("file_name,weather\na.jpg,\"rain\"y\n"), HasSubstr("line 2: text stands"));
}

}  // namespace
}  // namespace prelabel
