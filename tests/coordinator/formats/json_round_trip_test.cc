// Datumaro and JSON lines hold what was written: random labels are read back by a JSON parser that
// is not the writers', and compared field by field, numbers to the digits that the formats state
// (two for pixels, four for scores).
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/formats/label_writer.h"
#include "tests/common/labels/make_shapes.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/random_labels.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr int kClasses = 300;
constexpr int kWidth = 61;
constexpr int kHeight = 47;
constexpr int kFrameWidth = 320;
constexpr int kFrameHeight = 240;

const char* SourceText(LabelSource source) {
  if (source == LabelSource::kHuman) return "human";
  return source == LabelSource::kModel ? "model" : "interpolated";
}

// x, y, width, height in hundredths; sides are differences of corners.
std::vector<double> BoxNumbers(const Box& box) {
  const auto side = [](float from, float to) {
    return std::round(100 * (InHundredths(to) - InHundredths(from))) / 100;
  };
  return {InHundredths(box.x1), InHundredths(box.y1), side(box.x1, box.x2), side(box.y1, box.y2)};
}

std::vector<double> NumbersOf(const json::value& list) {
  std::vector<double> numbers;
  for (const json::value& number : list.as_array()) numbers.push_back(number.to_number<double>());
  return numbers;
}

Rle RleOf(const json::value& rle) {
  return ParseRle(rle.at("size").at(0).as_int64(), rle.at("size").at(1).as_int64(),
                  rle.at("counts").as_string())
      .value();
}

// What both formats say of a label in the same words.
void ExpectFacts(const json::object& facts, const Label& label, bool video) {
  EXPECT_EQ(facts.at("score").to_number<double>(), InTenThousandths(label.score));
  EXPECT_EQ(facts.at("source").as_string(), SourceText(label.source));
  ASSERT_EQ(facts.contains("route"), label.route.has_value());
  if (label.route) {
    EXPECT_EQ(facts.at("route").as_string(), RouteName(*label.route));
  }
  ASSERT_EQ(facts.contains("track_id"), video);
  if (video) {
    EXPECT_EQ(facts.at("track_id").to_number<std::uint32_t>(), label.track_id);
  }
}

class JsonRoundTrip : public testing::Test {
 protected:
  // Two folders that share a file's name, and a video whose tracks have gaps.
  JsonRoundTrip() {
    std::vector<std::string> files;
    for (std::size_t i = 0; i < 12; ++i) files.push_back(TroublesomeName(i) + "/é.jpg");
    dataset_.sources = {ImageSource("photos \"1\"", files), ImageSource("photos & 2", {files[3]}),
                        VideoSource("straße", 20, 1)};
    for (std::uint32_t source = 0; source < 2; ++source) {
      for (std::size_t i = 0; i < dataset_.sources[source].files.size(); ++i) {
        items_.push_back(i == 5 ? UnreadableItem(source, i)
                                : Labeled(source, i, ImageLabels(), kWidth, kHeight));
      }
    }
    for (std::uint64_t frame = 0; frame < 20; ++frame) {
      std::vector<Label> labels;
      for (std::uint32_t track = 1; track < 8; ++track) {
        if (random_.Below(3) == 0) continue;
        labels.push_back(random_.BoxLabel(kClasses, kFrameWidth, kFrameHeight));
        labels.back().track_id = track * 1000003;
      }
      if (frame % 5 == 0) labels.push_back(Polygon());
      items_.push_back(Labeled(2, frame, std::move(labels), kFrameWidth, kFrameHeight));
      items_.back().drawn = frame % 5 == 0;
    }
  }

  std::vector<Label> ImageLabels() {
    std::vector<Label> labels;
    for (int i = random_.Below(30); i > 0; --i) {
      labels.push_back(random_.BoxLabel(kClasses, kWidth, kHeight));
      if (i % 3 != 0) continue;
      labels.back().mask = std::make_shared<const Rle>(EncodeMask(random_.MaskOf(kWidth, kHeight)));
    }
    return labels;
  }

  Label Polygon() {
    const Box a = random_.BoxIn(kFrameWidth, kFrameHeight);
    Label label = DrawnLabel(random_.Below(kClasses),
                             MakePolygon({{a.x1, a.y1}, {a.x2, a.y1}, {a.x2, a.y2}}), 77);
    auto drawn = std::make_shared<ShapePoint>(*label.drawn);
    drawn->occluded = random_.Below(2) == 0;
    for (std::size_t i = 0; i < 9; ++i)
      drawn->attributes[TroublesomeName(i)] = TroublesomeName(8 - i);
    label.drawn = drawn;
    return label;
  }

  std::string Write(std::unique_ptr<LabelWriter> writer, const std::string& file) {
    for (const LabeledItem& item : items_) EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
    return ReadText(folder_ / file);
  }

  // By the description of item_names.h: a name that two folders have follows its source's.
  std::string NameOf(const LabeledItem& item) const {
    const SourceItems& source = dataset_.sources[item.source.value];
    if (item.source.value < 2) return source.name + "/" + source.files[item.item];
    const std::string number = std::to_string(item.item);
    return source.name + "/frame_" + std::string(6 - number.size(), '0') + number + ".jpg";
  }

  static std::vector<double> PolygonNumbers(const Label& label) {
    std::vector<double> numbers;
    for (const Point& point : label.drawn->shape.points) {
      numbers.push_back(InHundredths(point.x));
      numbers.push_back(InHundredths(point.y));
    }
    return numbers;
  }

  static void ExpectAttributes(const json::object& read, const Label& label) {
    for (const auto& [name, value] : label.drawn->attributes) {
      ASSERT_TRUE(read.contains(name)) << name;
      EXPECT_EQ(read.at(name).as_string(), value);
    }
  }

