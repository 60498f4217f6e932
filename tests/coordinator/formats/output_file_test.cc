#include "coordinator/formats/output_file.h"

#include <fstream>
#include <utility>

#include <gtest/gtest.h>

#include "tests/coordinator/formats/temporary_folder.h"

namespace prelabel {
namespace {

std::size_t FileCount(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(OutputFile, ReplacesTheOldFileOnlyWhenItIsComplete) {
  const TemporaryFolder folder;
  ASSERT_TRUE(WriteWholeFile(folder / "a.txt", "old"));
  {
    OutputFile file = OutputFile::Create(folder / "a.txt").value();
    file.Append("new");
    EXPECT_EQ(ReadText(folder / "a.txt"), "old");
    ASSERT_TRUE(file.Commit());
    EXPECT_EQ(ReadText(folder / "a.txt"), "new");
  }
  EXPECT_EQ(FileCount(folder.path()), 1U);
}

TEST(OutputFile, LeavesNothingBehindWhereItIsNotCommitted) {
  const TemporaryFolder folder;
  {
    OutputFile file = OutputFile::Create(folder / "a.txt").value();
    file.Append("half");
  }
  EXPECT_EQ(FileCount(folder.path()), 0U);
}

TEST(OutputFile, RemovesWhatAKilledWriterLeft) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.txt.tmp4194304") << "half";
  std::ofstream(folder / "a.txt.tmpfile") << "a user's";
  std::ofstream(folder / "b.txt.tmp4194304") << "another's";
  ASSERT_TRUE(WriteWholeFile(folder / "a.txt", "whole"));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt.tmp4194304"));
  EXPECT_TRUE(std::filesystem::exists(folder / "a.txt.tmpfile"));
  EXPECT_TRUE(std::filesystem::exists(folder / "b.txt.tmp4194304"));
}

TEST(OutputFile, LeavesThoseThatAreBeingWrittenAlone) {
  const TemporaryFolder folder;
  OutputFile slow = OutputFile::Create(folder / "a.txt").value();
  slow.Append("slow");
  // As another process would call it.
  const auto mine = std::filesystem::directory_iterator(folder.path())->path();
  const auto other = folder / "a.txt.tmp4194304";
  std::filesystem::rename(mine, other);
  ASSERT_TRUE(WriteWholeFile(folder / "a.txt", "quick"));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST(OutputFile, AppendsFilesLargerThanItsBuffer) {
  const TemporaryFolder folder;
  const std::string chunk(700'000, 'x');
  OutputFile first = OutputFile::Create(folder / "first").value();
  OutputFile second = OutputFile::Create(folder / "second").value();
  first.Append("head");
  for (int i = 0; i < 4; ++i) {
    second.Append(chunk);
    ASSERT_TRUE(second.Spill());
  }
  second.Append("tail");
  ASSERT_TRUE(first.AppendFile(std::move(second)));
  first.Append("end");
  ASSERT_TRUE(first.Commit());
  EXPECT_EQ(ReadText(folder / "first"), "head" + chunk + chunk + chunk + chunk + "tailend");
  EXPECT_EQ(FileCount(folder.path()), 1U);
}

TEST(OutputFile, NamesTheFileThatCannotBeMade) {
  const TemporaryFolder folder;
  ASSERT_TRUE(WriteWholeFile(folder / "file", ""));
  const Result<OutputFile> file = OutputFile::Create(folder / "file/below.txt");
  ASSERT_TRUE(file.has_error());
  EXPECT_EQ(file.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(file.error().context, folder / "file/below.txt");
}

}  // namespace
}  // namespace prelabel
