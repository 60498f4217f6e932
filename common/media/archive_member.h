// Files inside uncompressed archives, read in place: where one lies, as a text that travels like a
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
  std::uint64_t size = 0;
  friend bool operator==(const ArchiveMember&, const ArchiveMember&) = default;
};

// The largest member, in bytes.
inline constexpr std::uint64_t kMaxMemberBytes = std::uint64_t{1} << 30;

// "member:OFFSET:SIZE:/path/to/archive": no absolute path and no URL begins so.
std::string MemberLocation(const ArchiveMember& member);
// Nothing where the text is no such location, or the size is over the limit.
std::optional<ArchiveMember> ParseMemberLocation(std::string_view location);

// For messages: "/path/to/archive (byte OFFSET)".
std::string ShownMember(const ArchiveMember& member);

// DataLoss: the archive is shorter than that. Unavailable: it cannot be opened or read, or memory
// is short. Errors have ShownMember as their context.
Result<std::string> ReadMember(const ArchiveMember& member);

}  // namespace prelabel
