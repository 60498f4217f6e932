#include "common/media/archive_member.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <new>

#include "common/media/inflate.h"

namespace prelabel {
namespace {

constexpr std::string_view kPrefix = "member:";
constexpr std::string_view kDeflatedPrefix = "deflated:";

// Digits up to the next ':', which is taken, too.
std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop == end || *stop != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return number;
}

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

Result<std::string> ReadRange(const ArchiveMember& member) {
  // A pipe in its place must not make the open wait.
  const Descriptor file(open(member.archive.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) {
    return Unavailable(std::string("cannot be opened: ") + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return DataLoss("is no file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t stored = member.packed > 0 ? member.packed : member.size;
  if (member.offset > size || stored > size - member.offset) {
    return DataLoss(
        "the archive ends before the end of this member: was it changed after the scan?");
  }
  std::string bytes(stored, '\0');
  for (std::size_t read = 0; read < bytes.size();) {
    const ssize_t got = pread(file.get(), bytes.data() + read, bytes.size() - read,
                              static_cast<off_t>(member.offset + read));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unavailable(std::string("reading failed: ") + std::strerror(errno));
    if (got == 0) return DataLoss("the archive ends before the end of this member");
    read += static_cast<std::size_t>(got);
  }
  if (member.size == 0) return DataLoss("the file is empty (0 bytes)");
  if (member.packed > 0) return Inflate(bytes, member.size);
  return bytes;
}

}  // namespace

std::string MemberLocation(const ArchiveMember& member) {
  std::string text(member.packed > 0 ? kDeflatedPrefix : kPrefix);
  text += std::to_string(member.offset) + ":";
  if (member.packed > 0) text += std::to_string(member.packed) + ":";
  return text + std::to_string(member.size) + ":" + member.archive.string();
}

std::optional<ArchiveMember> ParseMemberLocation(std::string_view location) {
  const bool deflated = location.starts_with(kDeflatedPrefix);
  if (!deflated && !location.starts_with(kPrefix)) return std::nullopt;
  location.remove_prefix(deflated ? kDeflatedPrefix.size() : kPrefix.size());
  const auto offset = TakeNumber(location);
  if (!offset || *offset > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / 2) {
    return std::nullopt;
  }
  const auto packed = deflated ? TakeNumber(location) : std::optional<std::uint64_t>(0);
  if (!packed || *packed > kMaxMemberBytes || (deflated && *packed == 0)) return std::nullopt;
  const auto size = TakeNumber(location);
  if (!size || *size > kMaxMemberBytes || !location.starts_with('/')) return std::nullopt;
  return ArchiveMember{std::filesystem::path(location), *offset, *size, *packed};
}

std::string ShownMember(const ArchiveMember& member) {
  return member.archive.string() + " (byte " + std::to_string(member.offset) + ")";
}

Result<std::string> ReadMember(const ArchiveMember& member) {
  try {
    Result<std::string> bytes = ReadRange(member);
    if (bytes) return bytes;
    Error error = bytes.error();
    error.context = ShownMember(member);
    return error;
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to read the picture", ShownMember(member));
  }
}

}  // namespace prelabel
