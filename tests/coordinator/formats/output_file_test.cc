#include "coordinator/formats/output_file.h"

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
