// What has a place for labels of whole pictures: docs/formats.md.
#include "common/job/classify_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::HasSubstr;

ModelCard Of(const std::string& task) {
  ModelCard card;
  card.name = "kinds";
  card.task = task;
  return card;
}

std::string Problem(const JobSpec& job, const std::string& task = "classify") {
  const Result<void> fits = CheckClassifyJob(job, Of(task));
  return fits ? std::string() : fits.error().ToString();
}

TEST(CheckClassifyJob, ImagesInFormatsOfWholePictures) {
  JobSpec job;
  job.data.emplace_back();
  job.output.formats = {"coco", "cvat", "datumaro", "jsonl", "labelstudio"};
  EXPECT_EQ(Problem(job), "");
}

TEST(CheckClassifyJob, NoVideosAndNoTiles) {
  JobSpec video;
  video.data.emplace_back().kind = SourceKind::kVideo;
  EXPECT_THAT(Problem(video), HasSubstr("data: kinds says what a picture is"));
  EXPECT_EQ(Problem(video, "detect"), "");
  JobSpec tiled;
  tiled.data.emplace_back().tiling.emplace().sizes = {512};
  EXPECT_THAT(Problem(tiled), HasSubstr("remove tiling"));
  EXPECT_EQ(Problem(tiled, "segment"), "");
}

TEST(CheckClassifyJob, NoFormatsOfPlacesAlone) {
  for (const char* format : {"mot", "voc", "yolo", "yolo-segment"}) {
    JobSpec job;
    job.data.emplace_back();
    job.output.formats = {"coco", format};
    EXPECT_THAT(Problem(job), HasSubstr("output.formats: \"" + std::string(format) + "\""));
    EXPECT_EQ(Problem(job, "detect"), "");
  }
}

}  // namespace
}  // namespace prelabel
