// What is written comes back through the readers: random labels, and masks that are compared pixel
// by pixel with those that went in.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/geometry/rle_place.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/cvat_shape.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/voc_reader.h"
#include "coordinator/formats/xml_stream.h"
#include "coordinator/formats/yolo_reader.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/random_labels.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

constexpr int kWidth = 37;
constexpr int kHeight = 23;

Box RandomBox(std::mt19937& random) {
  const auto below = [&random](int n) {
    return static_cast<float>(random() % static_cast<unsigned>(n * 97)) / 97;
  };
  const float x = below(kWidth - 3);
  const float y = below(kHeight - 3);
  return {x, y, x + 1 + below(kWidth - 1 - static_cast<int>(x + 1)),
          y + 1 + below(kHeight - 1 - static_cast<int>(y + 1))};
}

class RoundTrip : public testing::Test {
 protected:
  RoundTrip() { run_.dataset.sources = {ImageSource("photos", {"a.jpg"})}; }

  std::vector<Label> RandomBoxes(int count) {
    std::vector<Label> labels;
    for (int i = 0; i < count; ++i) {
      labels.push_back({static_cast<int>(random_() % 3), 0.5F, RandomBox(random_)});
    }
    return labels;
  }

  std::vector<Label> RandomMasks(int count) {
    std::vector<Label> labels;
    for (int i = 0; i < count; ++i) {
      masks_.push_back(random_masks_.MaskOf(kWidth, kHeight));
      labels.push_back(
          MaskedLabel(i % 3, 0.5F, {0, 0, kWidth, kHeight}, EncodeMask(masks_.back())));
    }
    return labels;
  }

  // The text of the file that holds the labels.
  template <class Open>
  std::string Write(std::vector<Label> labels, const std::string& file, const Open& open) {
    const ClassMap classes = run_.Classes();
    auto writer = open(classes).value();
    EXPECT_TRUE(writer->Add(Labeled(0, 0, std::move(labels), kWidth, kHeight)));
    EXPECT_TRUE(writer->Finish());
    return ReadText(folder_ / file);
  }

  std::string WriteYolo(std::vector<Label> labels, YoloTask task) {
    return Write(std::move(labels), "yolo/labels/train/a.txt", [&](const ClassMap& classes) {
      return OpenYoloWriter(folder_ / "yolo", run_.dataset, classes, {}, task);
    });
  }
  std::string WriteVoc(std::vector<Label> labels) {
    return Write(std::move(labels), "voc/Annotations/a.xml", [&](const ClassMap& classes) {
      return OpenVocWriter(folder_ / "voc", run_.dataset, classes, {});
    });
  }

  TestRun run_;
  TemporaryFolder folder_;
  std::mt19937 random_{11};
  RandomLabels random_masks_{11};
  std::vector<Mask> masks_;
};

class YoloRows : public YoloVisitor {
 public:
  Result<void> OnRow(const YoloRow& row) override {
    rows.push_back(row);
    return Ok();
  }
  std::vector<YoloRow> rows;
};

TEST_F(RoundTrip, YoloBoxes) {
  const std::vector<Label> labels = RandomBoxes(200);
  const std::string text = WriteYolo(labels, YoloTask::kDetect);
  std::ifstream in(folder_ / "yolo/labels/train/a.txt");
  YoloRows read;
  ASSERT_TRUE(ReadYoloLabels(in, read));
  ASSERT_EQ(read.rows.size(), labels.size());
  std::vector<Label> back;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ASSERT_TRUE(read.rows[i].IsBox());
    EXPECT_EQ(read.rows[i].class_id, labels[i].category);
    const Box box = YoloBox(read.rows[i], kWidth, kHeight);
    // Half a millionth of a side, and single precision.
    EXPECT_NEAR(box.x1, labels[i].box.x1, 3e-5);
    EXPECT_NEAR(box.y1, labels[i].box.y1, 3e-5);
    EXPECT_NEAR(box.x2, labels[i].box.x2, 3e-5);
    EXPECT_NEAR(box.y2, labels[i].box.y2, 3e-5);
    back.push_back({labels[i].category, 0.5F, box});
  }
  EXPECT_EQ(WriteYolo(back, YoloTask::kDetect), text);
}

TEST_F(RoundTrip, YoloDataNamesTheClasses) {
  WriteYolo({}, YoloTask::kDetect);
  ProblemList problems(10);
  const YoloData data = ReadYoloData(ReadText(folder_ / "yolo/data.yaml"), problems);
  EXPECT_EQ(data.names, (std::vector<std::string>{"car", "truck", "dog"}));
  EXPECT_EQ(data.train, "train.txt");
  EXPECT_TRUE(data.has_val);
  EXPECT_EQ(problems.errors() + problems.warnings(), 0U);
}

