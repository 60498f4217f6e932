// Expected keyframes are read off the texts here by hand, after the formats' own descriptions
// (motchallenge.net and cocodataset.org, "Data format").
#include "coordinator/formats/keyframe_reader.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/coordinator/formats/temporary_folder.h"

namespace prelabel {
namespace {

const VideoFacts kVideo{"street", 20, 640, 480};

class KeyframeReader : public testing::Test {
 protected:
  std::filesystem::path Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Result<KeyframeFile> Read(const std::string& name, const std::string& text) {
    return ReadKeyframes(Write(name, text), kVideo);
  }
  std::string ErrorOf(const std::string& name, const std::string& text) {
    const Result<KeyframeFile> file = Read(name, text);
    if (file) return "it was read";
    EXPECT_EQ(file.error().code, ErrorCode::kInvalidArgument);
    std::string shown = file.error().ToString();
    const std::string prefix = (folder_ / name).string();
    EXPECT_EQ(shown.substr(0, prefix.size()), prefix);
    return shown.substr(prefix.size());
  }
  TemporaryFolder folder_;
};

std::vector<std::int64_t> Frames(const ShapeTrack& track) {
  std::vector<std::int64_t> frames;
  for (const ShapeKeyframe& keyframe : track.keyframes) frames.push_back(keyframe.frame);
  return frames;
}

TEST_F(KeyframeReader, ReadsMotLinesAsKeyframesAndClosesTracks) {
  Write("gt/labels.txt", "person\r\ncar\n");
  const Result<KeyframeFile> read = Read("gt/gt.txt",
                                         "6,2,10,20,30.5,40,1,2,0\n"
                                         "1,2,10,20,30,40,1,2,1\n"
                                         "20,5,1,2,3,4,1,1,0.5\n"
                                         "2,9,1,2,3,4,0,1,1\n");  // not to be considered
  ASSERT_TRUE(read) << read.error().ToString();
  const std::vector<ShapeTrack>& tracks = read.value().tracks;
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0].id, 2U);
  EXPECT_EQ(tracks[0].label, "car");
  EXPECT_EQ(Frames(tracks[0]), (std::vector<std::int64_t>{0, 5, 6}));
  EXPECT_EQ(tracks[0].keyframes[1].shape.box, (Box{10, 20, 40.5F, 60}));
  EXPECT_FALSE(tracks[0].keyframes[0].occluded);
  EXPECT_TRUE(tracks[0].keyframes[1].occluded);
  EXPECT_FALSE(tracks[0].keyframes[1].outside);
  EXPECT_TRUE(tracks[0].keyframes[2].outside);
  EXPECT_EQ(tracks[1].label, "person");
  EXPECT_EQ(Frames(tracks[1]), (std::vector<std::int64_t>{19}));  // the video ends there
  EXPECT_FALSE(tracks[1].keyframes[0].occluded);
}

TEST_F(KeyframeReader, NamesMotClassesByNumberWhereNothingNamesThem) {
  const auto file = Read("a.csv", "1,1,1,2,3,4,1,7,1\n1,2,1,2,3,4,1\n");
  ASSERT_TRUE(file) << file.error().ToString();
  EXPECT_EQ(file.value().tracks.at(0).label, "class_7");
  EXPECT_EQ(file.value().tracks.at(1).label, "class_1");
}

