#include "coordinator/store/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace prelabel {
namespace {

// What the holder wrote: its process id. Empty where there is nothing to read.
std::string ReadHolder(int descriptor) {
  std::array<char, 32> text;
  const ssize_t n = pread(descriptor, text.data(), text.size(), 0);
  if (n <= 0) return {};
  std::string holder(text.data(), static_cast<std::size_t>(n));
  return holder.substr(0, holder.find_first_not_of("0123456789"));
}

}  // namespace

Result<RunLock> RunLock::Acquire(const std::filesystem::path& path) {
  // O_CLOEXEC: a worker that is started from here must not keep the run locked after our death.
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return InvalidArgument(std::string("cannot open the lock file: ") + std::strerror(errno) +
                               "; check that the run directory exists and may be written to",
                           path.string());
  }
  RunLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return InvalidArgument(std::string("cannot lock: ") + std::strerror(errno), path.string());
    }
    const std::string holder = ReadHolder(descriptor);
    return Unavailable("another coordinator is working on this run" +
                           (holder.empty() ? std::string() : " (process " + holder + ")") +
                           "; wait for it, stop it, or choose another output.dir",
                       path.string());
  }
  // Only for the message above: that it could not be written does no harm.
  const std::string holder = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(descriptor, holder.data(), holder.size(), 0);
  }
  return lock;
}

bool RunLock::IsHeld(const std::filesystem::path& path) {
  const RunLock probe(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (probe.descriptor_ < 0) return false;
  return flock(probe.descriptor_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace prelabel
