// Expected events and places: by hand, after RFC 8259.
#include "coordinator/formats/json_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One word an event; numbers as what they are read as.
class Recorder : public JsonEvents {
 public:
  Result<void> OnBeginObject() override { return Add("{"); }
  Result<void> OnBeginArray() override { return Add("["); }
  Result<void> OnEnd() override { return Add("end"); }
  Result<void> OnKey(std::string_view key) override { return Add(std::string(key) + ":"); }
  Result<void> OnScalar(const JsonScalar& value) override {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      return Add("int " + std::to_string(*integer));
    }
    if (const auto* number = std::get_if<double>(&value)) {
      numbers.push_back(*number);
      return Add("double");
    }
    if (const auto* flag = std::get_if<bool>(&value)) return Add(*flag ? "true" : "false");
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      return Add("\"" + std::string(*text) + "\"");
    }
    return Add("null");
  }

  std::vector<std::string> events;
  std::vector<double> numbers;
  std::string refuse;  // the event at which to return an error

 private:
  Result<void> Add(std::string event) {
    if (event == refuse) return InvalidArgument("not that", "the test");
    events.push_back(std::move(event));
    return Ok();
  }
};

// At every size of the pieces that the text is read in.
std::string ErrorOf(const std::string& text) {
  std::string shown;
  for (const std::size_t chunk : {1U, 2U, 3U, 7U, 1U << 16}) {
    std::istringstream in(text);
    Recorder recorder;
    const Result<void> read = ReadJson(in, recorder, chunk);
    if (read.has_value()) return "no error";
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
    if (!shown.empty()) {
      EXPECT_EQ(read.error().ToString(), shown) << "in pieces of " << chunk;
    }
    shown = read.error().ToString();
  }
  return shown;
}

TEST(JsonStream, TellsWhatStandsInTheText) {
  const std::string text =
      " {\"a\": [1, -2, true, false, null], \"k\\u00e4\": {\"x\": \"t\\n\\\"u\"}, \"e\": []}\n ";
  for (const std::size_t chunk : {1U, 2U, 3U, 5U, 1000U}) {
    std::istringstream in(text);
    Recorder recorder;
    ASSERT_TRUE(ReadJson(in, recorder, chunk)) << chunk;
    EXPECT_THAT(recorder.events,
                ElementsAre("{", "a:", "[", "int 1", "int -2", "true", "false", "null", "end",
                            "kä:", "{", "x:", "\"t\n\"u\"", "end", "e:", "[", "end", "end"));
  }
}

TEST(JsonStream, NumbersAreExact) {
  // The last two are known to be off by a bit in parsers that multiply by a power of ten.
  const std::string text =
      "[9223372036854775807, -9223372036854775808, 9223372036854775808, 1.0, 1e2, 1e-400,"
      " 0.1, 1.7976931348623157e308, 9007199254740993.0, 5e-324, 6.02214076e23]";
  for (const std::size_t chunk : {1U, 4U, 1000U}) {
    std::istringstream in(text);
    Recorder recorder;
    ASSERT_TRUE(ReadJson(in, recorder, chunk));
    EXPECT_EQ(recorder.events[1], "int 9223372036854775807");
    EXPECT_EQ(recorder.events[2], "int -9223372036854775808");
    EXPECT_THAT(
        recorder.numbers,
        ElementsAre(9223372036854775808.0, 1.0, 100.0, 0.0, 0.1, std::numeric_limits<double>::max(),
                    9007199254740992.0, std::numeric_limits<double>::denorm_min(), 6.02214076e23));
  }
}

TEST(JsonStream, ErrorsHaveTheirPlace) {
  EXPECT_THAT(ErrorOf("{\"a\": 1,\n \"b\": NaN}"), HasSubstr("line 2, column 7 (byte 16): "));
  EXPECT_THAT(ErrorOf("{\"a\": NaN}"), HasSubstr("NaN, Infinity"));
  EXPECT_THAT(ErrorOf("\xEF\xBB\xBF[]"), HasSubstr("line 1, column 1 (byte 1): this is not JSON"));
  EXPECT_THAT(ErrorOf("[1, 2"), HasSubstr("line 1, column 6 (byte 6): the file is cut off"));
  EXPECT_THAT(ErrorOf("[1]\n[2]"), HasSubstr("line 2, column 1 (byte 5): there is more text"));
  EXPECT_THAT(ErrorOf("[\"\xFF\"]"), HasSubstr("line 1, column 3"));
  EXPECT_THAT(ErrorOf("[1, 1e999]"), HasSubstr("out of range"));
  EXPECT_THAT(ErrorOf("[1e99999999999999999999]"), HasSubstr("column"));
  EXPECT_THAT(ErrorOf("[0." + std::string(2000, '3') + "]"), HasSubstr("more than 1024"));
  // Too long before it is wrong.
  EXPECT_THAT(ErrorOf("[" + std::string(1030, '1') + "e!]"), HasSubstr("more than 1024"));
  EXPECT_EQ(ErrorOf(""), "the file is empty");
  EXPECT_EQ(ErrorOf(" \n"), "the file is empty");
}

TEST(JsonStream, IsBounded) {
  EXPECT_THAT(ErrorOf(std::string(1000, '[')), HasSubstr("column 33 (byte 33): lists and objects"));
  std::istringstream in("[\"" + std::string(kMaxJsonText + 1, 'x') + "\"]");
  Recorder recorder;
  const Result<void> read = ReadJson(in, recorder);
  ASSERT_TRUE(read.has_error());
  EXPECT_THAT(read.error().message, HasSubstr("longer than 4 MiB"));
}

TEST(JsonStream, EndsWithTheErrorOfTheEvents) {
  std::istringstream in("[1, 2, 3]");
  Recorder recorder;
  recorder.refuse = "int 2";
  const Result<void> read = ReadJson(in, recorder);
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().ToString(), "the test: not that");
  EXPECT_THAT(recorder.events, ElementsAre("[", "int 1"));
}

}  // namespace
}  // namespace prelabel
