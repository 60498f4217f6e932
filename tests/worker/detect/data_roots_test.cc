#include "worker/detect/data_roots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DataRootsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::canonical(fs::temp_directory_path()) / ("data_roots_test_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "data/day");
    fs::create_directories(folder_ / "database");
    fs::create_directories(folder_ / "models");
    for (const char* name : {"data/a.jpg", "data/day/b.jpg", "database/secret", "models/m.yaml"}) {
      std::ofstream(folder_ / name) << name;
    }
    fs::create_symlink("../database/secret", folder_ / "data/out.jpg");
    fs::create_symlink("../database/none", folder_ / "data/dangling.jpg");
    fs::create_symlink("day/b.jpg", folder_ / "data/in.jpg");
    fs::create_directory_symlink("data", folder_ / "link");
  }
  void TearDown() override { fs::remove_all(folder_); }

  DataRoots Roots(std::vector<std::string> names) const {
    for (std::string& name : names) name = (folder_ / name).string();
    return DataRoots::Of(names).value();
  }

  fs::path folder_;
};

TEST_F(DataRootsTest, WhatLiesBelowARootIsOpened) {
  const DataRoots roots = Roots({"data", "models"});
  EXPECT_EQ(roots.Resolve(folder_ / "data/a.jpg").value(), folder_ / "data/a.jpg");
  EXPECT_EQ(roots.Resolve(folder_ / "data/day/../a.jpg").value(), folder_ / "data/a.jpg");
  EXPECT_EQ(roots.Resolve(folder_ / "data/in.jpg").value(), folder_ / "data/day/b.jpg");
  EXPECT_EQ(roots.Resolve(folder_ / "link/a.jpg").value(), folder_ / "data/a.jpg");
  EXPECT_EQ(roots.Resolve(folder_ / "models/m.yaml").value(), folder_ / "models/m.yaml");
  // A root that is a link itself, and one with a slash at its end.
  EXPECT_TRUE(Roots({"link"}).Resolve(folder_ / "data/a.jpg"));
  EXPECT_TRUE(Roots({"data/"}).Resolve(folder_ / "data/a.jpg"));
}

// Members of archives are read where the archive may be.
TEST_F(DataRootsTest, HoldsForArchives) {
  MediaOpener media;
  media.read_image = [](const fs::path& path) -> Result<Image> {
    return DataLoss("opened " + path.string());
  };
  media = Confine(media, Roots({"data"}));
  const auto read = [&](const std::string& name) {
    return media.read_image("member:512:9:" + (folder_ / name).string()).error();
  };
  EXPECT_EQ(read("data/in.jpg").message,
            "opened member:512:9:" + (folder_ / "data/day/b.jpg").string());
  EXPECT_EQ(
      media.read_image("deflated:30:5:9:" + (folder_ / "data/in.jpg").string()).error().message,
      "opened deflated:30:5:9:" + (folder_ / "data/day/b.jpg").string());
  for (const char* name : {"data/out.jpg", "database/secret", "data/../database/secret"}) {
    EXPECT_EQ(read(name).code, ErrorCode::kUnavailable) << name;
    EXPECT_THAT(read(name).message, HasSubstr("lies outside")) << name;
  }
}

TEST_F(DataRootsTest, NothingElseIs) {
  const DataRoots roots = Roots({"data", "models"});
  for (const char* name : {"data/out.jpg", "data/dangling.jpg", "data/../database/secret",
                           "database/secret", "database/none", "", "data/day/../../database"}) {
    const auto resolved = roots.Resolve(folder_ / name);
    if (std::string(name) == "data/dangling.jpg") {
      EXPECT_TRUE(resolved.has_error());  // there is nothing to open, whatever it leads to
      continue;
    }
    ASSERT_TRUE(resolved.has_error()) << name;
    EXPECT_EQ(resolved.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(resolved.error().ToString(),
                HasSubstr((folder_ / name).string() + ": lies outside"));
    EXPECT_THAT(resolved.error().message, HasSubstr((folder_ / "data").string() + ", "));
    EXPECT_THAT(resolved.error().message, HasSubstr("--data-root"));
  }
  EXPECT_TRUE(roots.Resolve("/etc/passwd").has_error());
}

TEST_F(DataRootsTest, AMissingFileBelowARootIsSaidToBeMissing) {
  const auto missing = Roots({"data"}).Resolve(folder_ / "data/none.jpg");
  ASSERT_TRUE(missing.has_error());
  EXPECT_THAT(missing.error().message, HasSubstr("cannot be opened: No such file"));
}

TEST_F(DataRootsTest, WithoutRootsEverythingIsOpenedAsItIsNamed) {
  EXPECT_EQ(DataRoots().Resolve("no/such/../file").value(), "no/such/../file");
  EXPECT_EQ(DataRoots::Of({"/"}).value().Resolve("/etc/../etc/passwd").value(),
            "/etc/../etc/passwd");
}

TEST_F(DataRootsTest, ARootThatIsNoFolderIsRefused) {
  for (const char* name : {"none", "data/a.jpg"}) {
    const auto roots = DataRoots::Of({(folder_ / name).string()});
    ASSERT_TRUE(roots.has_error()) << name;
    EXPECT_EQ(roots.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(roots.error().ToString(), HasSubstr(name));
  }
}

TEST_F(DataRootsTest, ReadersAreConfined) {
  std::vector<fs::path> opened;
  MediaOpener media;
  media.read_image = [&](const fs::path& path) -> Result<Image> {
    opened.push_back(path);
    return DataLoss("is damaged", path.string());
  };
  media.open_video = [&](const fs::path& path) -> Result<std::unique_ptr<FrameSource>> {
    opened.push_back(path);
    return DataLoss("is damaged", path.string());
  };
  const MediaOpener confined = Confine(media, Roots({"data"}));
  // An error is part of a label: it must not tell a worker with links from one without.
  EXPECT_EQ(confined.read_image(folder_ / "link/a.jpg").error().context,
            (folder_ / "link/a.jpg").string());
  EXPECT_TRUE(confined.read_image(folder_ / "data/out.jpg").has_error());
  EXPECT_TRUE(confined.open_video(folder_ / "data/in.jpg").has_error());
  EXPECT_TRUE(confined.open_video(folder_ / "database/secret").has_error());
  EXPECT_EQ(opened, (std::vector<fs::path>{folder_ / "data/a.jpg", folder_ / "data/day/b.jpg"}));
}

TEST(IsLocalEndpoint, OnlyTheLoopbackIsLocal) {
  for (const char* local :
       {"tcp://127.0.0.1:5577", "tcp://127.1.2.3:1", "tcp://localhost:5577", "tcp://[::1]:5577",
        "ipc:///run/prelabel", "tcp://10.0.0.1:0;127.0.0.1:9"}) {
    EXPECT_TRUE(IsLocalEndpoint(local)) << local;
  }
  for (const char* far :
       {"tcp://10.0.0.1:5577", "tcp://coordinator:5577", "tcp://127.example.org:5577",
        "tcp://localhost.example.org:1", "tcp://[2001:db8::1]:1", "tcp://0.0.0.0:1",
        "tcp://127.0.0.1:0;10.0.0.1:5577", "ws://127.0.0.1:1", "vmci://1:2"}) {
    EXPECT_FALSE(IsLocalEndpoint(far)) << far;
  }
}

}  // namespace
}  // namespace prelabel