TEST_F(KeyframeReader, SaysWhereAMotFileIsWrong) {
  EXPECT_EQ(
      ErrorOf("gt.txt", "21,1,1,2,3,4,1\n"),
      ": line 1: frame is 21, but the video \"street\" has the frames 1 to 20; is the file of "
      "another video?");
  EXPECT_EQ(ErrorOf("gt.txt", "1,-1,1,2,3,4,1\n"),
            ": line 1: id is -1: detections have no tracks; give a gt.txt");
  EXPECT_EQ(ErrorOf("gt.txt", "3,1,1,2,3,4,1\n1,1,1,2,3,4,1\n3,1,1,2,3,4,1\n"),
            ": line 3: frame 3 has track 1 on line 1 already; a track has one box a frame");
  EXPECT_EQ(ErrorOf("gt.txt", "1,1,1,2,3,4,1,1,1\n2,1,1,2,3,4,1,2,1\n"),
            ": line 2: track 1 is of class 2, but of 1 on line 1; an object has one class");
  EXPECT_EQ(ErrorOf("gt.txt", "1,1,1,2,3,4,0\n"),
            ": has no track with a keyframe; is it the right file?");
  EXPECT_NE(ErrorOf("gt.txt", "1,1,1e30,2,3,4,1\n").find("are these pixels?"), std::string::npos);
  Write("named/labels.txt", "car\n");
  EXPECT_EQ(ErrorOf("named/gt.txt", "1,1,1,2,3,4,1,2,1\n"),
            ": line 1: class is 2; labels.txt has 1");
  Write("broken/labels.txt", "car\n\nbus\n");
  EXPECT_EQ(ErrorOf("broken/gt.txt", "1,1,1,2,3,4,1,2,1\n"),
            ": labels.txt beside it: a class without a name; write one name a line");
}

// Frames 3, 4, 5 of the video, by number in the name and by frame_index.
constexpr char kCocoHead[] = R"({"images": [
  {"id": 10, "file_name": "street/frame_000003.jpg", "width": 640, "height": 480},
  {"id": 11, "file_name": "000004.png", "width": 640, "height": 480},
  {"id": 12, "file_name": "7/x9.jpg", "frame_index": 5, "width": 640, "height": 480}],
 "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "dog"}],
 "annotations": [)";

std::string Coco(const std::string& annotations) { return kCocoHead + annotations + "]}"; }

std::string Annotation(int id, int image, int track, const std::string& segmentation,
                       int category = 1) {
  std::string text = R"({"id": )" + std::to_string(id) + R"(, "image_id": )" +
                     std::to_string(image) + R"(, "category_id": )" + std::to_string(category) +
                     R"(, "track_id": )" + std::to_string(track) +
                     R"(, "bbox": [10, 20, 30, 40], "iscrowd": 0, "area": 1)";
  if (!segmentation.empty()) text += R"(, "segmentation": )" + segmentation;
  return text + "}";
}

TEST_F(KeyframeReader, ReadsCocoAnnotationsOfTracks) {
  const std::string rle = R"({"size": [480, 640], "counts": [307000, 100, 100]})";
  const auto read =
      Read("coco.json", Coco(Annotation(1, 12, 3, "") + "," + Annotation(2, 10, 3, "") + "," +
                             Annotation(3, 11, 4, "[[10, 20, 40, 20, 12, 60]]", 2) + "," +
                             Annotation(4, 11, 5, "[[10, 20, 40, 20, 40, 60, 10, 60]]") + "," +
                             Annotation(5, 11, 6, rle)));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read.value().warnings, std::vector<std::string>());
  const std::vector<ShapeTrack>& tracks = read.value().tracks;
  ASSERT_EQ(tracks.size(), 4U);
  EXPECT_EQ(tracks[0].id, 3U);
  EXPECT_EQ(tracks[0].label, "car");
  EXPECT_EQ(Frames(tracks[0]), (std::vector<std::int64_t>{3, 5, 6}));
  EXPECT_EQ(tracks[0].keyframes[0].shape.kind, ShapeKind::kBox);
  EXPECT_EQ(tracks[0].keyframes[0].shape.box, (Box{10, 20, 40, 60}));
  EXPECT_TRUE(tracks[0].keyframes[2].outside);
  EXPECT_EQ(tracks[1].label, "dog");
  EXPECT_EQ(tracks[1].keyframes[0].shape.kind, ShapeKind::kPolygon);
  EXPECT_EQ(tracks[1].keyframes[0].shape.points,
            (std::vector<Point>{{10, 20}, {40, 20}, {12, 60}}));
  EXPECT_EQ(tracks[2].keyframes[0].shape.kind, ShapeKind::kBox);  // the outline of its box
  EXPECT_EQ(tracks[3].keyframes[0].shape.kind, ShapeKind::kMask);
  EXPECT_EQ(tracks[3].keyframes[0].shape.mask, (Rle{480, 640, {307000, 100, 100}}));
}

