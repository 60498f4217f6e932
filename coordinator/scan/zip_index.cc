#include "coordinator/scan/zip_index.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/input_file.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kMostDirectory = std::uint64_t{1} << 30;  // bytes
constexpr std::uint64_t kEndSize = 22;                            // without its comment
constexpr std::uint64_t kLongestComment = 0xFFFF;
constexpr std::uint64_t kLocatorSize = 20;
constexpr std::uint64_t kEnd64Size = 56;
constexpr std::size_t kEntrySize = 46;  // without name, extra fields and comment
constexpr std::uint64_t kLocalSize = 30;
constexpr std::uint64_t kSee64 = 0xFFFFFFFF;  // "the zip64 extra field has it"

// Little-endian, as all numbers are. 0 behind the end.
std::uint64_t Number(std::string_view bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || size > bytes.size() - at) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return value;
}

struct Entry {
  std::string_view name;
  std::uint64_t flags = 0;
  std::uint64_t method = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint64_t header = 0;  // where its local header begins
  bool regular = true;
};

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t members = 0;
};

class ZipReader {
 public:
  ZipReader(const std::filesystem::path& path, std::istream& in) : path_(path), in_(in) {}

  Result<ArchiveIndex> Read() {
    in_.seekg(0, std::ios::end);
    size_ = static_cast<std::uint64_t>(std::max<std::streamoff>(in_.tellg(), 0));
    PRELABEL_TRY(const Directory directory, FindDirectory());
    if (directory.members > kMostMembers) {
      return DataLoss(fmt::format("has more than {} members", kMostMembers), path_.string());
    }
    if (directory.size > kMostDirectory || directory.size > size_ ||
        directory.offset > size_ - directory.size) {
      return Damaged("its directory is said to lie where there is none");
    }
    PRELABEL_TRY(const std::string bytes, Bytes(directory.offset, directory.size));
    std::string_view left = bytes;
    for (std::uint64_t i = 0; i < directory.members; ++i) {
      const std::optional<Entry> entry = TakeEntry(left);
      if (!entry) {
        return Damaged(fmt::format("its directory breaks off at member {}", i + 1));
      }
      PRELABEL_TRY(Add(*entry));
    }
    return members_.Finish(path_);
  }

 private:
  Error Damaged(const std::string& why) const {
    return DataLoss("is no zip archive, or damaged: " + why, path_.string());
  }

