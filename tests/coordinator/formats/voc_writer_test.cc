// Expected files: written by hand from VOC2012's devkit documentation and CVAT's description of the
// format (docs.cvat.ai, "Pascal VOC"). Colors: those that the devkit gives to the first classes.
#include <gtest/gtest.h>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

class VocWriter : public testing::Test {
 protected:
  void Write(const std::vector<LabeledItem>& items) {
    const ClassMap classes = run_.Classes();
    auto writer =
        OpenVocWriter(folder_ / "voc", run_.dataset, classes, {"a <run>", "0.1.0"}).value();
    for (const LabeledItem& item : items) EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
  }
  std::string Text(const std::string& name) const { return ReadText(folder_ / ("voc/" + name)); }

  TestRun run_;
  TemporaryFolder folder_;
};

TEST_F(VocWriter, WritesAFilePerPictureAndTheListOfThem) {
  run_.dataset.sources = {ImageSource("photos", {"bad.jpg", "sub/a&b.jpg"}),
                          VideoSource("road", 1, 1)};
  Write({UnreadableItem(0, 0), Labeled(0, 1, {{2, 0.75F, {1.4F, 2, 11.25F, 22}}}, 640, 480),
         Labeled(1, 0, {{0, 0.5F, {0, 0, 320, 240}, LabelSource::kModel, 4}}, 320, 240)});
  // Columns 1 to 10 and rows 2 to 21, counted from 0, are covered.
  EXPECT_EQ(Text("Annotations/sub/a&b.xml"), R"(<annotation>
  <folder>JPEGImages</folder>
  <filename>sub/a&amp;b.jpg</filename>
  <source>
    <database>a &lt;run&gt;</database>
    <annotation>prelabel 0.1.0</annotation>
    <image>Unknown</image>
  </source>
  <size>
    <width>640</width>
    <height>480</height>
    <depth>3</depth>
  </size>
  <segmented>0</segmented>
  <object>
    <name>dog</name>
    <pose>Unspecified</pose>
    <truncated>0</truncated>
    <difficult>0</difficult>
    <occluded>0</occluded>
    <bndbox>
      <xmin>2</xmin>
      <ymin>3</ymin>
      <xmax>11</xmax>
      <ymax>22</ymax>
    </bndbox>
    <attributes>
      <attribute>
        <name>score</name>
        <value>0.7500</value>
      </attribute>
    </attributes>
  </object>
</annotation>
)");
  const std::string frame = Text("Annotations/road/frame_000000.xml");
  EXPECT_NE(frame.find("<name>track_id</name>\n        <value>4</value>"), std::string::npos);
  EXPECT_NE(frame.find("<xmax>320</xmax>\n      <ymax>240</ymax>"), std::string::npos);
  EXPECT_EQ(Text("ImageSets/Main/train.txt"), "sub/a&b\nroad/frame_000000\n");
  EXPECT_EQ(Text("labelmap.txt"),
            "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:128,0,0::\n"
            "truck:0,128,0::\ndog:128,128,0::\n");
}

TEST_F(VocWriter, BoxesAreAtLeastAPixelOfTheImage) {
  run_.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  Write({Labeled(0, 0,
                 {{0, 0.9F, {-5, -5, 0.2F, 300}},
                  {1, 0.8F, {199.9F, 50.2F, 400, 50.4F}},
                  {2, 0.7F, {200, 0, 210, 10}}},
                 200, 100)});
  const std::string text = Text("Annotations/a.xml");
  EXPECT_NE(text.find("<xmin>1</xmin>\n      <ymin>1</ymin>\n      <xmax>1</xmax>\n      "
                      "<ymax>100</ymax>"),
            std::string::npos);
  EXPECT_NE(text.find("<xmin>200</xmin>\n      <ymin>51</ymin>\n      <xmax>200</xmax>\n      "
                      "<ymax>51</ymax>"),
            std::string::npos);
  EXPECT_EQ(text.find("dog"), std::string::npos);
}

TEST_F(VocWriter, AClassThatLabelmapCannotHoldIsRefused) {
  run_.job.labels.classes["car"] = {"car:big", {}};
  run_.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  const ClassMap classes = run_.Classes();
  const auto writer = OpenVocWriter(folder_ / "voc", run_.dataset, classes, {});
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(writer.error().message.find("car:big"), std::string::npos);
}

}  // namespace
}  // namespace prelabel