TEST_F(KeyframeReader, ReadsACocoTrackOfMixedKindsByItsBoxesAndSaysSo) {
  const auto read =
      Read("coco.json",
           Coco(Annotation(1, 10, 0, "[[1, 2, 3, 4, 5, 7]]") + "," + Annotation(2, 11, 0, "") +
                "," + Annotation(3, 10, 8, "[[1, 2, 3, 4, 5, 7], [9, 9, 8, 8, 7, 6]]")));
  ASSERT_TRUE(read) << read.error().ToString();
  const std::vector<ShapeTrack>& tracks = read.value().tracks;
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0].id, 1U);  // ids from 0 are raised
  EXPECT_EQ(tracks[1].id, 9U);
  for (const ShapeTrack& track : tracks) {
    EXPECT_EQ(track.keyframes[0].shape.kind, ShapeKind::kBox);
    EXPECT_EQ(track.keyframes[0].shape.box, (Box{10, 20, 40, 60}));
    EXPECT_TRUE(track.keyframes[0].shape.points.empty());
  }
  ASSERT_EQ(read.value().warnings.size(), 1U);
  EXPECT_NE(read.value().warnings[0].find("2 tracks (the first is 0) are read by 'bbox'"),
            std::string::npos);
}

TEST_F(KeyframeReader, TakesTheImagesOfTheVideoWhereCocoNamesVideos) {
  const std::string head = R"({"categories": [{"id": 1, "name": "car"}], "images": [
    {"id": 1, "file_name": "a/0.jpg", "video": "alley", "frame_index": 99},
    {"id": 2, "file_name": "s/0.jpg", "video": "street", "frame_index": 0},
    {"id": 3, "file_name": "photo.jpg"}], "annotations": [)";
  const std::string photo =
      R"({"id": 9, "image_id": 3, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 1}]})";
  const auto read = Read(
      "coco.json", head + Annotation(1, 1, 1, "") + "," + Annotation(2, 2, 2, "") + "," + photo);
  ASSERT_TRUE(read) << read.error().ToString();
  ASSERT_EQ(read.value().tracks.size(), 1U);
  EXPECT_EQ(read.value().tracks[0].id, 2U);
  const std::string other =
      R"({"images": [{"id": 1, "video": "alley", "frame_index": 0}], "annotations": []})";
  EXPECT_NE(ErrorOf("coco.json", other).find("of the video \"alley\", none is of \"street\""),
            std::string::npos);
}

