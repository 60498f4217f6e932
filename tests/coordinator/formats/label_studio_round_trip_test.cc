// Label Studio's tasks hold what was written: random boxes and tracks are read back by a JSON
// parser that is not the writer's, by the rules of Label Studio's guide. Percentages have six
// digits, so that in pictures of up to 10,000 pixels a side every hundredth of a pixel comes back.
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/xml_stream.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/random_labels.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr int kClasses = 200;
constexpr int kFrames = 60;

double Number(const json::value& object, const char* name) {
  return object.at(name).to_number<double>();
}

// RFC 3986 §2.1, behind the prefix of Label Studio's local storage.
std::string FileOf(const json::value& address) {
  const std::string text(address.as_string());
  const std::string prefix = "/data/local-files/?d=";
  EXPECT_EQ(text.substr(0, prefix.size()), prefix);
  std::string file;
  for (std::size_t i = prefix.size(); i < text.size(); ++i) {
    if (text[i] != '%') {
      file += text[i];
      continue;
    }
    file += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return file;
}

// Corners in pixels, to the hundredth.
std::vector<double> CornersOf(const json::value& value, double width, double height) {
  const auto pixels = [](double percent, double side) { return std::round(percent * side) / 100; };
  return {pixels(Number(value, "x"), width), pixels(Number(value, "y"), height),
          pixels(Number(value, "x") + Number(value, "width"), width),
          pixels(Number(value, "y") + Number(value, "height"), height)};
}

std::vector<double> CornersOf(const Box& box) {
  return {InHundredths(box.x1), InHundredths(box.y1), InHundredths(box.x2), InHundredths(box.y2)};
}

class LabelValues : public XmlEvents {
 public:
  Result<void> OnBegin(const XmlElement& element) override {
    if (element.name == "Label") values.emplace_back(*element.Find("value"));
    return Ok();
  }
  Result<void> OnEnd(std::string_view) override { return Ok(); }
  std::vector<std::string> values;
};

class LabelStudioRoundTrip : public testing::Test {
 protected:
  json::array Write(const std::vector<LabeledItem>& items, const std::string& file,
                    float min_iou = 0.9F) {
    auto writer = OpenLabelStudioWriter(folder_.path(), dataset_, classes_, min_iou).value();
    for (const LabeledItem& item : items) EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
    return json::parse(ReadText(folder_ / (file + ".json"))).as_array();
  }

  void ExpectClassesIn(const std::string& file) {
    std::ifstream in(folder_ / (file + ".xml"));
    LabelValues read;
    ASSERT_TRUE(ReadXml(in, read));
    ASSERT_EQ(read.values.size(), classes_.categories.size());
    for (std::size_t i = 0; i < read.values.size(); ++i) {
      EXPECT_EQ(read.values[i], classes_.categories[i].name);
    }
  }

  const std::string& Class(int category) const {
    return classes_.categories[static_cast<std::size_t>(category)].name;
  }

  RandomLabels random_{43};
  Dataset dataset_;
  ClassMap classes_ = TroublesomeClasses(kClasses);
  TemporaryFolder folder_;
};

TEST_F(LabelStudioRoundTrip, Boxes) {
  std::vector<std::string> files;
  std::vector<LabeledItem> items;
  for (std::uint64_t i = 0; i < 20; ++i) {
    files.push_back(TroublesomeName(i) + ".jpg");
    const int width = 1 + random_.Below(10000);
    const int height = 1 + random_.Below(10000);
    std::vector<Label> labels;
    for (int n = random_.Below(20); n > 0; --n) {
      labels.push_back(random_.BoxLabel(kClasses, width, height));
    }
    items.push_back(Labeled(0, i, std::move(labels), width, height));
  }
  dataset_.sources = {ImageSource("photos", files)};
  const json::array tasks = Write(items, "images");
  ExpectClassesIn("images");
  ASSERT_EQ(tasks.size(), items.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(FileOf(tasks[i].at("data").at("image")), files[i]);
    ASSERT_EQ(tasks[i].at("predictions").as_array().size(), 1U);
    const json::object& prediction = tasks[i].at("predictions").at(0).as_object();
    const json::array& regions = prediction.at("result").as_array();
    ASSERT_EQ(regions.size(), items[i].labels.size());
    float lowest = 2;
    for (std::size_t n = 0; n < regions.size(); ++n) {
      const Label& label = items[i].labels[n];
      const json::value& region = regions[n];
      lowest = std::min(lowest, label.score);
      EXPECT_EQ(Number(region, "original_width"), items[i].width);
      EXPECT_EQ(Number(region, "original_height"), items[i].height);
      EXPECT_EQ(Number(region, "score"), InTenThousandths(label.score));
      EXPECT_EQ(CornersOf(region.at("value"), items[i].width, items[i].height),
                CornersOf(label.box));
      EXPECT_EQ(Number(region.at("value"), "rotation"), 0);
      EXPECT_EQ(region.at("value").at("rectanglelabels"), json::value({Class(label.category)}));
    }
    ASSERT_EQ(prediction.contains("score"), !regions.empty());
    if (!regions.empty()) {
      EXPECT_EQ(Number(prediction, "score"), InTenThousandths(lowest));
    }
  }
}

// Boxes by frame from 0. A keyframe holds for its frame; to the next one they move linearly, unless
// it is not enabled; the last one that is enabled stays to the end.
std::map<int, std::vector<double>> Play(const json::value& region) {
  std::map<int, std::vector<double>> boxes;
  const json::array& keyframes = region.at("value").at("sequence").as_array();
  const double width = Number(region, "original_width");
  const double height = Number(region, "original_height");
  for (std::size_t i = 0; i < keyframes.size(); ++i) {
    const int from = static_cast<int>(Number(keyframes[i], "frame"));
    const std::vector<double> a = CornersOf(keyframes[i], width, height);
    boxes[from - 1] = a;
    if (!keyframes[i].at("enabled").as_bool()) continue;
    const bool last = i + 1 == keyframes.size();
    const int to = last ? kFrames + 1 : static_cast<int>(Number(keyframes[i + 1], "frame"));
    const std::vector<double> b = last ? a : CornersOf(keyframes[i + 1], width, height);
    for (int frame = from + 1; frame < to; ++frame) {
      const double part = static_cast<double>(frame - from) / (to - from);
      for (std::size_t c = 0; c < 4; ++c) {
        boxes[frame - 1].push_back(a[c] + part * (b[c] - a[c]));
      }
    }
  }
  return boxes;
}

class LabelStudioTracks : public LabelStudioRoundTrip {
 protected:
  // Some objects of one class each, which are there in two frames of three, and walk.
  LabelStudioTracks() {
    dataset_.sources = {VideoSource("road & rail", kFrames, 1)};
    for (int frame = 0; frame < kFrames; ++frame) {
      std::vector<Label> labels;
      for (std::uint32_t track = 1; track <= 25; ++track) {
        Label& label = object_[track];
        if (frame == 0) {
          label = random_.BoxLabel(kClasses, 320, 240);
          label.track_id = track;
        }
        if (random_.Below(8) == 0) here_[track] = !here_[track];
        const float step = static_cast<float>(random_.Below(300) - 150) / 100;
        label.box.x1 = std::min(std::max(label.box.x1 + step, 0.0F), label.box.x2 - 0.01F);
        label.score = random_.Score();
        if (here_[track]) labels.push_back(label);
      }
      items_.push_back(Labeled(0, static_cast<std::uint64_t>(frame), std::move(labels), 320, 240));
    }
  }

  // By track: corners by frame.
  std::map<std::string, std::map<int, std::vector<double>>> Tracks() const {
    std::map<std::string, std::map<int, std::vector<double>>> tracks;
    for (const LabeledItem& item : items_) {
      for (const Label& label : item.labels) {
        tracks["track" + std::to_string(label.track_id)][static_cast<int>(item.item)] =
            CornersOf(label.box);
      }
    }
    return tracks;
  }

  std::map<std::uint32_t, Label> object_;
  std::map<std::uint32_t, bool> here_;
  std::vector<LabeledItem> items_;
};

TEST_F(LabelStudioTracks, ComeBackFrameByFrame) {
  const json::array tasks = Write(items_, "videos", 1.1F);
  ExpectClassesIn("videos");
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(FileOf(tasks[0].at("data").at("video")), "road & rail.avi");
  EXPECT_EQ(Number(tasks[0].at("data"), "fps"), 10);
  const auto tracks = Tracks();
  const json::array& regions = tasks[0].at("predictions").at(0).at("result").as_array();
  ASSERT_EQ(regions.size(), tracks.size());
  for (const json::value& region : regions) {
    const std::string id(region.at("id").as_string());
    SCOPED_TRACE(id);
    ASSERT_TRUE(tracks.contains(id));
    EXPECT_EQ(Play(region), tracks.at(id));
    const auto number = static_cast<std::uint32_t>(std::stoul(id.substr(5)));
    EXPECT_EQ(region.at("value").at("labels"), json::value({Class(object_[number].category)}));
    EXPECT_EQ(Number(region.at("value"), "framesCount"), kFrames);
    EXPECT_EQ(Number(region.at("value"), "duration"), 6);
    for (const json::value& keyframe : region.at("value").at("sequence").as_array()) {
      EXPECT_EQ(Number(keyframe, "time"), (Number(keyframe, "frame") - 1) / 10);
    }
  }
}

// With fewer keyframes, in the same frames and near enough.
TEST_F(LabelStudioTracks, LeaveNoMoreToInterpolationThanAsked) {
  const auto tracks = Tracks();
  const auto box_of = [](const std::vector<double>& c) {
    return Box{static_cast<float>(c[0]), static_cast<float>(c[1]), static_cast<float>(c[2]),
               static_cast<float>(c[3])};
  };
  std::size_t kept = 0;
  std::size_t all = 0;
  const json::array tasks = Write(items_, "videos", 0.9F);
  for (const json::value& region : tasks[0].at("predictions").at(0).at("result").as_array()) {
    const auto& track = tracks.at(std::string(region.at("id").as_string()));
    const auto played = Play(region);
    ASSERT_EQ(played.size(), track.size());
    for (const auto& [frame, corners] : track) {
      ASSERT_TRUE(played.contains(frame));
      EXPECT_GE(Iou(box_of(played.at(frame)), box_of(corners)), 0.899F);
    }
    all += track.size();
    kept += region.at("value").at("sequence").as_array().size();
  }
  EXPECT_LT(2 * kept, all);
}

}  // namespace
}  // namespace prelabel
