// Expected files: written by hand from CVAT's exporter for video (cvat/apps/dataset_manager/
// formats/cvat.py, dump_as_cvat_interpolation). What goes out must come back: tracks are compared
// with the labels that went in.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>

#include "coordinator/formats/cvat_reader.h"
#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

constexpr char kLabels[] = R"(        <label>
          <name>car</name>
          <color>#ff4040</color>
          <type>rectangle</type>
          <attributes>
            <attribute>
              <name>score</name>
              <mutable>True</mutable>
              <input_type>text</input_type>
              <default_value></default_value>
              <values></values>
            </attribute>
          </attributes>
        </label>
)";

struct WrittenBox {
  std::int64_t frame = 0;
  std::uint32_t track = 0;
  int category = 0;
  Box box;
  float score = 0.5F;
};

class CvatWriter : public testing::Test {
 protected:
  // A file of one video with these labels, in the order of frames.
  std::string Write(const std::vector<WrittenBox>& boxes, int frames, float min_iou) {
    dataset_.sources = {VideoSource("road", frames, 1)};
    auto writer = OpenCvatWriter(folder_.path(), dataset_, classes_, info_, {min_iou}).value();
    for (int frame = 0; frame < frames; ++frame) {
      LabeledItem item;
      item.item = static_cast<std::uint64_t>(frame);
      for (const WrittenBox& box : boxes) {
        if (box.frame != frame) continue;
        item.labels.push_back({box.category, box.score, box.box, LabelSource::kModel, box.track});
      }
      EXPECT_TRUE(writer->Add(item));
    }
    EXPECT_TRUE(writer->Finish());
    return ReadText(folder_ / "road.xml");
  }
  KeyframeFile ReadBack() {
    std::ifstream in(folder_ / "road.xml");
    Result<KeyframeFile> file = ReadCvatKeyframes(in);
    if (!file) ADD_FAILURE() << file.error().ToString();
    return file ? std::move(file).value() : KeyframeFile{};
  }

  TemporaryFolder folder_;
  Dataset dataset_;
  ClassMap classes_{{{1, "car"}, {2, "two <b> & \"c\""}}, {0, 1}, {0.5F, 0.5F}};
  LabelFileInfo info_{"my -- job", "0.1.0"};
};

TEST_F(CvatWriter, WritesAFileAsCvatsExporterDoes) {
  classes_ = {{{1, "car"}}, {0}, {0.5F}};
  // Track 3 moves evenly for three frames, is gone in frame 3, and is there to the end from 4 on.
  const std::string text = Write({{0, 3, 0, {0, 0, 100, 50.004F}, 0.9F},
                                  {1, 3, 0, {10, 0, 110, 50}, 0.8F},
                                  {2, 3, 0, {20, 0, 120, 50}, 0.7F},
                                  {4, 3, 0, {40, 0, 140, 50}, 0.6F},
                                  {1, 9, 0, {5, 6, 7.558F, 8}, 0.12351F}},
                                 5, 0.9F);
  const std::string head = R"(<?xml version="1.0" encoding="utf-8"?>
<!-- prelabel 0.1.0: my -_ job -->
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <name>road</name>
      <size>5</size>
      <mode>interpolation</mode>
      <overlap>0</overlap>
      <start_frame>0</start_frame>
      <stop_frame>4</stop_frame>
      <frame_filter></frame_filter>
      <labels>
)";
  const std::string rest = R"(      </labels>
      <original_size>
        <width>320</width>
        <height>240</height>
      </original_size>
    </task>
    <source>road.avi</source>
  </meta>
  <track id="2" label="car" source="auto">
    <box frame="0" keyframe="1" outside="0" occluded="0" xtl="0.00" ytl="0.00" xbr="100.00" ybr="50.00" z_order="0">
      <attribute name="score">0.9000</attribute>
    </box>
    <box frame="2" keyframe="1" outside="0" occluded="0" xtl="20.00" ytl="0.00" xbr="120.00" ybr="50.00" z_order="0">
      <attribute name="score">0.7000</attribute>
    </box>
    <box frame="3" keyframe="1" outside="1" occluded="0" xtl="20.00" ytl="0.00" xbr="120.00" ybr="50.00" z_order="0">
      <attribute name="score">0.7000</attribute>
    </box>
    <box frame="4" keyframe="1" outside="0" occluded="0" xtl="40.00" ytl="0.00" xbr="140.00" ybr="50.00" z_order="0">
      <attribute name="score">0.6000</attribute>
    </box>
  </track>
  <track id="8" label="car" source="auto">
    <box frame="1" keyframe="1" outside="0" occluded="0" xtl="5.00" ytl="6.00" xbr="7.56" ybr="8.00" z_order="0">
      <attribute name="score">0.1235</attribute>
    </box>
    <box frame="2" keyframe="1" outside="1" occluded="0" xtl="5.00" ytl="6.00" xbr="7.56" ybr="8.00" z_order="0">
      <attribute name="score">0.1235</attribute>
    </box>
  </track>
