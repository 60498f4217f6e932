#include "worker/detect/remote_media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A picture of one pixel whose blue is the size of what it was made of.
Image Pixel(std::size_t size) {
  Image image;
  image.width = image.height = 1;
  image.bgr = {static_cast<std::uint8_t>(size), 0, 0};
  return image;
}

class RemoteMediaTest : public testing::Test {
 protected:
  MediaOpener Media() {
    MediaOpener local;
    local.read_image = [this](const std::filesystem::path& path) -> Result<Image> {
      local_.push_back(path.string());
      return Pixel(99);
    };
    auto fetcher = std::make_shared<UrlFetcher>(
        [this](const std::string& url, const std::function<bool()>&) {
          const std::lock_guard lock(mutex_);
          fetched_.push_back(url);
          HttpOutcome outcome;
          outcome.status = url.find("missing") == std::string::npos ? 200 : 404;
          outcome.body = url.find("bad") == std::string::npos ? "12345" : "damaged";
          return outcome;
        },
        clock_, UrlFetcher::Options(), nullptr);
    const auto decode = [](std::string_view bytes) -> Result<Image> {
      if (bytes == "damaged") return DataLoss("the picture is damaged");
      return Pixel(bytes.size());
    };
    return WithUrls(local, fetcher, decode, FetchAhead::Options());
  }

  FakeClock clock_;
  std::mutex mutex_;
  std::vector<std::string> local_;
  std::vector<std::string> fetched_;
};

TEST_F(RemoteMediaTest, PathsAreLocalAndUrlsAreFetched) {
  const MediaOpener media = Media();
  EXPECT_EQ(media.read_image("/data/http:x.jpg").value().bgr[0], 99);
  EXPECT_EQ(media.read_image("http://h//a.jpg?q=1").value().bgr[0], 5);
  EXPECT_THAT(local_, ElementsAre("/data/http:x.jpg"));
  EXPECT_THAT(fetched_, ElementsAre("http://h//a.jpg?q=1"));  // to the letter
}

TEST_F(RemoteMediaTest, OtherSchemesAreRefused) {
  const MediaOpener media = Media();
  for (const char* url : {"file:///etc/passwd", "FILE:///etc/passwd", "ftp://h/a.jpg",
                          "gopher://h/?SECRET", "dict://h:11/"}) {
    const auto image = media.read_image(url);
    ASSERT_FALSE(image.has_value()) << url;
    EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
    EXPECT_EQ(image.error().ToString().find("SECRET"), std::string::npos);
  }
  EXPECT_TRUE(local_.empty());
  EXPECT_TRUE(fetched_.empty());
}

TEST_F(RemoteMediaTest, ErrorsNameTheUrlWithoutItsQuery) {
  const MediaOpener media = Media();
  EXPECT_EQ(media.read_image("http://h/bad.jpg?sig=SECRET").error().ToString(),
            "http://h/bad.jpg: the picture is damaged");
  EXPECT_EQ(media.read_image("http://h/missing.jpg?sig=SECRET").error().ToString(),
            "http://h/missing.jpg: the host answered 404");
}

TEST_F(RemoteMediaTest, WhatIsGotAheadIsFetchedOnce) {
  const MediaOpener media = Media();
  const auto token = media.get_ahead({"http://h/1", "/data/2.jpg", "http://h/3"});
  EXPECT_TRUE(media.read_image("http://h/3").has_value());
  EXPECT_TRUE(media.read_image("http://h/1").has_value());
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(fetched_, testing::UnorderedElementsAre("http://h/1", "http://h/3"));
}

}  // namespace
}  // namespace prelabel
