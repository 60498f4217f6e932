// Expected records: by hand, after the COCO data format (cocodataset.org); boxes of real masks: the
// dataset's own.
#include "coordinator/formats/coco_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Collected : CocoVisitor {
  Result<void> OnImage(const CocoImage& image) override {
    images.push_back(image);
    return Ok();
  }
  Result<void> OnCategory(const CocoCategory& category) override {
    categories.push_back(category);
    return Ok();
  }
  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    annotations.push_back(annotation);
    return Ok();
  }
  Result<void> OnProblem(const LabelProblem& problem) override {
    problems.push_back(problem.place + ": " + problem.message);
    return Ok();
  }
  std::vector<CocoImage> images;
  std::vector<CocoCategory> categories;
  std::vector<CocoAnnotation> annotations;
  std::vector<std::string> problems;
};

CocoOutline Read(const std::string& text, Collected& into, const CocoSections& sections = {}) {
  std::istringstream in(text);
  const Result<CocoOutline> outline = ReadCoco(in, sections, into);
  EXPECT_TRUE(outline.has_value()) << outline.error().ToString();
  return outline.has_value() ? outline.value() : CocoOutline{};
}

std::string ErrorOf(const std::string& text) {
  std::istringstream in(text);
  CocoVisitor strict;
  const Result<CocoOutline> outline = ReadCoco(in, {}, strict);
  return outline.has_value() ? "no error" : outline.error().ToString();
}

constexpr char kInstances[] = R"({
  "info": {"images": [{"id": 99}], "year": 2026}, "licenses": [],
  "annotations": [
    {"iscrowd": 0, "image_id": 4, "bbox": [1.5, 2, 3, 4.25], "category_id": 18, "id": 7,
     "area": 12.75, "segmentation": [[1, 2, 3, 2, 3, 6], [0, 0, 1, 0, 1, 1]], "track_id": 3,
     "score": 0.5, "attributes": {"id": 1, "tags": [[1]]}},
    {"segmentation": {"counts": [1, 3, 2], "size": [2, 3]}, "id": 8, "iscrowd": 1},
    {"segmentation": {"size": [2, 3], "counts": "132"}}],
  "images": [{"id": 4, "file_name": "a/b \u00e4.jpg", "width": 640, "height": 480, "license": 1}],
  "categories": [{"id": 18, "name": "dog", "supercategory": "animal"}, {}]
})";

TEST(CocoReader, ReadsInstances) {
  Collected seen;
  const CocoOutline outline = Read(kInstances, seen);
  EXPECT_FALSE(outline.results);
  EXPECT_TRUE(outline.has_images && outline.has_categories && outline.has_annotations);
  EXPECT_THAT(seen.problems, IsEmpty());

  ASSERT_EQ(seen.images.size(), 1U);
  EXPECT_EQ(seen.images[0].id.value, 4);
  EXPECT_EQ(seen.images[0].file_name.value, "a/b ä.jpg");
  EXPECT_EQ(seen.images[0].width.value, 640);
  EXPECT_EQ(seen.images[0].height.value, 480);
  ASSERT_EQ(seen.categories.size(), 2U);
  EXPECT_EQ(seen.categories[0].name.value, "dog");
  EXPECT_FALSE(seen.categories[1].name.present);
  EXPECT_EQ(seen.categories[1].index, 1U);

  ASSERT_EQ(seen.annotations.size(), 3U);
  const CocoAnnotation& first = seen.annotations[0];
  EXPECT_EQ(first.id.value, 7);
  EXPECT_EQ(first.image_id.value, 4);
  EXPECT_EQ(first.category_id.value, 18);
  EXPECT_EQ(first.iscrowd.value, 0);
  EXPECT_EQ(first.track_id.value, 3);
  EXPECT_EQ(first.area.value, 12.75);
  EXPECT_EQ(first.score.value, 0.5);
  EXPECT_THAT(first.bbox.value.value(), ElementsAre(1.5, 2, 3, 4.25));
  EXPECT_THAT(first.segmentation.value.value().polygons,
              ElementsAre(ElementsAre(1, 2, 3, 2, 3, 6), ElementsAre(0, 0, 1, 0, 1, 1)));
  EXPECT_FALSE(SegmentationRle(*first.segmentation.value).has_value());
  for (const std::size_t i : {1, 2}) {  // the same mask: . 1 . over 1 1 .
    const Result<Rle> rle = SegmentationRle(seen.annotations[i].segmentation.value.value());
    ASSERT_TRUE(rle.has_value()) << rle.error().message;
    EXPECT_EQ(DecodeMask(rle.value()), (Mask{2, 3, {0, 1, 0, 1, 1, 0}}));
  }
  EXPECT_FALSE(seen.annotations[2].id.present);
}

