#include "coordinator/formats/picture_files.h"

#include <gtest/gtest.h>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

TEST(PictureFiles, AStemIsTheNameWithoutItsExtension) {
  EXPECT_EQ(PictureStem("a/b.c.jpg"), "a/b.c");
  EXPECT_EQ(PictureStem("a.d/b"), "a.d/b");
  EXPECT_EQ(PictureStem("a/.jpg"), "a/.jpg");
}

TEST(PictureFiles, NamesThePicturesThatWouldShareAFile) {
  Dataset dataset;
  dataset.sources = {ImageSource("one", {"a.jpg", "a.x.jpg", "b/a.jpg"}),
                     ImageSource("two", {"a.jpeg", "c.jpg"})};
  const Result<void> checked = CheckPictureFiles(dataset, ".txt");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(checked.error().message,
            "a.jpg and a.jpeg would both have their labels in a.txt; rename one of them");
  dataset.sources.pop_back();
  EXPECT_TRUE(CheckPictureFiles(dataset, ".txt"));
}

// Sources with the same picture have their names before it.
TEST(PictureFiles, ThePictureOfTheSameNameInAnotherSourceIsNoClash) {
  Dataset dataset;
  dataset.sources = {ImageSource("one", {"a.jpg"}), ImageSource("two", {"a.jpg"})};
  EXPECT_TRUE(CheckPictureFiles(dataset, ".txt"));
}

TEST(PictureFiles, RefusesLineEnds) {
  Dataset dataset;
  dataset.sources = {ImageSource("one", {"a\nb.jpg"})};
  EXPECT_FALSE(CheckPictureFiles(dataset, ".txt"));
}

}  // namespace
}  // namespace prelabel
