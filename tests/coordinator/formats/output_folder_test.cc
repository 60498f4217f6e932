#include "coordinator/formats/output_folder.h"

#include <gtest/gtest.h>

#include <iterator>

#include "tests/coordinator/formats/temporary_folder.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

std::ptrdiff_t EntriesIn(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST(OutputFolder, NothingIsThereBeforeItIsComplete) {
  const TemporaryFolder folder;
  OutputFolder output = OutputFolder::Create(folder / "labels").value();
  ASSERT_TRUE(output.Write("a/b/one.txt", "1"));
  EXPECT_FALSE(fs::exists(folder / "labels"));
  ASSERT_TRUE(output.Commit());
  EXPECT_EQ(ReadText(folder / "labels/a/b/one.txt"), "1");
  EXPECT_EQ(EntriesIn(folder.path()), 1);
}

TEST(OutputFolder, WhatIsNotCommittedIsRemoved) {
  const TemporaryFolder folder;
  {
    OutputFolder output = OutputFolder::Create(folder / "labels").value();
    ASSERT_TRUE(output.Write("one.txt", "1"));
  }
  EXPECT_EQ(EntriesIn(folder.path()), 0);
}

TEST(OutputFolder, ReplacesItsOwnFilesAndLeavesOthers) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "labels/images");
  std::ofstream(folder / "labels/images/a.jpg") << "picture";
  std::ofstream(folder / "labels/one.txt") << "old";
  OutputFolder output = OutputFolder::Create(folder / "labels/").value();
  ASSERT_TRUE(output.Write("one.txt", "new"));
  ASSERT_TRUE(output.Commit());
  EXPECT_EQ(ReadText(folder / "labels/one.txt"), "new");
  EXPECT_EQ(ReadText(folder / "labels/images/a.jpg"), "picture");
}

TEST(OutputFolder, RemovesWhatAKilledWriterLeft) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "labels.tmp1/a");
  fs::create_directories(folder / "labels.tmpfiles");  // somebody else's
  OutputFolder output = OutputFolder::Create(folder / "labels").value();
  EXPECT_FALSE(fs::exists(folder / "labels.tmp1"));
  EXPECT_TRUE(fs::exists(folder / "labels.tmpfiles"));
}

TEST(OutputFolder, ARefusalSaysWhere) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "in the way";
  const auto output = OutputFolder::Create(folder / "file/labels");
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(output.error().ToString().find("file/labels"), std::string::npos);
}

}  // namespace
}  // namespace prelabel
