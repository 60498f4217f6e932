#include "coordinator/store/disk_room.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

namespace prelabel {
namespace {

constexpr std::uint64_t kLeastRoom = std::uint64_t{256} << 10;  // bytes; a store needs more to grow

}  // namespace

Result<void> CheckRoom(const std::filesystem::path& folder) {
  struct statvfs disk {};
  const std::filesystem::path here = folder.empty() ? "." : folder;
  // Where nothing is known the disk says it itself, later.
  if (statvfs(here.c_str(), &disk) != 0 || disk.f_blocks == 0) return Ok();
  const std::uint64_t left = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (left >= kLeastRoom) return Ok();
  return Unavailable(
      "the disk is full: " + std::to_string(left >> 10) + " KiB are left; free some space",
      folder.string());
}

Result<void> AllocatedFile::Open(const std::filesystem::path& path, std::size_t bytes) {
  Close();
  descriptor_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor_ < 0) return Ok();
  const int error = posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
  if (error == ENOSPC || error == EDQUOT) {
    return Unavailable("the disk is full; free some space", path.string());
  }
  return Ok();  // a file system that cannot allocate ahead is no worse off than before
}

void AllocatedFile::Close() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
}

}  // namespace prelabel