TEST(CocoReader, PassesOverWhatIsNotAskedFor) {
  Collected seen;
  const CocoOutline outline = Read(kInstances, seen, {true, false, false});
  EXPECT_TRUE(outline.has_annotations);
  EXPECT_EQ(seen.images.size(), 1U);
  EXPECT_TRUE(seen.categories.empty());
  EXPECT_TRUE(seen.annotations.empty());
}

TEST(CocoReader, ReadsResults) {
  Collected seen;
  const CocoOutline outline = Read(
      R"([{"image_id": 42, "category_id": 18, "bbox": [258.15, 41.29, 348.26, 243.78],
           "score": 0.236}, {"image_id": 43}])",
      seen);
  EXPECT_TRUE(outline.results);
  ASSERT_EQ(seen.annotations.size(), 2U);
  EXPECT_EQ(seen.annotations[0].image_id.value, 42);
  EXPECT_EQ(seen.annotations[0].score.value, 0.236);
  EXPECT_EQ(seen.annotations[1].index, 1U);
}

TEST(CocoReader, WrongTypesAreProblemsWithTheirPlace) {
  Collected seen;
  Read(R"({"images": [3, {"id": "a", "width": 640.0, "file_name": null, "height": [1]}, []],
           "categories": {"person": 1},
           "annotations": [
             {"image_id": true, "bbox": [1, 2, 3], "score": "high", "id": 5},
             {"bbox": 7, "id": 6, "segmentation": [1, 2, 3, 4, 5, 6]},
             {"bbox": [1, 2, 3, "4"], "segmentation": {"size": [2, 3]}, "id": 1, "id": 2},
             {"segmentation": {"size": [2.5, 3], "counts": null}, "bbox": [1, 2, 3, 4, 5]},
             {"segmentation": [{"x": 1}]}, {"segmentation": [[[1]]]}, {"segmentation": "none"},
             {"segmentation": {"size": [1], "counts": {}}}, {"area": {"x": 1}}]})",
       seen);
  EXPECT_THAT(
      seen.problems,
      ElementsAre(
          "images[0]: must be an object, not 3",
          "images[1]: 'id' must be an integer, not the text \"a\"",
          "images[1]: 'width' must be an integer, not 640.000",
          "images[1]: 'file_name' must be a text, not null",
          "images[1]: 'height' must not be a list", "images[2]: must be an object, not a list",
          "categories: must be a list, not an object",
          "annotations[0] (id 5): 'image_id' must be an integer, not true",
          "annotations[0] (id 5): 'bbox' must be four numbers: left, top, width, height",
          "annotations[0] (id 5): 'score' must be a number, not the text \"high\"",
          "annotations[1] (id 6): 'bbox' must be [left, top, width, height], not 7",
          "annotations[1] (id 6): 'segmentation' must be a list of polygons, each a list; it has 1",
          "annotations[2] (id 2): 'bbox' must be four numbers: left, top, width, height",
          "annotations[2] (id 2): 'segmentation' must have counts beside its size",
          "annotations[2] (id 2): 'id' stands twice in it",
          "annotations[3]: 'segmentation' has 2.50000 in its size, which are integers",
          "annotations[3]: 'bbox' must be four numbers: left, top, width, height",
          "annotations[4]: 'segmentation' must be a list of polygons; it has an object",
          "annotations[5]: 'segmentation' must have numbers in its innermost lists",
          "annotations[6]: 'segmentation' must be a list of polygons or an object with size and "
          "counts, not the text \"none\"",
          "annotations[7]: 'segmentation' must not have an object as counts",
          "annotations[8]: 'area' must not be an object"));
  ASSERT_EQ(seen.annotations.size(), 9U);
  EXPECT_TRUE(seen.annotations[0].bbox.present);
  EXPECT_FALSE(seen.annotations[0].bbox.value.has_value());
}

