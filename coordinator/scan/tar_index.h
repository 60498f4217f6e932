// What is in a tar archive, and where (adapter over libarchive): nothing is unpacked. Thread-safe.
#pragma once

#include <filesystem>
#include <string_view>

#include "common/base/result.h"
#include "coordinator/scan/archive_index.h"

namespace prelabel {

// Whether the name ends in .tar or .TAR.
bool IsTarName(std::string_view name);

// Of an uncompressed tar in any of its dialects (ustar, pax, GNU). Members that are no regular
// files, have no image's extension, are hidden, are larger than kMaxMemberBytes or whose names lead
// out of a folder (WrongItemName) are left out; those that somebody might miss are counted in a
// warning. Of two members of a name the last one holds, as when unpacking. An archive that is cut
// off keeps what lies before, with a warning. DataLoss: it cannot be read, is no tar (or
// compressed), or has more members than the limit.
Result<ArchiveIndex> IndexTar(const std::filesystem::path& path);

}  // namespace prelabel
