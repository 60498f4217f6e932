#include "coordinator/scan/scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/coordinator/scan/tar_bytes.h"
#include "tests/coordinator/scan/temp_tree.h"
#include "tests/coordinator/scan/zip_bytes.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DataSource Images(std::vector<std::string> patterns) {
  DataSource data;
  data.kind = SourceKind::kImages;
  data.patterns = std::move(patterns);
  return data;
}

DataSource Video(const std::string& path, std::int64_t every = 1) {
  DataSource data;
  data.kind = SourceKind::kVideo;
  data.patterns = {path};
  data.keyframe_every = every;
  return data;
}

JobSpec Job(std::vector<DataSource> data) {
  JobSpec job;
  job.data = std::move(data);
  return job;
}

// Ten frames of any video but one whose name has "bad" in it.
Result<VideoIndex> FakeIndex(const std::filesystem::path& path) {
  if (path.string().find("bad") != std::string::npos) {
    return DataLoss("no video stream", path.string());
  }
  VideoIndex index;
  if (path.string().find("empty") == std::string::npos) index.frames.resize(10);
  if (path.string().find("short") != std::string::npos) index.header_frames = 12;
  return index;
}

// One track in frame 2 and what it was asked for; a file whose name has "bad" in it is broken.
Result<KeyframeFile> FakeKeyframes(const std::filesystem::path& path, const SourceItems& video) {
  if (path.string().find("bad") != std::string::npos) {
    return InvalidArgument("has no tracks", path.string() + ": line 3");
  }
  KeyframeFile file;
  file.tracks.push_back({1, video.name, {}});
  file.tracks.back().keyframes.resize(1);
  file.tracks.back().keyframes[0].frame = static_cast<std::int64_t>(video.ItemCount()) - 8;
  file.warnings = {"it is old"};
  return file;
}

TEST(ScanDataset, KeepsTheOrderOfSourcesAndSortsFilesBytewise) {
  const TempTree tree;
  tree.Make({"photos/b.jpg", "photos/B.jpg", "photos/a/z.jpg", "photos/a.jpg", "clip.avi"});
  const auto dataset =
      ScanDataset(Job({Video(tree.Path("clip.avi"), 5), Images({tree.Path("photos")})}), FakeIndex,
                  FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  const auto& sources = dataset.value().sources;
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].name, "clip");
  EXPECT_EQ(sources[0].keyframe_every, 5);
  EXPECT_EQ(sources[0].ItemCount(), 10U);
  EXPECT_THAT(sources[0].files, ElementsAre(tree.Path("clip.avi")));
  EXPECT_EQ(sources[1].name, "photos");
  EXPECT_EQ(sources[1].root, tree.Root() / "photos");
  // '.' (0x2E) sorts before '/' (0x2F), upper case before lower.
  EXPECT_THAT(sources[1].files, ElementsAre("B.jpg", "a.jpg", "a/z.jpg", "b.jpg"));
}

TEST(ScanDataset, WhatIsPassedOverIsCounted) {
  const TempTree tree;
  tree.Make({"p/a.jpg", "p/a.json", "p/sub/b.JSON", "p/c.gif", "p/README", "p/.hidden.gif",
             "p/odd.h%%h", "p/d.mp4", "p/e.xml", "p/f.csv"});
  const auto warnings = [&](const std::string& pattern) {
    return ScanDataset(Job({Images({pattern})}), FakeIndex, FakeKeyframes)
        .value()
        .sources[0]
        .warnings;
  };
  EXPECT_THAT(warnings(tree.Path("p")),
              ElementsAre(tree.Path("p") + ": files passed over by extension: 2 .json, 1 without "
                                           "one, 1 .csv, 1 .gif, 1 .mp4, …"));
  // Only what the pattern means.
  EXPECT_THAT(warnings(tree.Path("p/*.jpg")), IsEmpty());
  EXPECT_THAT(warnings(tree.Path("p/a*")),
              ElementsAre(HasSubstr("p/a*: files passed over by extension: 1 .json")));
}

