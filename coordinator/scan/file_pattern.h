// Files by pattern: a folder, a file or a glob. Reads folders, opens no file.
//
// `*` stands for any characters of one name, `?` for one, `**` as a whole name for any number of
// folders, none included. As in a shell, wildcards do not match a leading dot, and hidden files and
// folders are not entered. A path that exists is taken literally, wildcards and all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/scan/skipped_files.h"

namespace prelabel {

// Whether one name matches one component of a pattern. A `?` is one UTF-8 character.
bool MatchName(std::string_view pattern, std::string_view name);

// .jpg .jpeg .png .bmp .webp .tif .tiff, in any case.
bool HasImageExtension(std::string_view name);

struct MatchedFiles {
  std::filesystem::path root;  // the folder itself, the file's folder, or the glob's literal part
  std::vector<std::string> files;     // below root, '/' separated; each may appear more than once
  std::vector<std::string> warnings;  // what could not be looked at, a sentence each
  SkippedFiles skipped;  // files that match, but for their extension, which is no image's
};

// Below folders, and where a glob does not end in a literal extension, only names with an image's
// extension count; a file that is named itself always does. Links to files and folders are
// followed; a folder that contains itself is left out with a warning, as are unreadable folders and
// names that are not UTF-8 (labels could not name them). Broken links count as files: reading them
// will say so. Devices, sockets and pipes do not count. `pattern` is absolute. No match is no
// error.
MatchedFiles MatchPattern(const std::string& pattern);

}  // namespace prelabel
