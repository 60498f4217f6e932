#include "coordinator/report/sample_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::SizeIs;

TEST(TakeSamples, ShrinksWidePicturesAndLeavesOutUnreadableOnes) {
  const Dataset dataset{{ImageSource("photos", {"a.jpg", "gone.jpg", "c.jpg"})}};
  const auto read = [](SourceId, std::uint64_t item) -> Result<Image> {
    if (item == 1) return DataLoss("gone");
    Image image;
    image.width = item == 0 ? 1920 : 64;
    image.height = item == 0 ? 1080 : 48;
    image.bgr.resize(static_cast<std::size_t>(image.width * image.height) * 3, 128);
    return image;
  };
  Label label;
  label.box = {100, 100, 900, 900};
  label.score = 0.5F;
  Label filled_in = label;
  filled_in.source = LabelSource::kInterpolated;
  const std::vector<Sample> samples = {
      {SourceId(0), 0, {label, filled_in}}, {SourceId(0), 1, {label}}, {SourceId(0), 2, {label}}};
  const auto pictures = TakeSamples(samples, dataset, read);
  ASSERT_THAT(pictures, SizeIs(2));
  EXPECT_EQ(pictures[0].name, "a.jpg");
  EXPECT_EQ(pictures[0].width, 960);
  EXPECT_EQ(pictures[0].height, 540);
  ASSERT_THAT(pictures[0].boxes, SizeIs(2));
  EXPECT_FALSE(pictures[0].boxes[0].interpolated);
  EXPECT_TRUE(pictures[0].boxes[1].interpolated);
  EXPECT_EQ(pictures[0].boxes[0].box, (Box{50, 50, 450, 450}));  // half of 1920 × 1080
  ASSERT_GT(pictures[0].jpeg.size(), 2U);
  EXPECT_EQ(pictures[0].jpeg[0], 0xFF);  // JPEG's start of image marker, FF D8
  EXPECT_EQ(pictures[0].jpeg[1], 0xD8);
  EXPECT_EQ(pictures[1].name, "c.jpg");
  EXPECT_EQ(pictures[1].width, 64);
}

}  // namespace
}  // namespace prelabel
