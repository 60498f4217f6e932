// An empty folder for databases, removed with all that is in it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace prelabel {

class StoreFolder {
 public:
  StoreFolder() {
    std::string name = (std::filesystem::path(testing::TempDir()) / "store.XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr) << name;
    path_ = name;
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
