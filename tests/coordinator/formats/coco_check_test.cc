// What must be found: what stops pycocotools (KeyError, IndexError), CVAT's datumaro, FiftyOne or
// torchvision, or makes them wrong in silence; after their sources and documentation.
#include "coordinator/formats/coco_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Found {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  CocoCounts counts;
};

Found Check(const std::string& text) {
  std::istringstream in(text);
  ProblemList problems(1000);
  Found found;
  found.counts = CheckCoco(in, problems).value();
  for (const LabelProblem& problem : problems.kept()) {
    (problem.severity == LabelProblem::Severity::kError ? found.errors : found.warnings)
        .push_back(problem.place + ": " + problem.message);
  }
  EXPECT_EQ(problems.errors(), found.errors.size());
  EXPECT_EQ(problems.warnings(), found.warnings.size());
  return found;
}

// A file with one image (id 4, 10 × 6), the category 18 and these annotations in front of them.
std::string WithAnnotations(const std::string& annotations) {
  return R"({"annotations": [)" + annotations +
         R"(], "images": [{"id": 4, "file_name": "a.jpg", "width": 10, "height": 6}],
            "categories": [{"id": 18, "name": "dog"}]})";
}

TEST(CocoCheck, AValidFileIsValid) {
  const Found found = Check(WithAnnotations(
      R"({"id": 1, "image_id": 4, "category_id": 18, "bbox": [0, 0, 10.5, 6], "area": 63,
          "iscrowd": 0, "segmentation": [[0, 0, 10, 0, 10, 6, 0, 6]], "score": 1},
         {"id": 2, "image_id": 4, "category_id": 18, "bbox": [1, 0, 1, 6], "area": 6,
          "iscrowd": 1, "segmentation": {"size": [6, 10], "counts": [6, 6, 48]}},
         {"id": 3, "image_id": 4, "category_id": 18, "bbox": [1, 0, 1, 6], "area": 6,
          "iscrowd": 1, "segmentation": {"size": [6, 10], "counts": "66`1"}})"));
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(found.warnings, IsEmpty());
  EXPECT_EQ(found.counts.images, 1U);
  EXPECT_EQ(found.counts.categories, 1U);
  EXPECT_EQ(found.counts.annotations, 3U);
  EXPECT_FALSE(found.counts.results);
  EXPECT_THAT(Check(R"({"images": [], "categories": [], "annotations": []})").errors, IsEmpty());
}

TEST(CocoCheck, FindsMissingLists) {
  EXPECT_THAT(Check("{}").errors,
              ElementsAre(": the list 'images' is missing; importers need it",
                          ": the list 'categories' is missing; importers need it",
                          ": the list 'annotations' is missing; importers need it"));
}

TEST(CocoCheck, FindsBadImagesAndCategories) {
  const Found found = Check(R"({"annotations": [],
      "images": [{"id": 0, "file_name": "a", "width": 1, "height": 1}, {"file_name": ""},
                 {"id": 7, "file_name": "c", "width": 0, "height": 5},
                 {"id": 7, "file_name": "d", "width": 5, "height": 5}],
      "categories": [{"id": 2, "name": "dog"}, {"id": 2, "name": "cat"}, {"id": 3, "name": "dog"},
                     {"id": "4"}]})");
  EXPECT_THAT(
      found.errors,
      ElementsAre("images[0] (id 0): 'id' is 0; ids start at 1, since evaluators take 0 for none",
                  "images[1]: 'id' is missing; importers need it",
                  "images[1]: 'file_name' is empty",
                  "images[1]: 'width' is missing; importers need the image's size",
                  "images[1]: 'height' is missing; importers need the image's size",
                  "images[2] (id 7): 'width' is 0; it must be at least 1",
                  "categories[2] (id 3): the name \"dog\" stands twice; importers would merge the "
                  "two",
                  "categories[3]: 'id' must be an integer, not the text \"4\"",
                  "categories[3]: 'name' is missing; labels are known by it",
                  "images[3] (id 7): images[2] has the same id; give every record its own",
                  "categories[1] (id 2): categories[0] has the same id; give every record its "
                  "own"));
}

