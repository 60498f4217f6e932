// Expected values: by hand, from pictures whose pixels say where they are.
#include "worker/detect/item_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 100 × 60, blue x and green y; what is asked for is written down.
class FakeRegions : public RegionReader {
 public:
  explicit FakeRegions(std::vector<std::string>& calls) : calls_(calls) {}
  ImageSize size() const override { return {100, 60}; }
  Result<Image> Read(const Tile& part) override {
    calls_.push_back("part");
    if (part.y == 13) return DataLoss("truncated");
    Image image{part.width, part.height, {}};
    for (int y = part.y; y < part.y + part.height; ++y) {
      for (int x = part.x; x < part.x + part.width; ++x) {
        image.bgr.push_back(static_cast<std::uint8_t>(x));
        image.bgr.push_back(static_cast<std::uint8_t>(y));
        image.bgr.push_back(0);
      }
    }
    return image;
  }
  Result<Image> ReadReduced(std::uint64_t /*max_pixels*/) override {
    calls_.push_back("whole");
    return Image{50, 30, std::vector<std::uint8_t>(50 * 30 * 3)};
  }

 private:
  std::vector<std::string>& calls_;
};

class ItemReaderTest : public ::testing::Test {
 protected:
  ItemReader Reader() {
    MediaOpener media;
    media.read_image = [this](const std::filesystem::path&) -> Result<Image> {
      calls_.push_back("image");
      return Image{1, 1, {1, 2, 3}};
    };
    media.open_regions =
        [this](const std::filesystem::path& path) -> Result<std::unique_ptr<RegionReader>> {
      calls_.push_back("open " + path.string());
      if (path == "gone.jpg") return Unavailable("cannot be opened", path.string());
      return std::unique_ptr<RegionReader>(std::make_unique<FakeRegions>(calls_));
    };
    return ItemReader(std::move(media));
  }

  static Assignment Tiles(std::vector<std::string> paths, std::vector<ImageTile> tiles) {
    Assignment assignment;
    assignment.task.count = static_cast<std::uint32_t>(paths.size());
    assignment.paths = std::move(paths);
    assignment.tiles = std::move(tiles);
    return assignment;
  }

  std::vector<std::string> calls_;
};

constexpr ImageSize kSize{100, 60};

TEST_F(ItemReaderTest, TilesOfAnImageAreReadOfOneOpenFile) {
  ItemReader reader = Reader();
  const Assignment task =
      Tiles({"a.jpg", "a.jpg", "b.jpg"},
            {{kSize, {0, 0, 40, 40}}, {kSize, {60, 20, 40, 40}}, {kSize, {0, 0, 100, 60}}});
  reader.Begin(task);
  EXPECT_EQ(reader.Read(task, 0).value().width, 40);
  const Image second = reader.Read(task, 1).value();
  EXPECT_THAT(std::vector(second.bgr.begin(), second.bgr.begin() + 3), ElementsAre(60, 20, 0));
  EXPECT_EQ(reader.Read(task, 2).value().width, 50);
  // The next task goes on where this one ended.
  const Assignment next = Tiles({"b.jpg"}, {{kSize, {1, 1, 5, 5}}});
  reader.Begin(next);
  EXPECT_TRUE(reader.Read(next, 0));
  EXPECT_THAT(calls_, ElementsAre("open a.jpg", "part", "part", "open b.jpg", "whole", "part"));
}

TEST_F(ItemReaderTest, AnImageOfUnknownSizeIsReadWhole) {
  ItemReader reader = Reader();
  const Assignment task = Tiles({"a.jpg"}, {{}});
  EXPECT_TRUE(reader.Read(task, 0));
  EXPECT_THAT(calls_, ElementsAre("image"));
}

TEST_F(ItemReaderTest, AnImageThatHasChangedIsNotRead) {
  ItemReader reader = Reader();
  const Assignment task = Tiles({"a.jpg"}, {{{200, 60}, {0, 0, 40, 40}}});
  const Result<Image> image = reader.Read(task, 0);
  ASSERT_TRUE(image.has_error());
  EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(image.error().ToString(),
            "a.jpg: the picture has 100 × 60 pixels and had 200 × 60 when the dataset was scanned");
}

TEST_F(ItemReaderTest, AfterAFailureTheFileIsOpenedAnew) {
  ItemReader reader = Reader();
  const Assignment task =
      Tiles({"a.jpg", "a.jpg", "gone.jpg", "gone.jpg"}, {{kSize, {0, 13, 40, 40}},
                                                         {kSize, {0, 0, 40, 40}},
                                                         {kSize, {0, 0, 40, 40}},
                                                         {kSize, {0, 0, 40, 40}}});
  const Result<Image> truncated = reader.Read(task, 0);
  ASSERT_TRUE(truncated.has_error());
  EXPECT_THAT(truncated.error().ToString(), HasSubstr("a.jpg"));
  EXPECT_TRUE(reader.Read(task, 1));
  EXPECT_EQ(reader.Read(task, 2).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(reader.Read(task, 3).error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(calls_, ElementsAre("open a.jpg", "part", "open a.jpg", "part", "open gone.jpg",
                                  "open gone.jpg"));
}

}  // namespace
}  // namespace prelabel