  RandomLabels random_{71};
  Dataset dataset_;
  ClassMap classes_ = TroublesomeClasses(kClasses);
  std::vector<LabeledItem> items_;
  TemporaryFolder folder_;
};

TEST_F(JsonRoundTrip, Datumaro) {
  const json::value file = json::parse(Write(
      OpenDatumaroWriter(folder_ / "d", dataset_, classes_).value(), "d/annotations/train.json"));
  const json::array& names = file.at("categories").at("label").at("labels").as_array();
  ASSERT_EQ(names.size(), classes_.categories.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i].at("name").as_string(), classes_.categories[i].name);
  }
  std::size_t at = 0;
  const json::array& read = file.at("items").as_array();
  for (const LabeledItem& item : items_) {
    if (!item.error.empty()) continue;  // of unknown size: the format has no place for it
    ASSERT_LT(at, read.size());
    const json::object& element = read[at++].as_object();
    const std::string name = NameOf(item);
    SCOPED_TRACE(name);
    EXPECT_EQ(element.at("id").as_string(), name.substr(0, name.size() - 4));
    EXPECT_EQ(element.at("image").at("path").as_string(), name);
    EXPECT_EQ(NumbersOf(element.at("image").at("size")),
              (std::vector<double>{double(item.height), double(item.width)}));
    const bool video = item.source.value == 2;
    if (video) {
      EXPECT_EQ(element.at("attr").at("frame").to_number<std::uint64_t>(), item.item);
    }
    const json::array& labels = element.at("annotations").as_array();
    ASSERT_EQ(labels.size(), item.labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const Label& label = item.labels[i];
      const json::object& annotation = labels[i].as_object();
      const json::object& attributes = annotation.at("attributes").as_object();
      EXPECT_EQ(annotation.at("id").to_number<std::size_t>(), i);
      EXPECT_EQ(annotation.at("label_id").to_number<int>(), label.category);
      ExpectFacts(attributes, label, video);
      EXPECT_EQ(attributes.at("occluded").as_bool(), label.drawn && label.drawn->occluded);
      if (label.mask) {
        EXPECT_EQ(annotation.at("type").as_string(), "mask");
        EXPECT_EQ(RleOf(annotation.at("rle")), *label.mask);
      } else if (label.drawn) {
        EXPECT_EQ(annotation.at("type").as_string(), "polygon");
        EXPECT_EQ(NumbersOf(annotation.at("points")), PolygonNumbers(label));
        ExpectAttributes(attributes, label);
      } else {
        EXPECT_EQ(annotation.at("type").as_string(), "bbox");
        EXPECT_EQ(NumbersOf(annotation.at("bbox")), BoxNumbers(label.box));
      }
    }
  }
  EXPECT_EQ(at, read.size());
}

TEST_F(JsonRoundTrip, JsonLines) {
  std::istringstream lines(
      Write(OpenJsonlWriter(folder_ / "labels.jsonl", dataset_, classes_).value(), "labels.jsonl"));
  std::string line;
  std::uint64_t id = 0;
  for (const LabeledItem& item : items_) {
    ASSERT_TRUE(std::getline(lines, line));
    const json::object object = json::parse(line).as_object();
    SCOPED_TRACE(NameOf(item));
    EXPECT_EQ(object.at("id").to_number<std::uint64_t>(), ++id);
    EXPECT_EQ(object.at("file_name").as_string(), NameOf(item));
    ASSERT_EQ(object.contains("error"), !item.error.empty());
    if (!item.error.empty()) {
      EXPECT_EQ(object.at("error").as_string(), item.error);
    }
    ASSERT_EQ(object.contains("width"), item.width > 0);
    if (item.width > 0) {
      EXPECT_EQ(object.at("width").to_number<int>(), item.width);
      EXPECT_EQ(object.at("height").to_number<int>(), item.height);
    }
    const bool video = item.source.value == 2;
    ASSERT_EQ(object.contains("frame_index"), video);
    if (video) {
      EXPECT_EQ(object.at("video").as_string(), "straße");
      EXPECT_EQ(object.at("frame_index").to_number<std::uint64_t>(), item.item);
      EXPECT_EQ(object.at("timestamp").to_number<double>(), static_cast<double>(item.item) / 10);
    }
    const json::array& labels = object.at("labels").as_array();
    ASSERT_EQ(labels.size(), item.labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const Label& label = item.labels[i];
      const json::object& read = labels[i].as_object();
      const Category& category = classes_.categories[static_cast<std::size_t>(label.category)];
      EXPECT_EQ(read.at("category").as_string(), category.name);
      EXPECT_EQ(read.at("category_id").to_number<int>(), category.id);
      EXPECT_EQ(NumbersOf(read.at("bbox")), BoxNumbers(label.box));
      ExpectFacts(read, label, video);
      ASSERT_EQ(read.contains("segmentation"), label.mask || label.drawn);
      if (label.mask) {
        EXPECT_EQ(RleOf(read.at("segmentation")), *label.mask);
      }
      ASSERT_EQ(read.contains("occluded"), item.drawn);
      if (item.drawn) {
        EXPECT_EQ(read.at("occluded").as_bool(), label.drawn && label.drawn->occluded);
      }
      if (label.drawn) {
        EXPECT_EQ(NumbersOf(read.at("segmentation").at(0)), PolygonNumbers(label));
        ExpectAttributes(read.at("attributes").as_object(), label);
      }
    }
  }
  EXPECT_FALSE(std::getline(lines, line));
}

}  // namespace
}  // namespace prelabel