  // `count` was compared with the file's size.
  Result<std::string> Bytes(std::uint64_t offset, std::uint64_t count) {
    std::string bytes(static_cast<std::size_t>(count), '\0');
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(offset));
    in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (static_cast<std::uint64_t>(in_.gcount()) == count) return bytes;
    return Unavailable("reading failed", path_.string());
  }

  // The end record is at the very end, before a comment of unknown length.
  Result<Directory> FindDirectory() {
    if (size_ < kEndSize) return Damaged("it is too short");
    const std::uint64_t most = std::min(size_, kEndSize + kLongestComment + kLocatorSize);
    PRELABEL_TRY(const std::string tail, Bytes(size_ - most, most));
    std::size_t at = tail.size() - kEndSize;
    while (Number(tail, at, 4) != 0x06054B50 || at + kEndSize + Number(tail, at + 20, 2) > most) {
      if (at == 0) return Damaged("the record at its end is missing; was it cut off?");
      --at;
    }
    Directory directory{Number(tail, at + 16, 4), Number(tail, at + 12, 4),
                        Number(tail, at + 10, 2)};
    bool one_part = Number(tail, at + 4, 2) == 0 && Number(tail, at + 6, 2) == 0;
    const std::size_t locator = at - kLocatorSize;
    if (at >= kLocatorSize && Number(tail, locator, 4) == 0x07064B50) {
      const std::uint64_t place = Number(tail, locator + 8, 8);
      if (size_ < kEnd64Size || place > size_ - kEnd64Size) {
        return Damaged("its zip64 record is said to lie behind its end");
      }
      PRELABEL_TRY(const std::string end64, Bytes(place, kEnd64Size));
      if (Number(end64, 0, 4) != 0x06064B50) return Damaged("its zip64 record is missing");
      directory = {Number(end64, 48, 8), Number(end64, 40, 8), Number(end64, 32, 8)};
      one_part = Number(end64, 16, 4) == 0 && Number(end64, 20, 4) == 0;
    }
    if (one_part) return directory;
    return DataLoss("is a part of an archive of several; join them (zip -s 0)", path_.string());
  }

  static std::optional<Entry> TakeEntry(std::string_view& left) {
    if (left.size() < kEntrySize || Number(left, 0, 4) != 0x02014B50) return std::nullopt;
    const std::size_t name = Number(left, 28, 2);
    const std::size_t extra = Number(left, 30, 2);
    const std::size_t whole = kEntrySize + name + extra + Number(left, 32, 2);
    if (left.size() < whole) return std::nullopt;
    Entry entry{left.substr(kEntrySize, name), Number(left, 8, 2),  Number(left, 10, 2),
                Number(left, 20, 4),           Number(left, 24, 4), Number(left, 42, 4)};
    Apply64(left.substr(kEntrySize + name, extra), entry);
    // Made on Unix: the upper half of the attributes is the mode, whose type may be a link's.
    const std::uint64_t type = Number(left, 38, 4) >> 28;
    const bool unix_made = Number(left, 5, 1) == 3;
    entry.regular = !entry.name.ends_with('/') && !(unix_made && type != 0 && type != 8);
    left.remove_prefix(whole);
    return entry;
  }

  // The extra field 1 has those of size, packed size and place that do not fit, in that order.
  static void Apply64(std::string_view extra, Entry& entry) {
    while (extra.size() >= 4) {
      const std::size_t size = std::min<std::size_t>(Number(extra, 2, 2), extra.size() - 4);
      if (Number(extra, 0, 2) == 1) {
        std::string_view field = extra.substr(4, size);
        for (std::uint64_t* number : {&entry.size, &entry.packed, &entry.header}) {
          if (*number != kSee64 || field.size() < 8) continue;
          *number = Number(field, 0, 8);
          field.remove_prefix(8);
        }
        return;
      }
      extra.remove_prefix(4 + size);
    }
  }

  Result<void> Add(const Entry& entry) {
    std::string_view name = entry.name;
    if (!entry.regular || !members_.Wants(name)) return Ok();
    constexpr std::uint64_t kStored = 0;
    constexpr std::uint64_t kDeflated = 8;
    if ((entry.flags & 1U) != 0) {
      members_.Count("they are encrypted; unpack them with their password");
      return Ok();
    }
    if (entry.method != kStored && entry.method != kDeflated) {
      members_.Count("they are packed by another method than deflate");
      return Ok();
    }
    const std::optional<std::uint64_t> begin = FindBytes(entry);
    // Deflate needs a byte for nothing, too.
    const bool fits = entry.method == kStored ? entry.packed == entry.size : entry.packed > 0;
    if (!begin || !fits) {
      members_.Count("the archive is damaged there");
      return Ok();
    }
    members_.Add(name, *begin, entry.size, entry.method == kDeflated ? entry.packed : 0);
    return Ok();
  }

  // Behind the local header, whose extra field may have another length than the directory's.
  std::optional<std::uint64_t> FindBytes(const Entry& entry) {
    if (size_ < kLocalSize || entry.header > size_ - kLocalSize) return std::nullopt;
    const Result<std::string> local = Bytes(entry.header, kLocalSize);
    if (!local || Number(local.value(), 0, 4) != 0x04034B50) return std::nullopt;
    const std::uint64_t begin =
        entry.header + kLocalSize + Number(local.value(), 26, 2) + Number(local.value(), 28, 2);
    if (begin > size_ || entry.packed > size_ - begin) return std::nullopt;
    return begin;
  }

  const std::filesystem::path& path_;
  std::istream& in_;
  std::uint64_t size_ = 0;
  MemberList members_;
};

}  // namespace

bool IsZipName(std::string_view name) { return name.ends_with(".zip") || name.ends_with(".ZIP"); }

Result<ArchiveIndex> IndexZip(const std::filesystem::path& path) {
  Result<std::ifstream> in = OpenRegularFile(path);
  if (!in) return Unavailable(in.error().message, path.string());
  return IndexZip(in.value(), path);
}

Result<ArchiveIndex> IndexZip(std::istream& in, const std::filesystem::path& path) {
  return ZipReader(path, in).Read();
}

}  // namespace prelabel
