// What is in a zip archive, and where: nothing is unpacked. Thread-safe. Nothing that an archive
// says is trusted.
#pragma once

#include <filesystem>
#include <istream>
#include <string_view>

#include "common/base/result.h"
#include "coordinator/scan/archive_index.h"

namespace prelabel {

// Whether the name ends in .zip or .ZIP.
bool IsZipName(std::string_view name);

// By the central directory (PKWARE, APPNOTE.TXT sections 4.3 and 4.5.3), zip64 included. Members
// that are stored or deflated are taken; which others, by what MemberList says. Encrypted ones,
// those of other methods and those whose local header is not where it should be are counted in a
// warning. DataLoss: it cannot be read, is no zip or cut off (the directory is at its end), has
// several parts, a directory of more than 1 GiB or more than kMostMembers members.
Result<ArchiveIndex> IndexZip(const std::filesystem::path& path);

// The same of an open file, or of anything that can seek. `path` is for messages.
Result<ArchiveIndex> IndexZip(std::istream& in, const std::filesystem::path& path);

}  // namespace prelabel
