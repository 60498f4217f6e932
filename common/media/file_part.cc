#include "common/media/file_part.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/random.h"

namespace prelabel {
namespace {

constexpr std::size_t kRoom = 64;  // for what may be put before the bytes

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

std::uint64_t VersionOf(const struct stat& status) {
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto seconds = static_cast<std::uint64_t>(status.st_mtim.tv_sec);
  return MixBits(MixBits(size ^ seconds << 32) ^
                 static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
}

}  // namespace

Result<FilePart> ReadFilePart(const std::filesystem::path& path, std::uint64_t offset,
                              std::size_t length) {
  // A pipe in its place must not make the open wait.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) {
    return Unavailable(std::string("cannot be opened: ") + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return DataLoss("is a folder, not a file");
  if (!S_ISREG(status.st_mode)) return DataLoss("is no file but a pipe or a device");
  FilePart part;
  part.size = static_cast<std::uint64_t>(status.st_size);
  part.version = VersionOf(status);
  if (offset >= part.size) return part;
  const std::uint64_t wanted = std::min<std::uint64_t>(length, part.size - offset);
  part.bytes.reserve(wanted + kRoom);
  part.bytes.resize(wanted);
  std::size_t read = 0;
  while (read < part.bytes.size()) {
    const ssize_t got = pread(file.get(), part.bytes.data() + read, part.bytes.size() - read,
                              static_cast<off_t>(offset + read));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unavailable(std::string("reading failed: ") + std::strerror(errno));
    if (got == 0) break;  // it became shorter this moment
    read += static_cast<std::size_t>(got);
  }
  part.bytes.resize(read);
  return part;
}

}  // namespace prelabel