TEST(CocoCheck, FindsBadAnnotations) {
  const Found found = Check(WithAnnotations(
      R"({"id": 0, "image_id": 5, "category_id": 1, "bbox": [1, 1, -2, 2], "area": -1,
          "iscrowd": 2, "segmentation": []},
         {},
         {"id": 3, "image_id": 4, "category_id": 18, "bbox": [1, 1, 2, 2], "area": 4,
          "iscrowd": 0, "segmentation": [[1, 1, 3, 1, 3, 3], [1, 1, 2, 2]]},
         {"id": 3, "image_id": 4, "category_id": 18, "bbox": [1, 1, 2, 2], "area": 4,
          "iscrowd": 1, "segmentation": {"size": [6, 10], "counts": "66P"}},
         {"id": 4, "image_id": 4, "category_id": 18, "bbox": [1, 1, 2, 2], "area": 4,
          "iscrowd": 1, "segmentation": {"size": [10, 6], "counts": [60]}})"));
  EXPECT_THAT(
      found.errors,
      ElementsAre("annotations[0] (id 0): 'image_id' is 5, which is not in 'images'; add it there",
                  "annotations[0] (id 0): 'category_id' is 1, which is not in 'categories'; add it "
                  "there",
                  "annotations[0] (id 0): 'id' is 0; ids start at 1, since evaluators take 0 for "
                  "none",
                  "annotations[0] (id 0): 'area' is -1, below 0",
                  "annotations[0] (id 0): 'iscrowd' is 2; it must be 0 or 1",
                  "annotations[0] (id 0): 'bbox' is -2 wide and 2 high; it must be [left, top, "
                  "width, height]",
                  "annotations[0] (id 0): 'segmentation' is empty; write the box as a polygon",
                  "annotations[1]: 'image_id' is missing; importers need it",
                  "annotations[1]: 'category_id' is missing; importers need it",
                  "annotations[1]: 'id' is missing; importers need it",
                  "annotations[1]: 'bbox' is missing; write [left, top, width, height]",
                  "annotations[1]: 'area' is missing; evaluators sort by it",
                  "annotations[1]: 'iscrowd' is missing; write 0, or 1 for a group",
                  "annotations[1]: 'segmentation' is missing; strict importers want one: write the "
                  "box as a polygon",
                  "annotations[2] (id 3): polygon 1 of 'segmentation' has 4 numbers; it needs an "
                  "even number of them, at least 6",
                  "annotations[3] (id 3): 'segmentation': the mask's counts end inside a number, "
                  "after character 3; the text is cut off",
                  "annotations[4] (id 4): 'segmentation' is for an image of 6 × 10, its image has "
                  "10 × 6",
                  "annotations[3] (id 3): annotations[2] has the same id; give every record its "
                  "own"));
}

TEST(CocoCheck, WarnsOfWhatIsSeldomMeant) {
  const Found found = Check(WithAnnotations(
      R"({"id": 1, "image_id": 4, "category_id": 18, "bbox": [8, 0, 4, 2], "area": 8,
          "iscrowd": 0, "segmentation": [[8, 0, 12, 0, 12, 2]], "score": 1.5},
         {"id": 2, "image_id": 4, "category_id": 18, "bbox": [1, 1, 0, 2], "area": 0,
          "iscrowd": 0, "segmentation": [[1, 1, 1, 2, 1, 1]]})"));
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(found.warnings,
              ElementsAre("annotations[0] (id 1): 'score' is 1.5, outside of 0 to 1",
                          "annotations[0] (id 1): 'bbox' [8, 0, 4, 2] is not inside its image of "
                          "10 × 6",
                          "annotations[1] (id 2): 'bbox' is empty"));
}

TEST(CocoCheck, ChecksResults) {
  const Found good = Check(
      R"([{"image_id": 42, "category_id": 18, "bbox": [258.15, 41.29, 348.26, 243.78],
           "score": 0.236},
          {"image_id": 42, "category_id": 1, "score": 7,
           "segmentation": {"size": [2, 3], "counts": "132"}}])");
  EXPECT_THAT(good.errors, IsEmpty());
  EXPECT_TRUE(good.counts.results);
  EXPECT_EQ(good.counts.annotations, 2U);
  EXPECT_THAT(Check(R"([{"image_id": 0, "category_id": 1}])").errors,
              ElementsAre("results[0]: 'image_id' is 0; ids start at 1, since evaluators take 0 "
                          "for none",
                          "results[0]: 'score' is missing; results are sorted by it",
                          "results[0]: has neither 'bbox' nor 'segmentation'"));
  // pycocotools: `if 'caption' in anns[0]` in loadRes.
  EXPECT_THAT(Check("[]").errors,
              ElementsAre(": the list of results is empty, on which readers crash (pycocotools "
                          "looks at the first result); write no file where there are none"));
}

TEST(CocoCheck, TextThatIsNotJsonIsOneProblem) {
  const Found found = Check(R"({"images": [{"id": 0}], "categories": [], "annotations": [)");
  ASSERT_EQ(found.errors.size(), 5U);  // four of the image
  EXPECT_EQ(found.errors.back(),
            "line 1, column 59 (byte 59): the file is cut off: a list, an object or a text is not "
            "closed");
}

}  // namespace
}  // namespace prelabel