// Filled by the even-odd rule at the pixels' centers.
bool Covers(const std::vector<Point>& polygon, double x, double y) {
  bool inside = false;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    Point a = polygon[i];
    Point b = polygon[(i + 1) % polygon.size()];
    if ((a.y > y) == (b.y > y)) continue;
    if (a.y > b.y) std::swap(a, b);  // so that a way there and the one back round alike
    if (x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

TEST_F(RoundTrip, YoloSegmentsCoverTheMasksPixels) {
  WriteYolo(RandomMasks(30), YoloTask::kSegment);
  std::ifstream in(folder_ / "yolo/labels/train/a.txt");
  YoloRows read;
  ASSERT_TRUE(ReadYoloLabels(in, read));
  ASSERT_EQ(read.rows.size(), masks_.size());
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    const std::vector<Point> polygon = YoloPolygon(read.rows[i], kWidth, kHeight);
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        ASSERT_EQ(Covers(polygon, x + 0.5, y + 0.5),
                  masks_[i].pixels[static_cast<std::size_t>(y * kWidth + x)] == 1)
            << "mask " << i << ", pixel " << x << ", " << y;
      }
    }
  }
}

TEST_F(RoundTrip, VocBoxes) {
  const std::vector<Label> labels = RandomBoxes(100);
  const std::string text = WriteVoc(labels);
  std::ifstream in(folder_ / "voc/Annotations/a.xml");
  const VocPicture picture = ReadVoc(in).value();
  EXPECT_EQ(picture.texts.at("filename"), "a.jpg");
  EXPECT_EQ(picture.texts.at("size/width"), "37");
  ASSERT_EQ(picture.objects.size(), labels.size());
  const std::vector<std::string> names = {"car", "truck", "dog"};
  std::vector<Label> back;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto number = [&](const char* name) {
      return std::stof(picture.objects[i].texts.at(std::string("bndbox/") + name));
    };
    EXPECT_EQ(picture.objects[i].texts.at("name"),
              names[static_cast<std::size_t>(labels[i].category)]);
    EXPECT_EQ(picture.objects[i].attributes.at("score"), "0.5000");
    const Box box{number("xmin") - 1, number("ymin") - 1, number("xmax"), number("ymax")};
    EXPECT_NEAR(box.x1, labels[i].box.x1, 0.5001);
    EXPECT_NEAR(box.y2, labels[i].box.y2, 0.5001);
    back.push_back({labels[i].category, 0.5F, box});
  }
  EXPECT_EQ(WriteVoc(back), text);
}

class CocoMaskReader : public CocoVisitor {
 public:
  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    PRELABEL_TRY(masks.emplace_back(), SegmentationRle(annotation.segmentation.value.value()));
    return Ok();
  }
  std::vector<Rle> masks;
};

TEST_F(RoundTrip, CocoMasks) {
  Write(RandomMasks(30), "coco.json", [&](const ClassMap& classes) {
    return OpenCocoWriter(folder_ / "coco.json", run_.dataset, classes, {});
  });
  std::ifstream in(folder_ / "coco.json");
  CocoMaskReader read;
  ASSERT_TRUE(ReadCoco(in, {}, read));
  ASSERT_EQ(read.masks.size(), masks_.size());
  for (std::size_t i = 0; i < masks_.size(); ++i) EXPECT_EQ(DecodeMask(read.masks[i]), masks_[i]);
}

class CvatShapes : public XmlEvents {
 public:
  Result<void> OnBegin(const XmlElement& element) override {
    if (!IsCvatShape(element.name)) return Ok();
    PRELABEL_TRY(shapes.emplace_back(), ParseCvatShape(element));
    return Ok();
  }
  Result<void> OnEnd(std::string_view) override { return Ok(); }
  std::vector<Shape> shapes;
};

TEST_F(RoundTrip, CvatMasks) {
  Write(RandomMasks(30), "cvat/photos.xml", [&](const ClassMap& classes) {
    return OpenCvatWriter(folder_ / "cvat", run_.dataset, classes, {}, {});
  });
  std::ifstream in(folder_ / "cvat/photos.xml");
  CvatShapes read;
  ASSERT_TRUE(ReadXml(in, read));
  ASSERT_EQ(read.shapes.size(), masks_.size());
  for (std::size_t i = 0; i < masks_.size(); ++i) {
    const Shape& shape = read.shapes[i];
    ASSERT_EQ(shape.kind, ShapeKind::kMask);
    EXPECT_EQ(DecodeMask(PlaceRle(shape.mask, shape.left, shape.top, kHeight, kWidth)), masks_[i]);
  }
}

