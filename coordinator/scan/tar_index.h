// What is in a tar archive, and where (adapter over libarchive): nothing is unpacked. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct TarMember {
  std::string name;          // as in the archive, without "./" before it
  std::uint64_t offset = 0;  // of its bytes in the archive
  std::uint64_t size = 0;
};

struct TarIndex {
  std::vector<TarMember> members;     // regular files with an image's extension, in their order
  std::vector<std::string> warnings;  // what was left out or is odd, a sentence each
};

inline constexpr std::size_t kMostTarMembers = 20'000'000;

// Whether the name ends in .tar or .TAR.
bool IsTarName(std::string_view name);

// Of an uncompressed tar in any of its dialects (ustar, pax, GNU). Members that are no regular
// files, have no image's extension, are hidden, are larger than kMaxMemberBytes or whose names lead
// out of a folder (WrongItemName) are left out; those that somebody might miss are counted in a
// warning. Of two members of a name the last one holds, as when unpacking. An archive that is cut
// off keeps what lies before, with a warning. DataLoss: it cannot be read, is no tar (or
// compressed), or has more members than the limit.
Result<TarIndex> IndexTar(const std::filesystem::path& path);

}  // namespace prelabel
