// Labels of whole pictures in the formats that have them. Expected texts: by hand from CVAT's "XML
// annotation format" (<tag>), Label Studio's choices (labelstud.io/tags/choices) and Datumaro's
// annotation type "label".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "coordinator/formats/cvat_images_check.h"
#include "coordinator/formats/json_checks.h"
#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using testing::HasSubstr;
using testing::Not;

class WholePictureLabels : public testing::Test {
 protected:
  WholePictureLabels() {
    run_.dataset.sources = {ImageSource("photos", {"a.jpg"})};
    classes_.whole_pictures = true;
  }

  void Write(Result<std::unique_ptr<LabelWriter>> writer) {
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer.value()->Add(
        Labeled(0, 0, {{0, 0.75F, {0, 0, 200, 100}}, {1, 0.5F, {0, 0, 200, 100}}})));
    ASSERT_TRUE(writer.value()->Finish());
  }

  const TemporaryFolder folder_;
  TestRun run_;
  ClassMap classes_{{{1, "night"}, {2, "r&d"}}, {0, 1}, {0.5F, 0.5F}};
};

TEST_F(WholePictureLabels, AreTagsInCvat) {
  Write(OpenCvatWriter(folder_ / "cvat", run_.dataset, classes_, {"job", "0.1.0"}, {}));
  const std::string text = ReadText(folder_ / "cvat/photos.xml");
  EXPECT_THAT(text, HasSubstr("<type>tag</type>"));
  EXPECT_THAT(text, HasSubstr("  <image id=\"0\" name=\"a.jpg\" width=\"200\" height=\"100\">\n"
                              "    <tag label=\"night\" source=\"auto\">\n"
                              "      <attribute name=\"score\">0.7500</attribute>\n"
                              "    </tag>\n"
                              "    <tag label=\"r&amp;d\" source=\"auto\">\n"
                              "      <attribute name=\"score\">0.5000</attribute>\n"
                              "    </tag>\n"
                              "  </image>\n"));
  std::istringstream in(text);
  ProblemList problems(10);
  EXPECT_EQ(CheckCvatImages(in, problems).value().shapes, 2U);
  EXPECT_TRUE(problems.kept().empty());
}

TEST_F(WholePictureLabels, AreChoicesInLabelStudio) {
  Write(OpenLabelStudioWriter(folder_ / "ls", run_.dataset, classes_, 0.9F));
  const std::string text = ReadText(folder_ / "ls/images.json");
  EXPECT_THAT(text, HasSubstr("{\"id\": \"label1\", \"type\": \"choices\", \"from_name\": "
                              "\"class\", \"to_name\": \"image\", \"original_width\": 200, "
                              "\"original_height\": 100, \"image_rotation\": 0, \"score\": 0.7500, "
                              "\"value\": {\"choices\": [\"night\"]}}"));
  EXPECT_EQ(ReadText(folder_ / "ls/images.xml"),
            "<View>\n  <Image name=\"image\" value=\"$image\"/>\n"
            "  <Choices name=\"class\" toName=\"image\" choice=\"multiple\">\n"
            "    <Choice value=\"night\"/>\n    <Choice value=\"r&amp;d\"/>\n"
            "  </Choices>\n</View>\n");
  std::istringstream in(text);
  ProblemList problems(10);
  EXPECT_EQ(CheckLabelStudio(in, problems).value().labels, 2U);
  EXPECT_TRUE(problems.kept().empty());
}

TEST_F(WholePictureLabels, AreOfTheTypeLabelInDatumaro) {
  Write(OpenDatumaroWriter(folder_ / "dm", run_.dataset, classes_));
  const std::string text = ReadText(folder_ / "dm/annotations/train.json");
  EXPECT_THAT(text, HasSubstr("{\"id\": 0, \"type\": \"label\", \"label_id\": 0, "));
  EXPECT_THAT(text, Not(HasSubstr("bbox")));
  std::istringstream in(text);
  ProblemList problems(10);
  EXPECT_EQ(CheckDatumaro(in, problems).value().labels, 2U);
  EXPECT_TRUE(problems.kept().empty());
}

TEST_F(WholePictureLabels, HaveNoBoxInJsonLines) {
  Write(OpenJsonlWriter(folder_ / "labels.jsonl", run_.dataset, classes_));
  const std::string text = ReadText(folder_ / "labels.jsonl");
  EXPECT_THAT(text, HasSubstr("{\"category\": \"night\", \"category_id\": 1, \"score\": 0.7500"));
  EXPECT_THAT(text, Not(HasSubstr("bbox")));
  std::istringstream in(text);
  ProblemList problems(10);
  EXPECT_EQ(CheckJsonl(in, problems).value().labels, 2U);
  EXPECT_TRUE(problems.kept().empty());
}

TEST_F(WholePictureLabels, AreThePicturesFrameInCoco) {
  Write(OpenCocoWriter(folder_ / "coco.json", run_.dataset, classes_, {"job", "0.1.0"}));
  EXPECT_THAT(ReadText(folder_ / "coco.json"), HasSubstr("\"bbox\": [0.00, 0.00, 200.00, 100.00]"));
}

}  // namespace
}  // namespace prelabel