TEST_F(KeyframeReader, SaysWhereACocoFileIsWrong) {
  const auto image = [](const std::string& more) {
    return R"({"images": [{"id": 1, )" + more + R"(}], "annotations": []})";
  };
  EXPECT_EQ(ErrorOf("a.json", image(R"("file_name": "frame_000020.jpg")")),
            ": images[0] (id 1): it is frame 20, but the video \"street\" has the frames 0 to 19; "
            "is the file of another video?");
  EXPECT_NE(ErrorOf("a.json", image(R"("file_name": "photo.jpg7")")).find("add 'frame_index'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", image(R"("file_name": "1.jpg", "width": 320, "height": 240)"))
                .find("it is 320 × 240, but the video 640 × 480"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", Coco(R"({"id": 7, "image_id": 10, "category_id": 1,
                                      "bbox": [1, 2, 3, 4]})"))
                .find(": annotations[0] (id 7): 'track_id' is missing"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", Coco(Annotation(1, 10, 1, "") + "," + Annotation(2, 10, 1, "")))
                .find(": annotations[1]: track 1 is in frame 3 already (annotations[0])"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", Coco(Annotation(1, 10, 1, "") + "," + Annotation(2, 11, 1, "", 2)))
                .find("track 1 is of category 2, but of 1 in annotations[0]"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", Coco(Annotation(1, 99, 1, ""))).find("which is not in 'images'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", Coco(Annotation(1, 10, 1, R"({"size": [2, 3], "counts": [6]})")))
                .find("is for 3 × 2, the video is 640 × 480"),
            std::string::npos);
  EXPECT_NE(ErrorOf("a.json", "[]").find("a list of results has no tracks"), std::string::npos);
}

TEST_F(KeyframeReader, HoldsACvatFileAgainstTheVideo) {
  VideoFacts video{"street", 26, 640, 480};
  const std::filesystem::path path = "tests/coordinator/formats/cvat_every_kind.xml";
  const auto read = ReadKeyframes(path, video);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read.value().tracks.size(), 7U);
  ASSERT_EQ(read.value().warnings.size(), 1U);  // 20 frames from 10 on by 5 end at 105
  EXPECT_EQ(read.value().warnings[0],
            "the task has frames up to 105, but the video has 26 in all; is it the same video?");

  video.frames = 25;
  EXPECT_EQ(ReadKeyframes(path, video).error().ToString(),
            path.string() +
                ": line 91, column 3: the track has a keyframe at frame 25, but the video "
                "\"street\" has the frames 0 to 24; is the file of another video?");
  video = {"street", 200, 480, 640};
  EXPECT_NE(ReadKeyframes(path, video).error().message.find("original_size is 640 × 480"),
            std::string::npos);
}

TEST_F(KeyframeReader, TellsTheFormatByItsFirstCharacterWhereTheNameDoesNot) {
  EXPECT_TRUE(Read("annotations", "  1,1,1,2,3,4,1\n"));
  EXPECT_TRUE(Read("annotations",
                   "\n<annotations><track id=\"0\" label=\"a\"><box frame=\"0\" "
                   "keyframe=\"1\" xtl=\"1\" ytl=\"1\" xbr=\"2\" ybr=\"2\"/></track>"
                   "</annotations>"));
  EXPECT_TRUE(Read("annotations", Coco(Annotation(1, 10, 1, ""))));
  EXPECT_NE(ErrorOf("annotations", "PK\x03\x04").find("unpack it"), std::string::npos);
  EXPECT_NE(ErrorOf("annotations", "name: x").find("is neither CVAT"), std::string::npos);
  EXPECT_NE(ReadKeyframes(folder_ / "none.xml", kVideo).error().message.find("cannot be read"),
            std::string::npos);
  EXPECT_NE(ReadKeyframes("/dev/null", kVideo).error().message.find("is no file"),
            std::string::npos);
}

// pets09-s2l1/gt.txt: its README counts frames 1 to 400; tracks and boxes were counted with awk.
TEST_F(KeyframeReader, ReadsRealGroundTruth) {
  const char* reference = std::getenv("PRELABEL_REFERENCE_DATA");
  if (reference == nullptr) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is not set";
  const auto read = ReadKeyframes(std::filesystem::path(reference) / "pets09-s2l1/gt.txt",
                                  {"vtest", 795, 768, 576});
  ASSERT_TRUE(read) << read.error().ToString();
  std::size_t boxes = 0;
  std::size_t closings = 0;
  for (const ShapeTrack& track : read.value().tracks) {
    for (const ShapeKeyframe& keyframe : track.keyframes) ++(keyframe.outside ? closings : boxes);
  }
  EXPECT_EQ(read.value().tracks.size(), 10U);
  EXPECT_EQ(closings, 10U);
  EXPECT_EQ(boxes, 2396U);
}

}  // namespace
}  // namespace prelabel