class CvatImages : public XmlEvents {
 public:
  struct Object {
    std::string label;
    std::vector<std::string> box;
    std::string score;
  };
  struct Picture {
    std::string id;
    std::string name;
    std::string width;
    std::string height;
    std::vector<Object> objects;
  };

  Result<void> OnBegin(const XmlElement& element) override {
    names_.emplace_back(element.name);
    const auto text = [&](const char* name) { return std::string(*element.Find(name)); };
    if (element.name == "image") {
      pictures.push_back({text("id"), text("name"), text("width"), text("height"), {}});
    } else if (element.name == "box") {
      pictures.back().objects.push_back(
          {text("label"), {text("xtl"), text("ytl"), text("xbr"), text("ybr")}, ""});
    } else if (element.name == "attribute" && !pictures.empty()) {
      EXPECT_EQ(text("name"), "score");
    }
    return Ok();
  }
  Result<void> OnEnd(std::string_view text) override {
    const std::size_t depth = names_.size();
    if (names_.back() == "attribute" && !pictures.empty()) {
      pictures.back().objects.back().score = text;
    } else if (names_.back() == "name" && names_[depth - 2] == "label") {
      classes.emplace_back(text);
    }
    names_.pop_back();
    return Ok();
  }

  std::vector<std::string> classes;
  std::vector<Picture> pictures;

 private:
  std::vector<std::string> names_;  // open elements
};

// Every field that the file has, corners to two digits and scores to four.
TEST(CvatImagesRoundTrip, Boxes) {
  constexpr int kClasses = 150;
  const TemporaryFolder folder;
  const ClassMap classes = TroublesomeClasses(kClasses);
  RandomLabels random(5);
  Dataset dataset;
  std::vector<std::string> files;
  std::vector<LabeledItem> items;
  for (std::uint64_t i = 0; i < 25; ++i) {
    files.push_back(TroublesomeName(i) + ".jpg");
    const int width = 1 + random.Below(5000);
    const int height = 1 + random.Below(5000);
    std::vector<Label> labels;
    for (int n = random.Below(20); n > 0; --n) {
      labels.push_back(random.BoxLabel(kClasses, width, height));
    }
    items.push_back(Labeled(0, i, std::move(labels), width, height));
  }
  dataset.sources = {ImageSource("photos", files)};
  auto writer = OpenCvatWriter(folder.path(), dataset, classes, {}, {}).value();
  for (const LabeledItem& item : items) ASSERT_TRUE(writer->Add(item));
  ASSERT_TRUE(writer->Finish());

  std::ifstream in(folder / "photos.xml");
  CvatImages read;
  ASSERT_TRUE(ReadXml(in, read));
  ASSERT_EQ(read.classes.size(), classes.categories.size());
  for (std::size_t i = 0; i < read.classes.size(); ++i) {
    EXPECT_EQ(read.classes[i], classes.categories[i].name);
  }
  ASSERT_EQ(read.pictures.size(), items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const CvatImages::Picture& picture = read.pictures[i];
    EXPECT_EQ(picture.id, std::to_string(i));
    EXPECT_EQ(picture.name, files[i]);
    EXPECT_EQ(picture.width, std::to_string(items[i].width));
    EXPECT_EQ(picture.height, std::to_string(items[i].height));
    ASSERT_EQ(picture.objects.size(), items[i].labels.size());
    for (std::size_t n = 0; n < picture.objects.size(); ++n) {
      const Label& label = items[i].labels[n];
      const CvatImages::Object& object = picture.objects[n];
      EXPECT_EQ(object.label, classes.categories[static_cast<std::size_t>(label.category)].name);
      EXPECT_EQ(std::stod(object.box[0]), InHundredths(label.box.x1));
      EXPECT_EQ(std::stod(object.box[1]), InHundredths(label.box.y1));
      EXPECT_EQ(std::stod(object.box[2]), InHundredths(label.box.x2));
      EXPECT_EQ(std::stod(object.box[3]), InHundredths(label.box.y2));
      EXPECT_EQ(std::stod(object.score), InTenThousandths(label.score));
    }
  }
}

}  // namespace
}  // namespace prelabel