TEST(ScanDataset, AListHasTheCommonParentAsRootAndEachFileOnce) {
  const TempTree tree;
  tree.Make({"set/day/1.jpg", "set/day/2.jpg", "set/night/1.jpg"});
  const auto dataset = ScanDataset(Job({Images({tree.Path("set/night"), tree.Path("set/day/*.jpg"),
                                                tree.Path("set/day/2.jpg")})}),
                                   FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  EXPECT_EQ(dataset.value().sources[0].root, tree.Root() / "set");
  EXPECT_THAT(dataset.value().sources[0].files,
              ElementsAre("day/1.jpg", "day/2.jpg", "night/1.jpg"));
}

TEST(ScanDataset, AManifestIsReadAndItsMistakesEndTheJob) {
  const TempTree tree;
  std::ofstream(tree.Root() / "good.jsonl")
      << "{\"file\": \"b.jpg\", \"city\": \"Bonn\"}\n{\"file\": \"http://h/x?s=1\", \"name\": "
         "\"a\"}";
  std::ofstream(tree.Root() / "bad.jsonl") << "{\"file\": \"b.jpg\"}\n{}\n";
  std::ofstream(tree.Root() / "none.jsonl") << "\n";
  const auto manifest = [&](const char* name) {
    DataSource data;
    data.manifest = tree.Path(name);
    return data;
  };
  const auto dataset =
      ScanDataset(Job({manifest("good.jsonl"), manifest("none.jsonl"), manifest("gone.jsonl")}),
                  FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  const auto& sources = dataset.value().sources;
  EXPECT_EQ(sources[0].name, "good");
  EXPECT_THAT(sources[0].files, ElementsAre("a", "b.jpg"));
  EXPECT_EQ(sources[0].Location(0), "http://h/x?s=1");
  EXPECT_EQ(sources[0].Location(1), tree.Path("b.jpg"));
  EXPECT_THAT(sources[0].notes, ElementsAre("city: Bonn"));
  EXPECT_THAT(sources[1].error, HasSubstr("none.jsonl: the manifest lists nothing"));
  EXPECT_THAT(sources[2].error, HasSubstr("gone.jsonl: "));
  const auto bad =
      ScanDataset(Job({manifest("good.jsonl"), manifest("bad.jsonl")}), FakeIndex, FakeKeyframes);
  ASSERT_FALSE(bad.has_value());
  EXPECT_THAT(bad.error().message, HasSubstr("bad.jsonl:2:1: lacks \"file\""));
}

TEST(ScanDataset, ArchivesShowTheirMembers) {
  const TempTree tree;
  tree.Make({"set/loose.jpg"});
  std::ofstream(tree.Root() / "set/s-1.tar", std::ios::binary)
      << TarBytes("b.jpg", "bb") << TarBytes("a.jpg", "a") << TarBytes("a.json", "{}") << kTarEnd;
  std::ofstream(tree.Root() / "set/s-2.tar", std::ios::binary) << "no tar";
  const auto dataset = ScanDataset(
      Job({Images({tree.Path("set/*.tar"), tree.Path("set/*.jpg"), tree.Path("set/s-1.tar")})}),
      FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
  const SourceItems& source = dataset.value().sources[0];
  EXPECT_THAT(source.files, ElementsAre("loose.jpg", "s-1.tar/a.jpg", "s-1.tar/b.jpg"));
  EXPECT_EQ(source.Location(0), tree.Path("set/loose.jpg"));
  // By hand: behind a header, a block and a header.
  EXPECT_EQ(source.Location(1), "member:1536:1:" + tree.Path("set/s-1.tar"));
  EXPECT_THAT(source.warnings,
              ElementsAre(HasSubstr("set/s-2.tar: "),
                          tree.Path("set") + ": members passed over by extension: 1 .json"));
  // Where there is nothing else it is why there is nothing.
  const auto nothing =
      ScanDataset(Job({Images({tree.Path("set/s-2.tar")})}), FakeIndex, FakeKeyframes);
  ASSERT_FALSE(nothing.has_value());
  EXPECT_THAT(nothing.error().message,
              HasSubstr("s-2.tar: cannot be read as an uncompressed tar archive"));
}

TEST(ScanDataset, ZipsAreOpenedAndCompressedTarsAreNot) {
  const TempTree tree;
  tree.Make({"set/b.TAR.GZ", "set/c.tgz", "set/d.tar.zst"});
  std::ofstream(tree.Root() / "set/a.zip", std::ios::binary)
      << ZipBytes({Stored("1.jpg", "one"), {"2.jpg", Deflated("two"), 3, 8}});
  const auto dataset = ScanDataset(Job({Images({tree.Path("set/*.zip"), tree.Path("set/b.TAR.GZ"),
                                                tree.Path("set/c.tgz"), tree.Path("set/*.zst")})}),
                                   FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
  const SourceItems& source = dataset.value().sources[0];
  EXPECT_THAT(source.files, ElementsAre("a.zip/1.jpg", "a.zip/2.jpg"));
  // By hand: behind a header of 30 bytes, the name and an extra field of 6.
  EXPECT_EQ(source.Location(0), "member:41:3:" + tree.Path("set/a.zip"));
  EXPECT_EQ(source.Location(1), "deflated:85:8:3:" + tree.Path("set/a.zip"));
  const auto refused = [&](const char* name, const std::string& kind) {
    return tree.Path(name) + ": pictures in " + kind +
           " archives cannot be read one by one; unpack it, or pack it anew as .tar or .zip";
  };
  EXPECT_THAT(source.warnings,
              ElementsAre(refused("set/b.TAR.GZ", ".tar.gz"), refused("set/c.tgz", ".tgz"),
                          refused("set/d.tar.zst", ".tar.zst")));
}

TEST(ScanDataset, SourcesOfOneNameAreToldApart) {
  const TempTree tree;
  tree.Make({"1/cam.avi", "2/cam.avi", "3/cam-2.avi", "4/cam.mp4"});
  const auto dataset =
      ScanDataset(Job({Video(tree.Path("1/cam.avi")), Video(tree.Path("2/cam.avi")),
                       Video(tree.Path("3/cam-2.avi")), Video(tree.Path("4/cam.mp4"))}),
                  FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  std::vector<std::string> names;
  for (const SourceItems& source : dataset.value().sources) names.push_back(source.name);
  EXPECT_THAT(names, ElementsAre("cam", "cam-2", "cam-2-2", "cam-3"));
}

TEST(ScanDataset, BadSourcesSayWhyAndTheOthersGoOn) {
  const TempTree tree;
  tree.Make({"good.jpg", "bad.avi", "empty.avi", "texts/a.txt"});
  const auto dataset = ScanDataset(
      Job({Video(tree.Path("bad.avi")), Video(tree.Path("none.avi")), Video(tree.Path("texts")),
           Video(tree.Path("empty.avi")), Images({tree.Path("texts")}),
           Images({tree.Path("*.png")}), Images({tree.Path("nowhere")}),
           Images({tree.Path("*.jpg"), tree.Path("*.bmp")})}),
      FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  const auto& sources = dataset.value().sources;
  EXPECT_THAT(sources[0].error, HasSubstr("bad.avi: no video stream"));
  EXPECT_THAT(sources[1].error, HasSubstr("none.avi: no such file"));
  EXPECT_THAT(sources[2].error, HasSubstr("takes one video file"));
  EXPECT_THAT(sources[3].error, HasSubstr("has no frames"));
  EXPECT_THAT(sources[4].error, HasSubstr("texts: no pictures in this folder"));
  EXPECT_THAT(sources[5].error, HasSubstr("*.png: no file matches"));
  EXPECT_THAT(sources[6].error, HasSubstr("nowhere: no such file or folder"));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(sources[i].ItemCount(), 0U);
  EXPECT_THAT(sources[7].error, IsEmpty());
  EXPECT_THAT(sources[7].files, ElementsAre("good.jpg"));
  EXPECT_THAT(sources[7].warnings, ElementsAre(HasSubstr("*.bmp: no file matches")));
}

TEST(ScanDataset, AVideoThatHoldsFewerFramesThanItClaimsIsWarnedOf) {
  const TempTree tree;
  tree.Make({"short.avi", "whole.avi"});
  const auto dataset =
      ScanDataset(Job({Video(tree.Path("short.avi")), Video(tree.Path("whole.avi"))}), FakeIndex,
                  FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  const auto& sources = dataset.value().sources;
  EXPECT_THAT(sources[0].warnings,
              ElementsAre(HasSubstr("short.avi: the container's header claims 12 frames; 10 are")));
  EXPECT_THAT(sources[1].warnings, IsEmpty());
}

TEST(ScanDataset, NothingAtAllIsTheJobsMistake) {
  const TempTree tree;
  const auto dataset = ScanDataset(
      Job({Images({tree.Path("*.png"), tree.Path("*.bmp")}), Video(tree.Path("none.avi"))}),
      FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_error());
  EXPECT_EQ(dataset.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(dataset.error().message, HasSubstr("*.png: no file matches"));
  EXPECT_THAT(dataset.error().message, HasSubstr("*.bmp: no file matches"));
  EXPECT_THAT(dataset.error().message, HasSubstr("none.avi: no such file"));
}

TEST(ScanDataset, KeyframesThatAPersonDrewComeFromTheirFile) {
  const TempTree tree;
  tree.Make({"1/cam.avi", "2/cam.avi", "bad.avi"});
  std::vector<DataSource> data = {Video(tree.Path("1/cam.avi")), Video(tree.Path("2/cam.avi")),
                                  Video(tree.Path("bad.avi"))};
  data[1].keyframes_from = tree.Path("drawn.xml");
  data[2].keyframes_from = tree.Path("bad.xml");  // nobody asks for it: the video has no frames
  const auto dataset = ScanDataset(Job(data), FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  EXPECT_EQ(dataset.value().sources[0].drawn, nullptr);
  const SourceItems& source = dataset.value().sources[1];
  ASSERT_NE(source.drawn, nullptr);
  EXPECT_EQ(source.drawn->tracks[0].label, "cam-2");  // the name that labels give the video
  EXPECT_EQ(source.drawn->tracks[0].keyframes[0].frame, 2);
  EXPECT_EQ(source.drawn_in, tree.Path("drawn.xml"));
  EXPECT_THAT(source.warnings, ElementsAre(tree.Path("drawn.xml") + ": it is old"));
}

TEST(ScanDataset, AMistakeInAFileOfKeyframesIsTheUsersToMend) {
  const TempTree tree;
  tree.Make({"a.avi", "b.avi"});
  std::vector<DataSource> data = {Video(tree.Path("a.avi")), Video(tree.Path("b.avi"))};
  data[1].keyframes_from = tree.Path("bad.xml");
  const auto dataset = ScanDataset(Job(data), FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_error());
  EXPECT_EQ(dataset.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(dataset.error().ToString(), tree.Path("bad.xml") + ": line 3: has no tracks");
}

TEST(ScanDataset, AnOddNameOfAVideoIsNoWayOutOfItsFolder) {
  const TempTree tree;
  tree.Make({"...avi"});
  const auto dataset = ScanDataset(Job({Video(tree.Path("...avi"))}), FakeIndex, FakeKeyframes);
  ASSERT_TRUE(dataset.has_value());
  EXPECT_EQ(dataset.value().sources[0].name, "video");
}

// Sizes by name: "large" has 300 × 200 pixels, "bad" none that can be read, others 50 × 50.
Result<ImageSize> FakeSize(const std::filesystem::path& path) {
  if (path.string().find("large") != std::string::npos) return ImageSize{300, 200};
  if (path.string().find("bad") != std::string::npos) return DataLoss("no picture");
  return ImageSize{50, 50};
}

TEST(ScanDataset, LooksAtTilesAreCountedThroughTheImages) {
  const TempTree tree;
  tree.Make({"bad.jpg", "large.jpg", "small.jpg"});
  DataSource data = Images({tree.Path("")});
  data.tiling.emplace().sizes = {100};
  data.tiling->overlap = 0;
  data.tiling->full_image = true;
  const auto dataset = ScanDataset(Job({data}), FakeIndex, FakeKeyframes, FakeSize);
  ASSERT_TRUE(dataset.has_value()) << dataset.error().ToString();
  const SourceItems& source = dataset.value().sources[0];
  ASSERT_TRUE(source.tiled.has_value());
  EXPECT_THAT(source.tiled->sizes,
              ElementsAre(ImageSize{}, ImageSize{300, 200}, ImageSize{50, 50}));
  // Three by two tiles and the whole image; one look each at the others.
  EXPECT_THAT(source.tiled->first_look, ElementsAre(0, 1, 8, 9));
  EXPECT_EQ(source.LookCount(), 9U);
  EXPECT_EQ(source.ItemCount(), 3U);
}

TEST(ScanDataset, AUrlIsNotTiled) {
  const TempTree tree;
  std::ofstream(tree.Path("m.jsonl")) << "{\"file\": \"http://h/a.jpg?sig=SECRET\"}\n";
  DataSource data;
  data.manifest = tree.Path("m.jsonl");
  data.tiling.emplace().sizes = {100};
  const auto dataset = ScanDataset(Job({data}), FakeIndex, FakeKeyframes, FakeSize);
  ASSERT_TRUE(dataset.has_error());
  EXPECT_EQ(dataset.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(dataset.error().ToString(), HasSubstr("http://h/a.jpg: "));
  EXPECT_THAT(dataset.error().message, HasSubstr("download it first"));
}

}  // namespace
}  // namespace prelabel
