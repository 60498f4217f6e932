// An empty folder of the present test for its databases, removed with all that is in it.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace prelabel {

class StoreFolder {
 public:
  StoreFolder() {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string("store.") + std::to_string(getpid()) + "." +
                       test.test_suite_name() + "." + test.name();
    std::replace(name.begin(), name.end(), '/', '_');
    path_ = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~StoreFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string Database() const { return (path_ / "run.db").string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace prelabel
