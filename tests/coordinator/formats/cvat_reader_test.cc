// cvat_every_kind.xml is hand-made after what CVAT's exporter writes (cvat/apps/dataset_manager/
// formats/cvat.py, dump_as_cvat_interpolation; bindings.py, CommonData) for a task of every fifth
// frame from 10 on. Expected values are read off the file by eye.
#include "coordinator/formats/cvat_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <tuple>

namespace prelabel {
namespace {

using Texts = std::map<std::string, std::string>;

KeyframeFile EveryKind() {
  std::ifstream in("tests/coordinator/formats/cvat_every_kind.xml");
  Result<KeyframeFile> file = ReadCvatKeyframes(in);
  if (!file) ADD_FAILURE() << file.error().ToString();
  return file ? std::move(file).value() : KeyframeFile{};
}

// A file of one track, or of what `body` is.
std::string Document(const std::string& body) {
  return "<annotations><version>1.1</version>\n" + body + "</annotations>";
}

std::string Track(const std::string& shapes) {
  return Document("<track id=\"0\" label=\"car\">\n" + shapes + "</track>");
}

std::string BoxAt(int frame, const std::string& more = "") {
  return "<box frame=\"" + std::to_string(frame) +
         "\" keyframe=\"1\" xtl=\"1\" ytl=\"2\" xbr=\"3\" ybr=\"4\" " + more + "/>\n";
}

Result<KeyframeFile> Read(const std::string& document) {
  std::istringstream in(document);
  return ReadCvatKeyframes(in);
}

std::string ErrorOf(const std::string& document) {
  const Result<KeyframeFile> file = Read(document);
  if (file) return "it was read";
  EXPECT_EQ(file.error().code, ErrorCode::kInvalidArgument);
  return file.error().ToString();
}

TEST(CvatReader, ReadsWhatTheFileDeclares) {
  const KeyframeMeta meta = EveryKind().meta;
  EXPECT_EQ(meta.frames, 20);
  EXPECT_EQ(meta.first_frame, 10);
  EXPECT_EQ(meta.frame_step, 5);
  EXPECT_EQ(meta.width, 640);
  EXPECT_EQ(meta.height, 480);
  EXPECT_EQ(meta.source, "street.mp4");
  const std::vector<DeclaredLabel> labels = {
      {"car",
       "any",
       {{"make", false, "text", {}, ""},
        {"parked", true, "checkbox", {"false"}, "false"},
        {"view", true, "select", {"front", "side", "rear"}, "front"}},
       {}},
      {"person", "skeleton", {}, {"head", "hand"}}};
  EXPECT_EQ(meta.labels, labels);
}

TEST(CvatReader, ReadsKeyframesOfBoxesWithTheAttributesThatHold) {
  const ShapeTrack track = EveryKind().tracks.at(0);
  EXPECT_EQ(track.id, 1U);
  EXPECT_EQ(track.label, "car");
  ASSERT_EQ(track.keyframes.size(), 3U);  // frame 15 is CVAT's interpolation
  const auto& [a, b, c] = std::tie(track.keyframes[0], track.keyframes[1], track.keyframes[2]);
  EXPECT_EQ(a.frame, 10);
  EXPECT_EQ(a.shape.kind, ShapeKind::kBox);
  EXPECT_EQ(a.shape.box, (Box{10, 20.25F, 110.5F, 70}));
  EXPECT_EQ(a.shape.rotation, 0);
  EXPECT_FALSE(a.occluded);
  EXPECT_EQ(b.frame, 20);
  EXPECT_EQ(b.shape.rotation, 30.5);
  EXPECT_TRUE(b.occluded);
  EXPECT_FALSE(b.outside);
  EXPECT_EQ(c.frame, 25);
  EXPECT_TRUE(c.outside);
  // `make` is immutable: the last value counts for the whole track. `view` is not named at
  // frame 20.
  EXPECT_EQ(a.attributes, (Texts{{"make", "Seat"}, {"parked", "true"}, {"view", "side"}}));
  EXPECT_EQ(b.attributes, (Texts{{"make", "Seat"}, {"parked", "false"}, {"view", "side"}}));
  EXPECT_EQ(c.attributes, b.attributes);
}

TEST(CvatReader, ReadsEveryOtherKind) {
  const std::vector<ShapeTrack> tracks = EveryKind().tracks;
  ASSERT_EQ(tracks.size(), 7U);
  const Shape& ellipse = tracks[1].keyframes.at(0).shape;
  EXPECT_EQ(ellipse.kind, ShapeKind::kEllipse);
  EXPECT_EQ(ellipse.box, (Box{70, 39.5F, 130, 60.5F}));
  EXPECT_EQ(ellipse.rotation, 350);
  const Shape& polygon = tracks[2].keyframes.at(0).shape;
  EXPECT_EQ(polygon.kind, ShapeKind::kPolygon);
  EXPECT_EQ(polygon.points, (std::vector<Point>{{1, 2}, {30.5F, 2}, {15, 40.25F}}));
  const Shape& polyline = tracks[3].keyframes.at(0).shape;
  EXPECT_EQ(polyline.kind, ShapeKind::kPolyline);
  EXPECT_EQ(polyline.points, (std::vector<Point>{{1, 2}, {30.5F, -2}}));
  const Shape& points = tracks[4].keyframes.at(0).shape;
  EXPECT_EQ(points.kind, ShapeKind::kPoints);
  EXPECT_EQ(points.points, (std::vector<Point>{{5, 6}}));
  const Shape& mask = tracks[6].keyframes.at(0).shape;
  EXPECT_EQ(mask.kind, ShapeKind::kMask);
  EXPECT_EQ(mask.mask, (Rle{2, 3, {2, 1, 1, 2}}));  // rows 011 and 001
  EXPECT_EQ(mask.left, 100);
  EXPECT_EQ(mask.top, 200);
}

TEST(CvatReader, GivesAllSkeletonsOfATrackTheJointsOfItsLabel) {
  const ShapeTrack track = EveryKind().tracks.at(5);
  ASSERT_EQ(track.keyframes.size(), 3U);
  EXPECT_EQ(track.keyframes[0].shape.kind, ShapeKind::kSkeleton);
  EXPECT_EQ(track.keyframes[0].shape.joints, (std::vector<Joint>{{"head", {31, 10}, false, false},
                                                                 {"hand", {30, 40}, false, true}}));
  EXPECT_EQ(track.keyframes[1].shape.joints, (std::vector<Joint>{{"head", {35, 10}, false, false},
                                                                 {"hand", {30, 40}, true, false}}));
  EXPECT_FALSE(track.keyframes[1].outside);
  EXPECT_TRUE(track.keyframes[2].outside);  // since both joints are; the exporter says no more
}

TEST(CvatReader, TakesASkeletonAsDrawnWhereAJointWasAndPlacesJointsThatComeLater) {
  const KeyframeFile file =
      Read(Track("<skeleton frame=\"3\" keyframe=\"0\">"
                 "<points label=\"a\" keyframe=\"1\" points=\"1,2\"/></skeleton>"
                 "<skeleton frame=\"4\" keyframe=\"0\">"
                 "<points label=\"a\" keyframe=\"0\" points=\"1,2\"/></skeleton>"
                 "<skeleton frame=\"5\" keyframe=\"1\">"
                 "<points label=\"b\" keyframe=\"0\" points=\"3,4\"/></skeleton>"))
          .value();
  const std::vector<ShapeKeyframe>& keyframes = file.tracks.at(0).keyframes;
  ASSERT_EQ(keyframes.size(), 2U);
  EXPECT_EQ(keyframes[0].frame, 3);
  EXPECT_EQ(keyframes[0].shape.joints,
            (std::vector<Joint>{{"a", {1, 2}, false, false}, {"b", {3, 4}, true, false}}));
  EXPECT_EQ(keyframes[1].frame, 5);
  EXPECT_EQ(keyframes[1].shape.joints,
            (std::vector<Joint>{{"a", {1, 2}, true, false}, {"b", {3, 4}, false, false}}));
}

TEST(CvatReader, TakesAttributesOfATrackForAllItsKeyframesAndPassesOverWhatItDoesNotKnow) {
  const KeyframeFile file =
      Read(
          Document("<info><box/></info><track id=\"41\" label=\"car\"><novel x=\"1\"><box/></novel>"
                   "<attribute name=\"color\">red &amp; white</attribute>" +
                   BoxAt(0) +
                   "<box frame=\"9\" keyframe=\"1\" xtl=\"1\" ytl=\"2\" xbr=\"3\" ybr=\"4\">"
                   "<attribute name=\"color\">blue</attribute><more/></box></track>"))
          .value();
  const ShapeTrack& track = file.tracks.at(0);
  EXPECT_EQ(track.id, 42U);
  EXPECT_EQ(track.keyframes.at(0).attributes, (Texts{{"color", "red & white"}}));
  EXPECT_EQ(track.keyframes.at(1).attributes, (Texts{{"color", "blue"}}));
}

TEST(CvatReader, ReadsAJobAndAProjectOfOneTaskButNotOfTwo) {
  const std::string task = "<task><size>3</size><source>a.mp4</source></task>";
  EXPECT_EQ(Read(Document("<meta><job><size>3</size></job></meta>")).value().meta.frames, 3);
  const KeyframeMeta project =
      Read(Document("<meta><project><labels><label><name>x</name></label></labels><tasks>" + task +
                    "</tasks></project></meta>"))
          .value()
          .meta;
  EXPECT_EQ(project.source, "a.mp4");
  EXPECT_EQ(project.labels.at(0).name, "x");
  EXPECT_NE(ErrorOf(Document("<meta><project><tasks>" + task + task + "</tasks></project></meta>"))
                .find("several tasks"),
            std::string::npos);
}

TEST(CvatReader, SaysWhereAMistakeIsAndWhatToDo) {
  EXPECT_EQ(ErrorOf("<coco/>"),
            "line 1, column 1: the file begins with <coco>, CVAT's with <annotations>; export as "
            "\"CVAT for video 1.1\"");
  EXPECT_EQ(ErrorOf(Document("<image id=\"0\" name=\"a.jpg\"/>")),
            "line 2, column 1: the file is \"CVAT for images\", which has no keyframes; export as "
            "\"CVAT for video 1.1\"");
  EXPECT_EQ(ErrorOf("<annotations>\n <version>2.0</version></annotations>"),
            "line 2, column 2: the file is of another version than 1.1; export as \"CVAT for video "
            "1.1\"");
  EXPECT_EQ(ErrorOf(Track("<cuboid frame=\"0\" keyframe=\"1\" xtl1=\"1\"/>")),
            "line 3, column 1: cuboids are not read; draw the object as a box or polygon, or take "
            "the track out");
  EXPECT_EQ(ErrorOf(Track(BoxAt(5) + BoxAt(5))),
            "line 4, column 1: frame 5 comes after frame 5; keyframes of a track must ascend");
  EXPECT_EQ(ErrorOf(Track(BoxAt(5) + "<points frame=\"6\" keyframe=\"1\" points=\"1,2\"/>")),
            "line 4, column 1: the shape is a points, the track's first a box; make a track of its "
            "own of it");
  EXPECT_EQ(ErrorOf(Track("<box frame=\"0\" keyframe=\"1\" xtl=\"9\" ytl=\"2\" xbr=\"3\"/>")),
            "line 3, column 1: <box> has no 'ybr'; write it");
  EXPECT_EQ(ErrorOf(Document("<track id=\"1\" label=\"a\"/>\n<track id=\"1\" label=\"b\"/>")),
            "line 3, column 1: the track's id 1 stands twice; number the tracks from 0");
  EXPECT_NE(ErrorOf(Track("<box frame=\"0\" xtl=\"1\"/>")).find("no 'keyframe'"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Track("<polygon frame=\"0\" keyframe=\"1\" points=\"1,2;3,4\"/>"))
                .find("has 2 points; it needs 3"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Track("<skeleton frame=\"0\" keyframe=\"1\"><box label=\"a\"/></skeleton>"))
                .find("its parts must be points"),
            std::string::npos);
}

TEST(CvatReader, RefusesFramesThatAreNotTheTasks) {
  // Numbers counted within the task instead of the video would be taken for other frames.
  const std::string meta =
      "<meta><task><start_frame>100</start_frame><frame_filter>step=5</frame_filter></task></meta>";
  const auto with = [&](int frame) {
    return Document(meta + "<track id=\"0\" label=\"car\">" + BoxAt(frame) + "</track>");
  };
  EXPECT_TRUE(Read(with(100)));
  EXPECT_TRUE(Read(with(110)));
  EXPECT_NE(
      ErrorOf(with(3)).find("frame 3 is none of the task's, which has those from 100 on by 5"),
      std::string::npos);
  EXPECT_NE(ErrorOf(with(101)).find("frame 101"), std::string::npos);
}

TEST(CvatReader, RefusesNumbersThatAreNone) {
  for (const std::string value : {"nan", "inf", "1e300", "", "1,5", "0x10", "12px", "20000000"}) {
    EXPECT_NE(ErrorOf(Track("<box frame=\"0\" keyframe=\"1\" xtl=\"" + value +
                            "\" ytl=\"2\" xbr=\"3\" ybr=\"4\"/>"))
                  .find("'xtl' must be a number of pixels"),
              std::string::npos)
        << value;
  }
  EXPECT_NE(ErrorOf(Track(BoxAt(-1))).find("'frame' must be a whole number from 0"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Track(BoxAt(0, "outside=\"yes\""))).find("'outside' must be 0 or 1"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Track(BoxAt(0, "rotation=\"inf\""))).find("'rotation' must be degrees"),
            std::string::npos);
}

TEST(CvatReader, TurnsRotationsIntoOneTurn) {
  const auto rotation = [](const std::string& text) {
    return Read(Track(BoxAt(0, "rotation=\"" + text + "\"")))
        .value()
        .tracks.at(0)
        .keyframes.at(0)
        .shape.rotation;
  };
  EXPECT_EQ(rotation("-90"), 270);
  EXPECT_EQ(rotation("720.5"), 0.5);
  EXPECT_EQ(rotation("-1e-30"), 0);  // 360 after rounding
}

TEST(CvatReader, DoesNotLetAShortFileTakeMuchMemory) {
  // A large attribute that holds for very many keyframes: 8 MB of text, 25 GB of attributes.
  std::string shapes = "<box frame=\"0\" keyframe=\"1\" xtl=\"1\" ytl=\"2\" xbr=\"3\" ybr=\"4\">";
  for (int i = 0; i < 16; ++i) {
    shapes += "<attribute name=\"" + std::to_string(i) + "\">" + std::string(1 << 14, 'x') +
              "</attribute>";
  }
  shapes += "</box>";
  for (int frame = 1; frame < 100000; ++frame) shapes += BoxAt(frame);
  EXPECT_NE(ErrorOf(Track(shapes)).find("cut the file in parts"), std::string::npos);
}

// Counts what a lenient reader is told.
class Lenient : public CvatVisitor {
 public:
  Result<void> OnMeta(const KeyframeMeta&) override { return Ok(); }
  Result<void> OnTrack(CvatTrack track) override {
    tracks.push_back(std::move(track));
    return Ok();
  }
  Result<void> OnProblem(const LabelProblem& problem) override {
    problems.push_back(problem.place);
    return Ok();
  }
  std::vector<CvatTrack> tracks;
  std::vector<std::string> problems;
};

TEST(CvatReader, GoesOnBehindAMistakeWhereTheVisitorWants) {
  std::istringstream in(
      Document("<track id=\"0\" label=\"car\">\n" + BoxAt(3) + BoxAt(2) + BoxAt(4) +
               "<cuboid frame=\"5\" keyframe=\"1\"><attribute name=\"a\">b</attribute></cuboid>\n"
               "</track>\n<track id=\"x\" label=\"car\">" +
               BoxAt(0) + "</track>\n<track id=\"2\" label=\"car\"></track>"));
  Lenient lenient;
  ASSERT_TRUE(ReadCvat(in, lenient));
  EXPECT_EQ(lenient.problems,
            (std::vector<std::string>{"line 4, column 1", "line 6, column 1", "line 8, column 1"}));
  ASSERT_EQ(lenient.tracks.size(), 2U);
  EXPECT_EQ(lenient.tracks[0].track.keyframes.size(), 2U);
  EXPECT_EQ(lenient.tracks[1].track.keyframes.size(), 0U);
  EXPECT_EQ(lenient.tracks[1].place, "line 10, column 1");
}

}  // namespace
}  // namespace prelabel
