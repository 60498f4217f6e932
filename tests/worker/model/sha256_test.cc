#include "worker/model/sha256.h"

#include <gtest/gtest.h>

#include <fstream>

namespace prelabel {
namespace {

std::string HashOf(const std::string& bytes) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "prelabel_sha256_test";
  std::ofstream(path, std::ios::binary) << bytes;
  const std::string hash = ReadHashedFile(path).value().sha256;
  std::filesystem::remove(path);
  return hash;
}

// Examples of FIPS 180-2 (appendix B) and of the empty message.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(HashOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HashOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HashOf(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, HandsOverTheBytesThatItHashed) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "prelabel_sha256_test";
  const std::string bytes = std::string(300000, 'x') + '\0' + "end";  // more than one chunk
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(ReadHashedFile(path).value().bytes, bytes);
  std::filesystem::remove(path);
}

TEST(Sha256, AFileThatCannotBeReadIsTheUsersToMend) {
  const auto missing = ReadHashedFile("no/such/file");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(missing.error().ToString(),
            "no/such/file: the file cannot be opened: No such file or directory");
  EXPECT_FALSE(ReadHashedFile(::testing::TempDir()));  // a folder
}

}  // namespace
}  // namespace prelabel
