// What is written for CVAT and Label Studio, and what comes back. Exports are made as the tools
// make them: CVAT's exporter (cvat/apps/dataset_manager/formats/cvat.py) writes the same elements
// with the people's values; Label Studio's JSON is docs "Export results" of labelstud.io.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <sstream>
#include <string>

#include "coordinator/audit/cvat_audit.h"
#include "coordinator/audit/label_studio_audit.h"
#include "coordinator/audit/read_answers.h"
#include "tests/coordinator/audit/audit_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr LabelAnswer kNone = LabelAnswer::kNone;
constexpr LabelAnswer kRight = LabelAnswer::kRight;
constexpr LabelAnswer kWrong = LabelAnswer::kWrong;

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// The answers of a file, or the error.
struct Read {
  AuditSample sample = SmallSample();
  AuditAnswers answers = NoAnswers(sample);
  std::string error;
  std::uint64_t foreign = 0;

  explicit Read(const std::string& text) {
    AnswerCollector collector(sample);
    std::istringstream in(text);
    const Result<void> read = ReadAuditAnswers(in, collector);
    if (!read) {
      EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
      error = read.error().ToString();
    }
    collector.AddTo(&answers);
    foreign = collector.foreign_objects();
  }
};

// A verdict for a label as a person sets it in the file.
std::string Judged(const std::string& text, const std::string& id, const std::string& verdict) {
  const std::string before = id + "</attribute>\n      <attribute name=\"verdict\">";
  return Replaced(text, before + "unchecked", before + verdict);
}

TEST(CvatAudit, ChecksComeBack) {
  const std::string written = CvatChecked(SmallSample());
  EXPECT_THAT(Read(written).answers.labels, ElementsAre(kNone, kNone, kNone));
  const Read read(Judged(Judged(written, "5f0c1a2b-1", "right"), "5f0c1a2b-3", "wrong"));
  EXPECT_EQ(read.error, "");
  EXPECT_THAT(read.answers.labels, ElementsAre(kRight, kNone, kWrong));
  EXPECT_FALSE(read.answers.images[0].given);
}

TEST(CvatAudit, WholeImagesComeBackOnceSomebodyLookedThroughThem) {
  const std::string written = CvatWhole(SmallSample());
  EXPECT_FALSE(Read(written).answers.images[0].given);
  // Looked through, with a box corrected, and a dog and a polygon drawn.
  std::string text = Replaced(written, "looked_through\">no", "looked_through\">yes");
  text = Replaced(text, "xtl=\"50.00\"", "xtl=\"45.50\"");
  text =
      Replaced(text, "    <tag",
               "    <box label=\"dog\" source=\"manual\" occluded=\"1\" xtl=\"1\" ytl=\"2\" "
               "xbr=\"3\" ybr=\"4\" z_order=\"0\"></box>\n"
               "    <polygon label=\"car\" points=\"5,5;9,5;7,8.5\"></polygon>\n"
               "    <polyline label=\"car\" points=\"5,5;9,5\"></polyline>\n"
               "    <box label=\"lorry\" xtl=\"1\" ytl=\"2\" xbr=\"3\" ybr=\"4\"></box>\n    <tag");
  const Read read(text);
  EXPECT_EQ(read.error, "");
  ASSERT_TRUE(read.answers.images[0].given);
  EXPECT_EQ(read.answers.images[0].objects,
            (std::vector<AuditObject>{{0, {10, 10, 20, 20}, false},
                                      {0, {45.5F, 50, 70, 70}, false},
                                      {1, {1, 2, 3, 4}, false},
                                      {0, {5, 5, 9, 8.5F}, false}}));
  EXPECT_EQ(read.foreign, 1U);
  EXPECT_FALSE(read.answers.images[1].given);
}

