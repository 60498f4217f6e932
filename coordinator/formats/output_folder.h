// Many small files that appear together: they are written below a temporary folder beside their
// own, and take their places when all are there.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

// Not thread-safe. Movable; files that were not committed are removed by the destructor.
class OutputFolder {
 public:
  // Makes the folder that it is in where there is none, and removes what a writer of this path that
  // was killed left of it. Unavailable: the disk refuses.
  static Result<OutputFolder> Create(const std::filesystem::path& path);

  OutputFolder(OutputFolder&& other) noexcept;
  OutputFolder& operator=(OutputFolder&& other) noexcept;
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder();

  // A whole file; `name` is relative and may have folders. Unavailable: the disk refuses.
  Result<void> Write(const std::string& name, std::string_view contents);

  // Makes the contents durable, then moves each file to its place, over one that is there. Files of
  // other names stay. Nothing can be written after.
  Result<void> Commit();

 private:
  OutputFolder(std::filesystem::path path, std::filesystem::path temporary, int fd);
  void Discard();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::filesystem::path made_;  // the folder that was made last
  int fd_ = -1;                 // of the temporary folder, locked
};

}  // namespace prelabel
