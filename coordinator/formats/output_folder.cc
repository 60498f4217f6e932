#include "coordinator/formats/output_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".tmp";  // then the process id
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;

Error Failure(std::string_view what, const fs::path& path, const std::string& why) {
  return Unavailable(
      fmt::format("cannot {}: {}; is there room on the disk, and may it be written?", what, why),
      path.string());
}

// Temporary folders of `path` whose writer was killed: one that lives has its folder locked.
void RemoveAbandoned(const fs::path& path) {
  const std::string prefix = path.filename().string() + std::string(kTemporary);
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(path.parent_path(), error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.size() > prefix.size() && name.starts_with(prefix) &&
        name.find_first_not_of("0123456789", prefix.size()) == std::string::npos) {
      found.push_back(it->path());
    }
  }
  for (const fs::path& folder : found) {
    const int fd = ::open(folder.c_str(), kOpenFolder);
    if (fd < 0) continue;
    std::error_code ignored;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) fs::remove_all(folder, ignored);
    ::close(fd);
  }
}

}  // namespace

OutputFolder::OutputFolder(fs::path path, fs::path temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      made_(std::move(other.made_)),
      fd_(std::exchange(other.fd_, -1)) {}

OutputFolder& OutputFolder::operator=(OutputFolder&& other) noexcept {
  if (this != &other) {
    Discard();
    path_ = std::move(other.path_);
    temporary_ = std::move(other.temporary_);
    made_ = std::move(other.made_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

OutputFolder::~OutputFolder() { Discard(); }

Result<OutputFolder> OutputFolder::Create(const fs::path& path) {
  std::error_code error;
  fs::path whole = fs::absolute(path, error).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "labels/"
  fs::create_directories(whole.parent_path(), error);
  RemoveAbandoned(whole);
  fs::path temporary = whole;
  temporary += fmt::format("{}{}", kTemporary, ::getpid());
  fs::create_directory(temporary, error);
  if (error) return Failure("create the folder", whole, error.message());
  const int fd = ::open(temporary.c_str(), kOpenFolder);
  if (fd < 0) return Failure("create the folder", whole, std::strerror(errno));
  ::flock(fd, LOCK_EX | LOCK_NB);  // where the file system has no locks, all goes on without
  return OutputFolder(std::move(whole), std::move(temporary), fd);
}

void OutputFolder::Discard() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

Result<void> OutputFolder::Write(const std::string& name, std::string_view contents) {
  const fs::path file = temporary_ / name;
  if (fs::path folder = file.parent_path(); folder != made_) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Failure("create the folder", path_ / name, error.message());
    made_ = std::move(folder);
  }
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Failure("create the file", path_ / name, std::strerror(errno));
  while (!contents.empty()) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int reason = errno;
      ::close(fd);
      return Failure("write the file", path_ / name, std::strerror(reason));
    }
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  // Some file systems say only here that there was no room.
  if (::close(fd) != 0) return Failure("write the file", path_ / name, std::strerror(errno));
  return Ok();
}

Result<void> OutputFolder::Commit() {
  // One sync for all: a sync each would take longer than writing them.
  if (::syncfs(fd_) != 0) return Failure("sync the folder", path_, std::strerror(errno));
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) return Failure("create the folder", path_, error.message());
  fs::recursive_directory_iterator it(temporary_, error);
  for (const fs::recursive_directory_iterator end; !error && it != end; it.increment(error)) {
    const fs::path place = path_ / it->path().lexically_relative(temporary_);
    if (it->is_directory(error)) {
      fs::create_directories(place, error);
    } else if (!error) {
      fs::rename(it->path(), place, error);
    }
    if (error) return Failure("move the file to its place", place, error.message());
  }
  if (error) return Failure("read the folder", temporary_, error.message());
  Discard();
  return Ok();
}

}  // namespace prelabel