TEST(CvatAudit, HostileFiles) {
  const std::string checked = CvatChecked(SmallSample());
  const std::string whole =
      Replaced(CvatWhole(SmallSample()), "looked_through\">no", "looked_through\">yes");
  const auto why = [](const std::string& text) { return Read(text).error; };
  EXPECT_THAT(why(Judged(checked, "5f0c1a2b-1", "maybe")),
              HasSubstr("column 5: 'verdict' must be unchecked, right or wrong, not \"maybe\""));
  EXPECT_THAT(why(Replaced(Judged(Judged(checked, "5f0c1a2b-1", "right"), "5f0c1a2b-2", "wrong"),
                           "5f0c1a2b-2", "5f0c1a2b-1")),
              HasSubstr("label 5f0c1a2b-1 is wrong here and right in line "));
  EXPECT_THAT(why(Replaced(checked, "5f0c1a2b-2<", "12345678-2<")),
              HasSubstr("is of another sample than 5f0c1a2b"));
  EXPECT_THAT(why(Replaced(checked, "xbr=\"30.00\"", "xbr=\"nan\"")), HasSubstr("'xbr' must be"));
  EXPECT_THAT(why(Replaced(whole, "looked_through\">yes", "looked_through\">perhaps")),
              HasSubstr("'looked_through' must be yes or no"));
  EXPECT_THAT(why(Replaced(whole, "image-1<", "image-3<")),
              HasSubstr("is not that of one of the 2 whole images"));
  EXPECT_THAT(why("<annotations><track id=\"0\" label=\"car\"/></annotations>"),
              HasSubstr("line 1, column 14: the file has tracks"));
  EXPECT_THAT(why("<html/>"), HasSubstr("the file begins with <html>"));
  EXPECT_THAT(why("<!DOCTYPE a [<!ENTITY b \"c\">]><annotations>&b;</annotations>"),
              HasSubstr("a document type"));
  EXPECT_THAT(why(checked.substr(0, checked.size() / 2)), HasSubstr("line "));
  EXPECT_EQ(why("  \n"), "the file is empty");
  EXPECT_THAT(why("id,verdict\n"), HasSubstr("is neither XML"));
}

TEST(CvatAudit, LabelsForTheConstructor) {
  const auto checked = boost::json::parse(CvatCheckedLabels(SmallSample())).as_array();
  ASSERT_THAT(checked, SizeIs(2));
  EXPECT_EQ(checked[0].at("name").as_string(), "car");
  EXPECT_EQ(checked[0].at("type").as_string(), "rectangle");
  EXPECT_EQ(checked[0].at("attributes").at(1).at("values"),
            boost::json::value({"unchecked", "right", "wrong"}));
  const auto whole = boost::json::parse(CvatWholeLabels(SmallSample())).as_array();
  ASSERT_THAT(whole, SizeIs(3));
  EXPECT_EQ(whole[2].at("name").as_string(), kCvatImageTag);
  EXPECT_EQ(whole[2].at("type").as_string(), "tag");
}

// An export: each task as it was imported, with an annotation.
std::string Export(const std::string& tasks, const std::vector<std::string>& annotations) {
  boost::json::array list = boost::json::parse(tasks).as_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].as_object()["id"] = 100 + i;
    list[i].as_object()["annotations"] = boost::json::parse(annotations[i]);
  }
  return boost::json::serialize(list);
}

std::string Choice(const std::string& choice, bool cancelled = false) {
  return R"([{"id": 1, "was_cancelled": )" + std::string(cancelled ? "true" : "false") +
         R"(, "result": [{"id": "a", "type": "choices", "from_name": "verdict", "to_name": "image",
             "value": {"choices": [")" +
         choice + R"("]}}]}])";
}

