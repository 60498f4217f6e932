#include "coordinator/cli/run_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

using ::testing::MatchesRegex;

TEST(RunLog, EachLineIsOneJsonObject) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("run_log_test_" + std::to_string(getpid()) + ".jsonl");
  std::filesystem::remove(path);
  for (int session = 0; session < 2; ++session) {  // a resumed run goes on in the same file
    auto log = RunLog::Open(path);
    ASSERT_TRUE(log.has_value());
    log.value().Write("worker left", {{"worker", std::int64_t{3}},
                                      {"reason", std::string("said \"no\"\nand left \\ ü")},
                                      {"seconds", 0.5}});
  }
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  std::filesystem::remove(path);
  ASSERT_EQ(lines.size(), 2U);
  for (const std::string& line : lines) {
    boost::json::error_code failed;
    const boost::json::value value = boost::json::parse(line, failed);
    ASSERT_FALSE(failed) << line;
    EXPECT_EQ(value.at("event").as_string(), "worker left");
    EXPECT_EQ(value.at("worker").as_int64(), 3);
    EXPECT_EQ(value.at("reason").as_string(), "said \"no\"\nand left \\ ü");
    EXPECT_EQ(value.at("seconds").as_double(), 0.5);
    EXPECT_THAT(std::string(value.at("time").as_string()),
                MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z"));
  }
}

TEST(RunLog, HalfALineOfAKilledCoordinatorSpoilsNoOther) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("run_log_half_" + std::to_string(getpid()) + ".jsonl");
  std::ofstream(path) << "{\"event\":\"whole\"}\n{\"event\":\"ha";
  RunLog::Open(path).value().Write("next", {});
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  std::filesystem::remove(path);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "{\"event\":\"whole\"}");
  EXPECT_EQ(boost::json::parse(lines[2]).at("event").as_string(), "next");
}

TEST(RunLog, AFullDiskIsSurvived) {
  auto log = RunLog::Open("/dev/full");
  ASSERT_TRUE(log.has_value());
  log.value().Write("committed", {{"task", std::int64_t{1}}});
  log.value().Flush();
  log.value().Flush();
}

// File names and reasons come from disks and peers.
TEST(RunLog, HostileTextStaysInItsString) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("run_log_hostile_" + std::to_string(getpid()) + ".jsonl");
  std::filesystem::remove(path);
  const std::string control("nul\0 esc\x1B[2J del\x7F", 17);
  // What is written, and what a reader gets.
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(a "b" \ c.jpg)", R"(a "b" \ c.jpg)"},
      {"x\",\"event\":\"run finished\"}\n{\"event\":\"forged\"}",
       "x\",\"event\":\"run finished\"}\n{\"event\":\"forged\"}"},
      {control, control},
      {"line\r\nbreak\x0B\x0C", "line\r\nbreak\x0B\x0C"},
      {"\xE2\x80\xA8 line separator", "\xE2\x80\xA8 line separator"},
      {"bad\xFF\xC3(\xED\xA0\x80.jpg", "bad\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD.jpg"},
      {"cut off \xF0\x9F\x98", "cut off \uFFFD\uFFFD\uFFFD"},
  };
  {
    auto log = RunLog::Open(path);
    ASSERT_TRUE(log.has_value());
    for (const auto& [text, expected] : cases) {
      log.value().Write("quarantined", {{"item", text}, {"reason", text}, {"rate", std::nan("")}});
    }
  }
  std::ifstream file(path, std::ios::binary);
  std::size_t i = 0;
  for (std::string line; std::getline(file, line); ++i) {
    ASSERT_LT(i, cases.size());
    boost::json::error_code failed;
    const boost::json::value value = boost::json::parse(line, failed);
    ASSERT_FALSE(failed) << line;
    EXPECT_EQ(value.as_object().size(), 5U);  // time, event and the three fields
    EXPECT_EQ(value.at("event").as_string(), "quarantined");
    EXPECT_EQ(value.at("item").as_string(), cases[i].second);
    EXPECT_EQ(value.at("reason").as_string(), cases[i].second);
    EXPECT_TRUE(value.at("rate").is_null());
  }
  EXPECT_EQ(i, cases.size());
  std::filesystem::remove(path);
}

TEST(RunLog, AFolderThatIsNotThereIsAnErrorWithThePath) {
  const auto log = RunLog::Open("/nonexistent/run/log.jsonl");
  ASSERT_TRUE(log.has_error());
  EXPECT_EQ(log.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(log.error().context, "/nonexistent/run/log.jsonl");
}

TEST(RunLog, ItsTailIsTheLastNewsAndBounded) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("run_log_tail_" + std::to_string(getpid()) + ".jsonl");
  {
    auto log = RunLog::Open(path);
    ASSERT_TRUE(log.has_value());
    for (std::int64_t i = 0; i < 300; ++i) {
      log.value().Write("assigned", {{"task", i}});
      log.value().Write("quarantined", {{"task", i}, {"reason", std::string(100'000, 'x')}});
      log.value().Write("committed", {{"task", i}});
      log.value().Flush();
    }
    const auto& tail = log.value().tail();
    ASSERT_EQ(tail.size(), 100U);
    EXPECT_EQ(boost::json::parse(tail.front()).at("task").as_int64(), 200);
    const boost::json::value last = boost::json::parse(tail.back());
    EXPECT_EQ(last.at("task").as_int64(), 299);
    EXPECT_EQ(last.at("event").as_string(), "quarantined");
    EXPECT_EQ(last.at("reason").as_string().size(), 500U);
  }
  // The file has all of it.
  EXPECT_GT(std::filesystem::file_size(path), 300U * 100'000U);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace prelabel
