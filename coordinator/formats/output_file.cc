#include "coordinator/formats/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::string_view kTemporary = ".tmp";  // then the process id

// Temporary files of `path` whose writer was killed: one that lives has its file locked.
void RemoveAbandoned(const std::filesystem::path& path) {
  const std::string prefix = path.filename().string() + std::string(kTemporary);
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix) ||
        name.find_first_not_of("0123456789", prefix.size()) != std::string::npos) {
      continue;
    }
    const int fd = ::open(it->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) continue;
    std::error_code ignored;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove(it->path(), ignored);
    ::close(fd);
  }
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, std::filesystem::path temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {
  buffer_.reserve(kBufferBytes + kBufferBytes / 16);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this != &other) {
    Discard();
    path_ = std::move(other.path_);
    temporary_ = std::move(other.temporary_);
    fd_ = std::exchange(other.fd_, -1);
    buffer_ = std::move(other.buffer_);
  }
  return *this;
}

OutputFile::~OutputFile() { Discard(); }

Result<OutputFile> OutputFile::Create(const std::filesystem::path& path) {
  std::error_code ignored;  // opening the file says it better
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  RemoveAbandoned(path);
  std::filesystem::path temporary = path;
  temporary += fmt::format("{}{}", kTemporary, ::getpid());
  const int fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    return Unavailable(
        fmt::format("cannot create the file: {}; make its folder writable", std::strerror(errno)),
        path.string());
  }
  ::flock(fd, LOCK_EX | LOCK_NB);  // where the file system has no locks, all goes on without
  return OutputFile(path, std::move(temporary), fd);
}

Error OutputFile::Failure(std::string_view what) const {
  return Unavailable(
      fmt::format("cannot {} the file: {}; is there room on the disk?", what, std::strerror(errno)),
      path_.string());
}

void OutputFile::Discard() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

Result<void> OutputFile::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure("write");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return Ok();
}

Result<void> OutputFile::Spill() {
  if (buffer_.size() < kBufferBytes) return Ok();
  return Flush();
}

Result<void> OutputFile::AppendFile(OutputFile other) {
  PRELABEL_TRY(Flush());
  PRELABEL_TRY(other.Flush());
  if (::lseek(other.fd_, 0, SEEK_SET) < 0) return other.Failure("read back");
  while (true) {
    buffer_.resize(kBufferBytes);
    const ssize_t count = ::read(other.fd_, buffer_.data(), buffer_.size());
    if (count < 0 && errno == EINTR) continue;
    buffer_.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    if (count < 0) return other.Failure("read back");
    if (count == 0) return Ok();
    PRELABEL_TRY(Flush());
  }
}

Result<void> OutputFile::Commit() {
  PRELABEL_TRY(Flush());
  if (::fsync(fd_) != 0) return Failure("sync");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return Failure("rename");
  ::close(fd_);
  fd_ = -1;
  return Ok();
}

Result<void> WriteWholeFile(const std::filesystem::path& path, std::string_view contents) {
  PRELABEL_TRY(OutputFile file, OutputFile::Create(path));
  file.Append(contents);
  return file.Commit();
}

}  // namespace prelabel
