#include "coordinator/formats/item_names.h"

#include <gtest/gtest.h>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

TEST(ItemNames, AreRelativeToTheSource) {
  const Dataset dataset{{ImageSource("photos", {"a.jpg", "sub/b.jpg"}), VideoSource("road", 3, 1)}};
  const ItemNames names(dataset);
  EXPECT_EQ(names.FileName(SourceId(0), 1), "sub/b.jpg");
  EXPECT_EQ(names.FileName(SourceId(1), 2), "road/frame_000002.jpg");
  EXPECT_EQ(names.ImageId(SourceId(0), 0), 1U);
  EXPECT_EQ(names.ImageId(SourceId(1), 2), 5U);
}

TEST(ItemNames, AmbiguousImagesCarryTheirSourcesName) {
  const Dataset dataset{{ImageSource("day", {"a.jpg", "b.jpg"}), ImageSource("night", {"b.jpg"}),
                         ImageSource("other", {"c.jpg"})}};
  const ItemNames names(dataset);
  EXPECT_EQ(names.FileName(SourceId(0), 0), "day/a.jpg");
  EXPECT_EQ(names.FileName(SourceId(0), 1), "day/b.jpg");
  EXPECT_EQ(names.FileName(SourceId(1), 0), "night/b.jpg");
  EXPECT_EQ(names.FileName(SourceId(2), 0), "c.jpg");
}

TEST(ItemNames, FoldersOfOneNameAreNumbered) {
  const Dataset dataset{{ImageSource("photos", {"a.jpg"}), ImageSource("photos", {"a.jpg"})}};
  const ItemNames names(dataset);
  EXPECT_EQ(names.FileName(SourceId(0), 0), "photos/a.jpg");
  EXPECT_EQ(names.FileName(SourceId(1), 0), "photos-2/a.jpg");
}

}  // namespace
}  // namespace prelabel
