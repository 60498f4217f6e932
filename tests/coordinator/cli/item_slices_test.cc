#include "coordinator/cli/item_slices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SourceItems Images(std::string name, std::vector<std::string> files) {
  SourceItems source;
  source.name = std::move(name);
  source.files = std::move(files);
  return source;
}

// A frame a second.
SourceItems Video(std::string name, std::size_t frames) {
  SourceItems source;
  source.kind = SourceKind::kVideo;
  source.name = std::move(name);
  for (std::size_t i = 0; i < frames; ++i) {
    source.index.frames.push_back({.pts = static_cast<std::int64_t>(i)});
  }
  return source;
}

TEST(ItemSlices, OneFolderOfPicturesHasNone) {
  const Dataset dataset{{Images("photos", {"a.jpg", "b.jpg"})}};
  ItemSlices slices(dataset);
  EXPECT_THAT(slices.Of(SourceId(0), 0), IsEmpty());
}

TEST(ItemSlices, SourcesAndFolders) {
  const Dataset dataset{{Images("photos", {"a.jpg", "night/b.jpg"}), Images("more", {"x/c.jpg"})}};
  ItemSlices slices(dataset);
  EXPECT_THAT(slices.Of(SourceId(0), 0), ElementsAre("source: photos", "folder: photos/."));
  EXPECT_THAT(slices.Of(SourceId(0), 1), ElementsAre("source: photos", "folder: photos/night"));
  EXPECT_THAT(slices.Of(SourceId(1), 0), ElementsAre("source: more"));
}

TEST(ItemSlices, ColumnsOfAManifest) {
  SourceItems list = Images("list", {"a.jpg", "b.jpg"});
  list.notes = {"weather: rain", "city: Bonn"};
  list.item_notes = {{1, 0}, {}};
  const Dataset dataset{{list}};
  ItemSlices slices(dataset);
  EXPECT_THAT(slices.Of(SourceId(0), 0), ElementsAre("city: Bonn", "weather: rain"));
  EXPECT_THAT(slices.Of(SourceId(0), 1), IsEmpty());
}

// 121 frames: two minutes from the first to the last, in twelve stretches of ten seconds.
TEST(ItemSlices, StretchesOfAVideo) {
  const Dataset dataset{{Video("clip", 121)}};
  ItemSlices slices(dataset);
  EXPECT_THAT(slices.Of(SourceId(0), 0), ElementsAre("time: clip 0:00-0:10"));
  EXPECT_THAT(slices.Of(SourceId(0), 75), ElementsAre("time: clip 1:10-1:20"));
  EXPECT_THAT(slices.Of(SourceId(0), 120), ElementsAre("time: clip 1:50-2:00"));
  const Dataset brief{{Video("clip", 11)}};
  ItemSlices none(brief);
  EXPECT_THAT(none.Of(SourceId(0), 3), IsEmpty());
}

TEST(Neighborhood, FramesWithinTenSecondsBelongTogether) {
  const Dataset dataset{{Video("clip", 40), Images("photos", {"a.jpg"})}};
  EXPECT_EQ(NeighborhoodOf(dataset, SourceId(0), 10, "clip/frame_000010.jpg"),
            NeighborhoodOf(dataset, SourceId(0), 19, "clip/frame_000019.jpg"));
  EXPECT_NE(NeighborhoodOf(dataset, SourceId(0), 19, "clip/frame_000019.jpg"),
            NeighborhoodOf(dataset, SourceId(0), 20, "clip/frame_000020.jpg"));
  EXPECT_EQ(NeighborhoodOf(dataset, SourceId(1), 0, "a.jpg"), "a.jpg");
}

}  // namespace
}  // namespace prelabel
