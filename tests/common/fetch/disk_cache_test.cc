#include "common/fetch/disk_cache.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace prelabel {
namespace {

namespace fs = std::filesystem;

class DiskCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("disk_cache_test." + std::to_string(getpid()) + "." +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<DiskCache> Open(std::uint64_t max_bytes = 1 << 20) const {
    return DiskCache::Open(folder_, max_bytes).value();
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
  std::uint64_t Bytes() const {
    std::uint64_t bytes = 0;
    for (const fs::path& file : Files()) bytes += fs::file_size(file);
    return bytes;
  }

  fs::path folder_;
};

TEST_F(DiskCacheTest, KeepsBodiesByUrl) {
  const std::string body("\0\xFF picture", 10);
  Open()->Put("http://h/a?sig=SECRET", body);
  const auto cache = Open();  // another process
  EXPECT_EQ(cache->Get("http://h/a?sig=SECRET"), body);
  EXPECT_EQ(cache->Get("http://h/a"), std::nullopt);
  cache->Put("http://h/a?sig=SECRET", "new");
  EXPECT_EQ(cache->Get("http://h/a?sig=SECRET"), "new");
  cache->Remove("http://h/a?sig=SECRET");
  EXPECT_EQ(cache->Get("http://h/a?sig=SECRET"), std::nullopt);
  EXPECT_TRUE(Files().empty());
}

TEST_F(DiskCacheTest, NoSecretIsWritten) {
  Open()->Put("http://h/a?sig=SECRET", "body");
  ASSERT_EQ(Files().size(), 1U);
  EXPECT_EQ(Files()[0].string().find("SECRET"), std::string::npos);
  std::ifstream file(Files()[0], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text.find("SECRET"), std::string::npos);
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
}

TEST_F(DiskCacheTest, DamagedFilesAreNotFound) {
  const auto cache = Open();
  for (const char* damage : {"cut", "changed", "empty"}) {
    cache->Put("u", "some bytes of a picture");
    ASSERT_EQ(Files().size(), 1U);
    const fs::path file = Files()[0];
    if (std::string(damage) == "cut") fs::resize_file(file, fs::file_size(file) - 1);
    if (std::string(damage) == "empty") fs::resize_file(file, 0);
    if (std::string(damage) == "changed") {
      std::fstream change(file, std::ios::in | std::ios::out | std::ios::binary);
      change.seekp(3);
      change.put('X');
    }
    EXPECT_EQ(cache->Get("u"), std::nullopt) << damage;
    cache->Put("u", "good");
    EXPECT_EQ(cache->Get("u"), "good") << damage;
    cache->Remove("u");
  }
}

TEST_F(DiskCacheTest, TheLimitHoldsAndTheOldestGo) {
  constexpr std::uint64_t kLimit = 100000;
  const auto cache = Open(kLimit);
  const std::string body(1000, 'x');
  for (int i = 0; i < 500; ++i) {
    cache->Put("u" + std::to_string(i), body);
    if (i % 50 == 49) {
      ASSERT_LE(Bytes(), kLimit) << i;
    }
  }
  EXPECT_EQ(cache->Get("u499"), body);
  EXPECT_EQ(cache->Get("u0"), std::nullopt);
  EXPECT_GT(Bytes(), kLimit / 2);
  // What would push out everything else is not kept.
  cache->Put("large", std::string(kLimit / 2, 'y'));
  EXPECT_EQ(cache->Get("large"), std::nullopt);
}

TEST_F(DiskCacheTest, SeveralProcessesShareOne) {
  constexpr std::uint64_t kLimit = 200000;
  Open(kLimit);
  std::vector<pid_t> children;
  for (int child = 0; child < 3; ++child) {
    const pid_t pid = fork();
    if (pid == 0) {
      const auto cache = Open(kLimit);
      for (int i = 0; i < 300; ++i) {
        const std::string url = "u" + std::to_string(i % 100);
        const std::string body = url + std::string(2000, 'z');
        const auto found = cache->Get(url);
        if (found && *found != body) _exit(1);
        if (!found) cache->Put(url, body);
      }
      _exit(0);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  // A sixteenth more a process, as the header says.
  EXPECT_LE(Bytes(), kLimit + 3 * kLimit / 16);
}

TEST_F(DiskCacheTest, AFolderThatCannotBeIsAnError) {
  std::ofstream(folder_) << "a file";
  const auto cache = DiskCache::Open(folder_, 1 << 20);
  ASSERT_FALSE(cache.has_value());
  EXPECT_EQ(cache.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace prelabel
