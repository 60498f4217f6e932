#include "coordinator/stream/served_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/media/archive_member.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

class ServedFilesTest : public ::testing::Test {
 protected:
  ServedFilesTest()
      : folder_(::testing::TempDir() + "served_files_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/in");
    for (const char* name : {"in/a.jpg", "in/b.jpg", "c.jpg", "set.tar", "v.mp4", "model.pt"}) {
      std::ofstream(folder_ + "/" + name) << "bytes of " << name;
    }
    SourceItems images;
    images.root = folder_ + "/in";
    images.files = {"a.jpg", "gone.jpg"};
    SourceItems members;
    members.files = {"x.jpg", "y.jpg"};
    members.locations = {MemberLocation({folder_ + "/set.tar", 0, 3, 0}),
                         MemberLocation({folder_ + "/set.tar", 3, 3, 0})};
    SourceItems urls;
    urls.files = {"z.jpg"};
    urls.locations = {"https://example.org/z.jpg"};
    SourceItems video;
    video.kind = SourceKind::kVideo;
    video.files = {folder_ + "/v.mp4"};
    video.index.width = 64;
    video.index.frames = {{0, 0, 0, 7, true}};
    dataset_.sources = {images, members, urls, video};
  }

  Result<FilePart> Read(const std::string& path, FetchKind kind = FetchKind::kFile,
                        std::uint64_t offset = 0, std::uint32_t length = 100) const {
    const ServedFiles files(dataset_, {folder_ + "/model.pt"});
    return files.Read({1, kind, path, offset, length, 0});
  }

  std::string folder_;
  Dataset dataset_;
};

TEST_F(ServedFilesTest, GivesTheFilesOfTheRunInParts) {
  EXPECT_EQ(Read(folder_ + "/in/a.jpg").value().bytes, "bytes of in/a.jpg");
  EXPECT_EQ(Read(folder_ + "/in/a.jpg", FetchKind::kFile, 6, 2).value().bytes, "of");
  EXPECT_EQ(Read(folder_ + "/in/a.jpg", FetchKind::kFile, 15).value().bytes, "pg");
  EXPECT_EQ(Read(folder_ + "/in/a.jpg", FetchKind::kFile, 17).value().bytes, "");
  EXPECT_EQ(Read(folder_ + "/in/a.jpg").value().size, 17U);
  EXPECT_EQ(Read(folder_ + "/set.tar").value().bytes, "bytes of set.tar");
  EXPECT_EQ(Read(folder_ + "/v.mp4").value().bytes, "bytes of v.mp4");
  EXPECT_EQ(Read(folder_ + "/model.pt").value().bytes, "bytes of model.pt");
}

TEST_F(ServedFilesTest, GivesNothingElse) {
  for (const std::string& path :
       {folder_ + "/in/b.jpg", folder_ + "/c.jpg", folder_ + "/in", folder_ + "/in/../in/a.jpg",
        folder_ + "//in/a.jpg", std::string("a.jpg"), std::string("/etc/passwd"), std::string(),
        std::string("https://example.org/z.jpg"), folder_ + "/in/a.jpg" + std::string(1, '\0')}) {
    const auto part = Read(path);
    ASSERT_FALSE(part) << path;
    EXPECT_EQ(part.error().code, ErrorCode::kInvalidArgument) << path;
  }
}

TEST_F(ServedFilesTest, AFileThatIsGoneIsTheMachinesTrouble) {
  const auto part = Read(folder_ + "/in/gone.jpg");
  ASSERT_FALSE(part);
  EXPECT_EQ(part.error().code, ErrorCode::kUnavailable);
}

TEST_F(ServedFilesTest, TheVersionChangesWithTheFile) {
  const std::uint64_t before = Read(folder_ + "/in/a.jpg").value().version;
  EXPECT_EQ(Read(folder_ + "/in/a.jpg").value().version, before);
  std::ofstream(folder_ + "/in/a.jpg", std::ios::app) << "more";
  EXPECT_NE(Read(folder_ + "/in/a.jpg").value().version, before);
}

TEST_F(ServedFilesTest, GivesTheIndexesOfVideos) {
  const auto part = Read(folder_ + "/v.mp4", FetchKind::kVideoIndex);
  ASSERT_TRUE(part);
  EXPECT_EQ(part.value().size, part.value().bytes.size());
  EXPECT_EQ(Read(folder_ + "/v.mp4", FetchKind::kVideoIndex, 1, 2).value().bytes,
            part.value().bytes.substr(1, 2));
  const auto index = DecodeVideoIndex(part.value().bytes);
  ASSERT_TRUE(index);
  EXPECT_EQ(index.value().width, 64);
  EXPECT_EQ(index.value().frames.size(), 1U);
  EXPECT_FALSE(Read(folder_ + "/in/a.jpg", FetchKind::kVideoIndex));
}

}  // namespace
}  // namespace prelabel