TEST(CocoReader, ByDefaultAProblemIsTheEnd) {
  EXPECT_EQ(ErrorOf(R"({"annotations": [{"id": 1}, {"area": "big", "id": 2}, {"id": "c"}]})"),
            "annotations[1] (id 2): 'area' must be a number, not the text \"big\"");
  EXPECT_THAT(ErrorOf("7"), HasSubstr("neither a COCO object"));
  EXPECT_THAT(ErrorOf(R"({"images": [], "images": []})"), HasSubstr("'images' twice"));
  EXPECT_THAT(ErrorOf(R"({"images": [}])"), HasSubstr("line 1, column 13"));
}

TEST(CocoReader, ASegmentationIsBounded) {
  std::string text = R"([{"image_id": 1, "segmentation": [[1)";
  for (int i = 0; i < (1 << 20); ++i) text += ",1";
  EXPECT_THAT(ErrorOf(text + "]]}]"), HasSubstr("results[0]: a segmentation has more than 2^20"));
  text = R"([{"image_id": 1, "segmentation": [[])";
  for (int i = 0; i < (1 << 20); ++i) text += ",[]";
  EXPECT_THAT(ErrorOf(text + "]}]"), HasSubstr("more than 2^20"));
}

// The dataset states each mask's box, so that rows, columns and size cannot be mixed up unnoticed.
// (Its area of a crowd is another one than the mask's.)
TEST(CocoReader, RealMasksFillTheirBox) {
  const char* reference = std::getenv("PRELABEL_REFERENCE_DATA");
  if (reference == nullptr) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is not set";
  std::ifstream in(std::string(reference) + "/coco-train128/instances.json", std::ios::binary);
  if (!in) GTEST_SKIP() << "no coco-train128 in PRELABEL_REFERENCE_DATA";
  Collected seen;
  ASSERT_TRUE(ReadCoco(in, {}, seen).has_value());
  EXPECT_EQ(seen.images.size(), 128U);
  EXPECT_EQ(seen.categories.size(), 80U);
  EXPECT_EQ(seen.annotations.size(), 939U);
  std::vector<std::uint64_t> areas;
  for (const CocoAnnotation& annotation : seen.annotations) {
    if (annotation.iscrowd.value != 1) continue;
    const Result<Rle> rle = SegmentationRle(annotation.segmentation.value.value());
    ASSERT_TRUE(rle.has_value()) << rle.error().message;
    const auto [left, top, width, height] = annotation.bbox.value.value();
    const Mask mask = DecodeMask(rle.value());
    double right = 0;
    double bottom = 0;
    double first_x = std::numeric_limits<double>::max();
    double first_y = std::numeric_limits<double>::max();
    for (std::uint32_t y = 0; y < mask.height; ++y) {
      for (std::uint32_t x = 0; x < mask.width; ++x) {
        if (mask.pixels[std::size_t{y} * mask.width + x] == 0) continue;
        first_x = std::min<double>(first_x, x);
        first_y = std::min<double>(first_y, y);
        right = std::max<double>(right, x + 1);
        bottom = std::max<double>(bottom, y + 1);
      }
    }
    // The boxes of the dataset's crowds end at the last pixel, not behind it.
    EXPECT_EQ(first_x, left);
    EXPECT_EQ(first_y, top);
    EXPECT_EQ(right - left, width + 1);
    EXPECT_EQ(bottom - top, height + 1);
    areas.push_back(Area(rle.value()));
  }
  // sum(counts[1::2]) in Python.
  EXPECT_THAT(areas, ElementsAre(10513, 6341, 133271, 31490, 1958, 4256, 3089, 1619, 27326, 5975));
}

}  // namespace
}  // namespace prelabel
