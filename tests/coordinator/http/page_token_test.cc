#include "coordinator/http/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class PageTokenTest : public ::testing::Test {
 protected:
  PageTokenTest() {
    std::string name = (fs::temp_directory_path() / "page-token-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~PageTokenTest() override { fs::remove_all(folder_); }

  fs::path Write(const std::string& text, mode_t mode = 0600) {
    const fs::path file = folder_ / "token";
    std::ofstream(file) << text;
    chmod(file.c_str(), mode);
    return file;
  }

  fs::path folder_;
};

TEST_F(PageTokenTest, IsMadeOnceAndForItsOwnerAlone) {
  const fs::path file = folder_ / "token";
  const auto made = LoadPageToken(file, true);
  ASSERT_TRUE(made.has_value()) << made.error().ToString();
  EXPECT_EQ(made.value().size(), 48U);
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(LoadPageToken(file, true).value(), made.value());
  EXPECT_NE(RandomHex(24), RandomHex(24));
}

TEST_F(PageTokenTest, AFileThatIsNamedMustBeThereAndPrivate) {
  EXPECT_FALSE(LoadPageToken(folder_ / "none", false));
  EXPECT_EQ(LoadPageToken(Write("0123456789abcdef\n"), false).value(), "0123456789abcdef");
  const auto open = LoadPageToken(Write("0123456789abcdef", 0640), false);
  ASSERT_FALSE(open.has_value());
  EXPECT_EQ(open.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(open.error().message, HasSubstr("chmod 600"));
}

TEST_F(PageTokenTest, GuessableAndOddOnesAreRefused) {
  for (const char* bad :
       {"", "0123456789abcde", "0123456789abcdef 0123456789", "0123456789abcdef;a"}) {
    const auto token = LoadPageToken(Write(bad), false);
    ASSERT_FALSE(token.has_value()) << bad;
    EXPECT_THAT(token.error().message, HasSubstr("16 to 256 letters"));
  }
}

TEST(SameToken, ComparesAllOfIt) {
  EXPECT_TRUE(SameToken("abcdef", "abcdef"));
  for (const char* other : {"abcdeg", "bbcdef", "abcde", "abcdefg", ""}) {
    EXPECT_FALSE(SameToken(other, "abcdef")) << other;
  }
}

}  // namespace
}  // namespace prelabel