</annotations>
)";
  EXPECT_EQ(text, head + kLabels + rest);
}

TEST_F(CvatWriter, DeclaresItsLabelsWithTheScoreAndColorsOfTheirOwn) {
  const std::string text = Write({{0, 1, 1, {0, 0, 1, 1}}}, 1, 0.9F);
  const KeyframeMeta meta = ReadBack().meta;
  ASSERT_EQ(meta.labels.size(), 2U);
  const std::vector<DeclaredAttribute> score = {{"score", true, "text", {}, ""}};
  EXPECT_EQ(meta.labels[1].name, "two <b> & \"c\"");
  EXPECT_EQ(meta.labels[1].type, "rectangle");
  EXPECT_EQ(meta.labels[1].attributes, score);
  EXPECT_EQ(meta.frames, 1);
  EXPECT_EQ(meta.width, 320);
  EXPECT_EQ(meta.source, "road.avi");
  EXPECT_EQ(ReadBack().tracks.at(0).label, "two <b> & \"c\"");
  EXPECT_NE(text.find("<color>#ff4040<"), std::string::npos);
  // 137.5° behind red: blue at 17.5/60 of its range, 64 + 191 * 17.5 / 60.
  EXPECT_NE(text.find("<color>#40ff77<"), std::string::npos);
}

TEST_F(CvatWriter, WritesAFileForEverySource) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"}), VideoSource("road", 3, 2),
                         VideoSource("empty", 2, 1)};
  run.Commit(run.AddDetect(0, 0, 1), {Seen(0, {{kCar, 0.9F, {0, 0, 100, 50}}})});
  run.Commit(run.AddDetect(1, 0, 2, 2),
             {Seen(0, {{kDog, 0.9F, {200, 100, 220.5F, 120}}, {kCar, 0.8F, {0, 0, 100, 50}}}),
              Seen(2, {{kCar, 0.7F, {20, 0, 120, 50}}})});
  run.Commit(run.AddDetect(2, 0, 2), {Seen(0, {}), Seen(1, {})});
  const ClassMap classes = run.Classes();
  auto writer = OpenCvatWriter(folder_ / "cvat", run.dataset, classes, info_, {}).value();
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) { return writer->Add(item); }));
  ASSERT_TRUE(writer->Finish());
  EXPECT_NE(ReadText(folder_ / "cvat/photos.xml").find("<image id=\"0\" name=\"a.jpg\""),
            std::string::npos);
  std::ifstream road(folder_ / "cvat/road.xml");
  const std::vector<ShapeTrack> tracks = ReadCvatKeyframes(road).value().tracks;
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0].label, "dog");
  ASSERT_EQ(tracks[0].keyframes.size(), 2U);  // in frame 0 alone
  EXPECT_TRUE(tracks[0].keyframes[1].outside);
  EXPECT_EQ(tracks[1].label, "car");
  ASSERT_EQ(tracks[1].keyframes.size(), 2U);  // frames 0 and 2; the video ends
  std::ifstream empty(folder_ / "cvat/empty.xml");
  EXPECT_EQ(ReadCvatKeyframes(empty).value().tracks.size(), 0U);
}

