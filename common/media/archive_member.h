// Files inside tar and zip archives, read in place: where one lies, as a text that travels like a
// path, and its bytes. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

struct ArchiveMember {
  std::filesystem::path archive;  // absolute
  std::uint64_t offset = 0;       // of its first byte
  std::uint64_t size = 0;         // unpacked
  std::uint64_t packed = 0;       // bytes in the archive where they are deflated; 0: as they are
  friend bool operator==(const ArchiveMember&, const ArchiveMember&) = default;
};

// The largest member, in bytes, packed and unpacked.
inline constexpr std::uint64_t kMaxMemberBytes = std::uint64_t{1} << 30;

// "member:OFFSET:SIZE:/path/to/archive" or "deflated:OFFSET:PACKED:SIZE:/path/to/archive": no
// absolute path and no URL begins so.
std::string MemberLocation(const ArchiveMember& member);
// Nothing where the text is no such location, or the size is over the limit.
std::optional<ArchiveMember> ParseMemberLocation(std::string_view location);

// For messages: "/path/to/archive (byte OFFSET)".
std::string ShownMember(const ArchiveMember& member);

// How many bytes it takes in the archive, from `offset` on.
std::uint64_t StoredBytes(const ArchiveMember& member);

// What it is, from those bytes. DataLoss: they are damaged or too few. No context.
Result<std::string> UnpackMember(const ArchiveMember& member, std::string stored);

// The unpacked bytes. DataLoss: the archive is shorter than that or damaged there. Unavailable: it
// cannot be opened or read, or memory is short. Errors have ShownMember as their context.
Result<std::string> ReadMember(const ArchiveMember& member);

}  // namespace prelabel
