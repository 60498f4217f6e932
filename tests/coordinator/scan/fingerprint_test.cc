#include "coordinator/scan/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

using testing::HasSubstr;

SourceItems Images(std::vector<std::string> files) {
  SourceItems source;
  source.name = "photo album";  // with a blank, as people have them
  source.files = std::move(files);
  return source;
}

SourceItems Video(int frames, std::int64_t step = 40) {
  SourceItems source;
  source.kind = SourceKind::kVideo;
  source.name = "clip";
  for (int i = 0; i < frames; ++i) source.index.frames.push_back({i * step, i, false});
  return source;
}

std::string Stored() { return DatasetFingerprint({{Images({"a.jpg", "b.jpg"}), Video(10)}}); }

std::string Complaint(const Dataset& now) {
  const Result<void> result = CheckSameItems(Stored(), now);
  return result ? std::string() : result.error().message;
}

TEST(CheckSameItems, TakesTheSameAndWhatGrewAtTheEnd) {
  EXPECT_EQ(Complaint({{Images({"a.jpg", "b.jpg"}), Video(10)}}), "");
  EXPECT_EQ(Complaint({{Images({"a.jpg", "b.jpg", "c.jpg"}), Video(12), Images({"x.jpg"})}}), "");
}

// Tiles of other sizes would be other looks under the same numbers.
TEST(CheckSameItems, ImagesInTilesKeepTheirSizes) {
  const auto tiled = [](std::vector<ImageSize> sizes) {
    SourceItems source = Images({"a.jpg", "b.jpg"});
    source.tiled = TiledImages{{}, std::move(sizes), {}};
    return Dataset{{source}};
  };
  const std::string stored = DatasetFingerprint(tiled({{100, 50}, {9, 9}}));
  EXPECT_TRUE(CheckSameItems(stored, tiled({{100, 50}, {9, 9}})));
  const auto changed = CheckSameItems(stored, tiled({{50, 100}, {9, 9}}));
  ASSERT_TRUE(changed.has_error());
  EXPECT_THAT(changed.error().message, HasSubstr("images of other sizes"));
}

TEST(CheckSameItems, NamesTheSourceThatChanged) {
  EXPECT_THAT(Complaint({{Images({"a.jpg", "aa.jpg", "b.jpg"}), Video(10)}}),
              HasSubstr("images photo album has other items, or new ones between"));
  EXPECT_THAT(Complaint({{Images({"ab.jpg", ".jpg"}), Video(10)}}), HasSubstr("photo album"));
  EXPECT_THAT(Complaint({{Images({"a.jpg"}), Video(10)}}), HasSubstr("had 2 items and has 1"));
  EXPECT_THAT(Complaint({{Images({"a.jpg", "b.jpg"}), Video(10, 20)}}),
              HasSubstr("video clip has other items"));
  EXPECT_THAT(Complaint({{Images({"a.jpg", "b.jpg"})}}),
              HasSubstr("video clip is not in the job any more"));
  EXPECT_THAT(Complaint({{Video(10), Images({"a.jpg", "b.jpg"})}}),
              HasSubstr("images photo album is not in the job"));
}

TEST(CheckSameItems, SaysWhyASourceCannotBeReadNow) {
  SourceItems gone = Video(0);
  gone.error = "/videos/clip.avi: no such file";
  EXPECT_THAT(Complaint({{Images({"a.jpg", "b.jpg"}), gone}}), HasSubstr("no such file"));
}

TEST(CheckSameItems, ADamagedRecordIsNoticed) {
  const Result<void> result = CheckSameItems("images many\n", {{Images({"a.jpg"})}});
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().code, ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace prelabel