// Tracks that stop, turn, jump, have gaps and touch the video's end.
std::vector<WrittenBox> Wander(int frames, int tracks) {
  std::vector<WrittenBox> boxes;
  std::mt19937 random(7);
  const auto below = [&random](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  for (int t = 1; t <= tracks; ++t) {
    float x = static_cast<float>(below(200));
    float y = static_cast<float>(below(150));
    float dx = 0;
    float dy = 0;
    bool there = true;
    for (int frame = below(10); frame < frames; ++frame) {
      if (below(12) == 0) there = !there;
      if (below(6) == 0) dx = static_cast<float>(below(700) - 350) / 100;
      if (below(6) == 0) dy = static_cast<float>(below(300) - 150) / 100;
      x += dx;
      y += dy + 0.0013F;
      if (!there) continue;
      const float w = 20 + static_cast<float>(t);
      boxes.push_back({frame, static_cast<std::uint32_t>(t), t % 2, {x, y, x + w, y + 40}, 0.5F});
    }
  }
  return boxes;
}

// What a reader of the file shows: straight lines between keyframes, nothing from `outside` on.
std::map<std::int64_t, Box> Shown(const ShapeTrack& track, std::int64_t frames) {
  std::map<std::int64_t, Box> shown;
  for (std::size_t i = 0; i < track.keyframes.size(); ++i) {
    const ShapeKeyframe& a = track.keyframes[i];
    if (a.outside) continue;
    const bool last = i + 1 == track.keyframes.size();
    const std::int64_t end = last ? frames : track.keyframes[i + 1].frame;
    for (std::int64_t frame = a.frame; frame < end; ++frame) {
      Box box = a.shape.box;
      if (!last && !track.keyframes[i + 1].outside) {
        const Box& b = track.keyframes[i + 1].shape.box;
        const double u = static_cast<double>(frame - a.frame) / static_cast<double>(end - a.frame);
        const auto between = [u](float p, float q) { return static_cast<float>(p + u * (q - p)); };
        box = {between(box.x1, b.x1), between(box.y1, b.y1), between(box.x2, b.x2),
               between(box.y2, b.y2)};
      }
      shown[frame] = box;
    }
  }
  return shown;
}

class CvatRoundTrip : public CvatWriter, public testing::WithParamInterface<float> {};

TEST_P(CvatRoundTrip, GivesBackTheSameTracksWithinTheIou) {
  constexpr int kFrames = 120;
  const std::vector<WrittenBox> boxes = Wander(kFrames, 12);
  Write(boxes, kFrames, GetParam());
  std::map<std::uint32_t, std::map<std::int64_t, WrittenBox>> expected;
  for (const WrittenBox& box : boxes) expected[box.track][box.frame] = box;
  const std::vector<ShapeTrack> tracks = ReadBack().tracks;
  ASSERT_EQ(tracks.size(), expected.size());
  std::size_t keyframes = 0;
  for (const ShapeTrack& track : tracks) {
    const auto& labels = expected.at(track.id);
    EXPECT_EQ(track.label, labels.begin()->second.category == 0 ? "car" : "two <b> & \"c\"");
    const std::map<std::int64_t, Box> shown = Shown(track, kFrames);
    ASSERT_EQ(shown.size(), labels.size()) << "track " << track.id;
    for (const auto& [frame, label] : labels) {
      ASSERT_TRUE(shown.contains(frame)) << "track " << track.id << " frame " << frame;
      const Box& box = shown.at(frame);
      // Two digits: 0.005 pixels off each edge of a box of at least 21 × 40 are 0.0015 of IoU.
      EXPECT_GE(Iou(box, label.box), GetParam() - 0.0015F);
      if (GetParam() < 1) continue;
      EXPECT_NEAR(box.x1, label.box.x1, 0.00502);
      EXPECT_NEAR(box.y1, label.box.y1, 0.00502);
      EXPECT_NEAR(box.x2, label.box.x2, 0.00502);
      EXPECT_NEAR(box.y2, label.box.y2, 0.00502);
    }
    for (const ShapeKeyframe& keyframe : track.keyframes) keyframes += keyframe.outside ? 0 : 1;
  }
  // The lower, the more is left to interpolation; of Wander's boxes some lie on a line exactly.
  EXPECT_LT(keyframes, GetParam() < 1 ? boxes.size() / 2 : boxes.size());
}

INSTANTIATE_TEST_SUITE_P(MinIou, CvatRoundTrip, testing::Values(0.5F, 0.8F, 0.9F, 1.0F));

// Every kind of shape: what was read is what is written.
TEST_F(CvatWriter, WritesWhatAPersonDrewAsItWasRead) {
  std::ifstream in("tests/coordinator/formats/cvat_every_kind.xml");
  const KeyframeFile read = ReadCvatKeyframes(in).value();
  dataset_.sources = {VideoSource("road", 120, 1)};
  dataset_.sources[0].drawn = std::make_shared<const KeyframeFile>(read);
  classes_ = BuildClassMap({}, ModelCard{}, DrawnLabels(dataset_)).value();
  auto writer = OpenCvatWriter(folder_.path(), dataset_, classes_, info_, {}).value();
  ASSERT_TRUE(writer->Add(LabeledItem{}));
  ASSERT_TRUE(writer->Finish());
  const KeyframeFile back = ReadBack();
  EXPECT_EQ(back.tracks, read.tracks);
  EXPECT_EQ(back.meta.labels, read.meta.labels);
}

TEST_F(CvatWriter, KeepsCoordinatesThatTwoDigitsWouldRound) {
  const float x = 1.0F / 3;
  dataset_.sources = {DrawnSource("road", 2, {{1, "car", {DrawnBox(0, {x, 2.5F, 7, 9})}}})};
  classes_ = BuildClassMap({}, ModelCard{}, DrawnLabels(dataset_)).value();
  auto writer = OpenCvatWriter(folder_.path(), dataset_, classes_, info_, {}).value();
  ASSERT_TRUE(writer->Add(LabeledItem{}));
  ASSERT_TRUE(writer->Finish());
  EXPECT_EQ(ReadBack().tracks, dataset_.sources[0].drawn->tracks);
  EXPECT_NE(ReadText(folder_ / "road.xml").find("ytl=\"2.50\" xbr=\"7.00\""), std::string::npos);
}

}  // namespace
}  // namespace prelabel
