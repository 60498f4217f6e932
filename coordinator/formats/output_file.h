// A file that is written through a 1 MB buffer to a temporary name beside its own, and takes its
// name when it is complete.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

// Not thread-safe. Movable; a file that was not committed is removed by the destructor.
class OutputFile {
 public:
  // Makes the folder where there is none, and removes what a writer of this path that was killed
  // left of it. Unavailable: the disk refuses.
  static Result<OutputFile> Create(const std::filesystem::path& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  // Append with fmt::format_to(std::back_inserter(file.buffer()), …), then call Spill.
  std::string& buffer() { return buffer_; }
  void Append(std::string_view text) { buffer_ += text; }
  // Writes the buffer out once it is full.
  Result<void> Spill();

  // Appends all that `other` holds, which is discarded.
  Result<void> AppendFile(OutputFile other);

  // Makes the contents durable, then renames. Nothing can be appended after.
  Result<void> Commit();

 private:
  OutputFile(std::filesystem::path path, std::filesystem::path temporary, int fd);
  Result<void> Flush();
  Error Failure(std::string_view what) const;
  void Discard();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int fd_ = -1;
  std::string buffer_;
};

// Writes a whole file the same way.
Result<void> WriteWholeFile(const std::filesystem::path& path, std::string_view contents);

}  // namespace prelabel
