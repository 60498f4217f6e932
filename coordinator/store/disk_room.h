// Room on a disk, seen to before it is written to through a memory map: there a full disk is not an
// error that a call returns but a SIGBUS. (SQLite's shared memory is such a map. It sets a byte of
// each page aside for it, which is not all of the page where the file system's blocks are smaller.)
#pragma once

#include <cstddef>
#include <filesystem>

#include "common/base/result.h"

namespace prelabel {

// Unavailable: there is next to nothing left where this folder is.
Result<void> CheckRoom(const std::filesystem::path& folder);

// Allocates the first bytes of a file that others use. Closing any descriptor of a file releases
// the process's locks on it (POSIX): Close, or the destructor, comes after every other use of it.
class AllocatedFile {
 public:
  AllocatedFile() = default;
  ~AllocatedFile() { Close(); }
  AllocatedFile(const AllocatedFile&) = delete;
  AllocatedFile& operator=(const AllocatedFile&) = delete;

  // Unavailable: there is no room. A file that does not exist needs none.
  Result<void> Open(const std::filesystem::path& path, std::size_t bytes);
  void Close();

 private:
  int descriptor_ = -1;
};

}  // namespace prelabel