TEST(LabelStudioAudit, TasksShowOneLabelEach) {
  const auto tasks =
      boost::json::parse(LabelStudioChecked(SmallSample(), "labels/pictures")).as_array();
  ASSERT_THAT(tasks, SizeIs(3));
  EXPECT_EQ(tasks[1].at("data").at("audit_id").as_string(), "5f0c1a2b-2");
  EXPECT_EQ(tasks[1].at("data").at("image").as_string(),
            "/data/local-files/?d=labels/pictures/0001_one.jpg");
  EXPECT_EQ(tasks[1].at("data").at("question").as_string(), "Is this the box of a \"dog\"?");
  // By hand: 40 of 100 and 20 of 80 pixels; 50 and 59.5 wide and high.
  const auto& value = tasks[1].at("predictions").at(0).at("result").at(0).at("value");
  EXPECT_EQ(value.at("x").to_number<double>(), 40);
  EXPECT_EQ(value.at("y").to_number<double>(), 25);
  EXPECT_EQ(value.at("width").to_number<double>(), 50);
  EXPECT_EQ(value.at("height").to_number<double>(), 74.375);
}

TEST(LabelStudioAudit, ChecksComeBack) {
  const std::string tasks = LabelStudioChecked(SmallSample(), "labels/pictures");
  const Read read(Export(tasks, {Choice("right"), Choice("wrong", true), Choice("wrong")}));
  EXPECT_EQ(read.error, "");
  EXPECT_THAT(read.answers.labels, ElementsAre(kRight, kNone, kWrong));
  // Two people, of one mind and of two.
  const std::string both = Choice("right").substr(0, Choice("right").size() - 1) + ",";
  EXPECT_EQ(Read(Export(tasks, {both + Choice("right").substr(1), "[]", "[]"})).error, "");
  EXPECT_EQ(Read(Export(tasks, {both + Choice("wrong").substr(1), "[]", "[]"})).error,
            "tasks[0].annotations[1].result[0]: label 5f0c1a2b-1 is wrong here and right in "
            "tasks[0].annotations[0].result[0]; keep one of the answers");
}

std::string Rectangle(const std::string& label, double rotation = 0) {
  return R"([{"result": [{"type": "rectanglelabels", "original_width": 100, "original_height": 80,
             "value": {"x": 50, "y": 50, "width": 10, "height": 25, "rotation": )" +
         std::to_string(rotation) + R"(, "rectanglelabels": [")" + label + R"("]}}]}])";
}

TEST(LabelStudioAudit, WholeImagesComeBack) {
  const std::string tasks = LabelStudioWhole(SmallSample(), "images/pictures");
  // By hand: 10 x 20 pixels from (50, 40); turned by 90 degrees about that corner, to the left.
  const Read read(Export(tasks, {Rectangle("dog"), R"([{"result": []}])"}));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.answers.images[0].objects,
            (std::vector<AuditObject>{{1, {50, 40, 60, 60}, false}}));
  EXPECT_TRUE(read.answers.images[1].given);
  EXPECT_THAT(read.answers.images[1].objects, SizeIs(0));
  const Read turned(Export(tasks, {Rectangle("dog", 90), "[]"}));
  ASSERT_THAT(turned.answers.images[0].objects, SizeIs(1));
  EXPECT_NEAR(turned.answers.images[0].objects[0].box.x1, 30, 1e-4);
  EXPECT_NEAR(turned.answers.images[0].objects[0].box.y1, 40, 1e-4);
  EXPECT_NEAR(turned.answers.images[0].objects[0].box.x2, 50, 1e-4);
  EXPECT_NEAR(turned.answers.images[0].objects[0].box.y2, 50, 1e-4);
  EXPECT_FALSE(turned.answers.images[1].given);
}

