// Expected values: the keys of docs/routing.md, written by hand.
#include "coordinator/routing/review_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(WriteReviewQueue, WritesALineAnItem) {
  const TemporaryFolder folder;
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a \"b\".jpg"}), VideoSource("road", 20, 1)};
  ReviewItem frame;
  frame.source = SourceId(1);
  frame.item = 12;
  frame.at = 1.2;
  frame.labels_review = 3;
  frame.labels_manual = 1;
  frame.expected_wrong = 2.25;
  frame.expected_errors = 2.25;
  frame.seconds = 30;
  frame.category = 0;
  ReviewItem image;
  image.error = "no picture";
  image.expected_errors = 1.5;
  image.seconds = 12.04;
  const ClassMap classes = run.Classes();
  const std::vector<QueuedItem> queue = {{frame, 0.5}, {image, 0.7}};
  ASSERT_TRUE(WriteReviewQueue(folder / "review" / "queue.jsonl", queue, run.dataset, classes));
  EXPECT_EQ(
      ReadAll(folder / "review" / "queue.jsonl"),
      R"({"rank": 1, "file_name": "road/frame_000012.jpg", "source": "road", "item": 12, "timestamp": 1.200000, "expected_errors": 2.250, "seconds": 30.0, "minutes": 0.50, "labels_review": 3, "labels_manual": 1, "reasons": ["Of 4 labels to look at 2.2 are expected to be wrong, mostly car.", "1 label is of a class that is better drawn by hand."]}
{"rank": 2, "file_name": "a \"b\".jpg", "source": "photos", "item": 0, "expected_errors": 1.500, "seconds": 12.0, "minutes": 0.70, "labels_review": 0, "labels_manual": 0, "reasons": ["It has no labels: no picture."]}
)");
}

TEST(WriteReviewQueue, WithoutItemsTheFileIsEmpty) {
  const TemporaryFolder folder;
  const TestRun run;
  ASSERT_TRUE(WriteReviewQueue(folder / "queue.jsonl", {}, run.dataset, run.Classes()));
  EXPECT_EQ(ReadAll(folder / "queue.jsonl"), "");
}

TEST(FormatQueuedItem, IsJsonWhateverFilesAndReasonsAreCalled) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"\x01\xff\n.jpg"})};
  ReviewItem image;
  image.odd = "far \"away\"\n";
  const std::string line =
      FormatQueuedItem({image, 1}, 1, run.dataset, ItemNames(run.dataset), run.Classes());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(line, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(value.at("reasons").at(0).as_string(), "It stands out: far \"away\"\n.");
}

}  // namespace
}  // namespace prelabel
