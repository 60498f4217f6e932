// Names of items that are not those of files which were found: from manifests and archives. Labels
// and exported pictures are written under them. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace prelabel {

// What is wrong with a name, as the end of a sentence ("is empty"); nothing where it can be that of
// a file below any folder: UTF-8 without control characters and backslashes, relative, none of its
// parts empty, "." or "..", at most `longest` bytes.
std::optional<std::string> WrongItemName(std::string_view name, std::size_t longest);

}  // namespace prelabel