TEST(LabelStudioAudit, HostileFiles) {
  const std::string checked = LabelStudioChecked(SmallSample(), "labels/pictures");
  const std::string whole = LabelStudioWhole(SmallSample(), "images/pictures");
  const auto why = [](const std::string& text) { return Read(text).error; };
  EXPECT_THAT(why(checked), HasSubstr("tasks[0]: has no list of annotations"));
  EXPECT_THAT(why(Export(checked, {Choice("both"), "[]", "[]"})),
              HasSubstr("tasks[0].annotations[0].result[0]: must have one choice"));
  EXPECT_THAT(why("[{\"data\": {\"image\": \"a.jpg\"}, \"annotations\": []}]"),
              HasSubstr("tasks[0]: has no data.audit_id"));
  EXPECT_THAT(why("[1]"), HasSubstr("tasks[0]: must be a task"));
  EXPECT_THAT(why("[[]]"), HasSubstr("tasks[0]: must be a task"));
  EXPECT_THAT(why("[{\"data\": "), HasSubstr("line 1, column "));
  EXPECT_THAT(why(std::string(64, '[')), HasSubstr("must be a task"));
  EXPECT_THAT(why(Replaced(Export(whole, {Rectangle("dog"), "[]"}), "rectanglelabels\",\"orig",
                           "brushlabels\",\"orig")),
              HasSubstr("tasks[0].annotations[0].result[0]: is no labeled rectangle"));
  EXPECT_THAT(why(Export(whole, {Replaced(Rectangle("dog"), "50, \"y", "1e99, \"y"), "[]"})),
              HasSubstr("\"x\" must be a number from -1000 to 1000"));
  std::string large = "[{\"data\": {\"audit_id\": \"5f0c1a2b-1\"}, \"annotations\": [";
  for (int i = 0; i < 1100000; ++i) large += "0,";
  EXPECT_THAT(why(large + "0]}]"), HasSubstr("tasks[0]: the task has more than 1048576 values"));
}

TEST(LabelStudioAudit, Configurations) {
  EXPECT_THAT(LabelStudioCheckedConfig(SmallSample()), HasSubstr("<Choice value=\"wrong\"/>"));
  AuditSample sample = SmallSample();
  sample.categories[1].name = "\"a\" & <b>";
  EXPECT_THAT(LabelStudioWholeConfig(sample),
              HasSubstr("<Label value=\"&quot;a&quot; &amp; &lt;b&gt;\"/>"));
}

TEST(CocoAnswers, ListedImagesAreLookedThrough) {
  const Read read(R"({"annotations": [
      {"id": 1, "image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4]},
      {"id": 2, "image_id": 7, "category_id": 2, "bbox": [0, 0, 50, 50], "iscrowd": 1},
      {"id": 3, "image_id": 9, "category_id": 2, "bbox": [1, 2, 3, 4]},
      {"id": 4, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4]}],
    "images": [{"id": 7, "file_name": "a/three.jpg"}, {"id": 9, "file_name": "other.jpg"},
               {"id": 8, "file_name": "upload/0002_frame_000004.jpg"}],
    "categories": [{"id": 2, "name": "car"}, {"id": 5, "name": "lorry"}]})");
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.answers.images[0].objects,
            (std::vector<AuditObject>{{0, {1, 2, 4, 6}, false}, {0, {0, 0, 50, 50}, true}}));
  EXPECT_TRUE(read.answers.images[1].given);
  EXPECT_EQ(read.foreign, 1U);
}

TEST(CocoAnswers, HostileFiles) {
  const auto why = [](const std::string& text) { return Read(text).error; };
  const std::string head =
      R"({"images": [{"id": 7, "file_name": "a/three.jpg"}], "categories": [{"id": 2, "name": "car"}],
          "annotations": [)";
  EXPECT_EQ(why(head + R"({"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]}]})"),
            "images[0] (id 7): an annotation of the image has a category that the file does not "
            "list; 'prelabel validate' shows where");
  EXPECT_THAT(why(head + R"({"id": 1, "image_id": 7, "category_id": 2, "bbox": [1, 2, -3, 4]}]})"),
              HasSubstr("annotations[0] (id 1): 'bbox' must be pixels"));
  EXPECT_THAT(why(head + R"({"id": 1, "image_id": 7, "category_id": 2}]})"),
              HasSubstr("'bbox' is missing"));
  EXPECT_THAT(why(R"({"images": [{"id": 7, "file_name": "none.jpg"}], "annotations": []})"),
              HasSubstr("no image has the name"));
  EXPECT_THAT(why(R"({"images": []})"), HasSubstr("is no COCO instances file"));
}

}  // namespace
}  // namespace prelabel
