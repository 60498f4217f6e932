// Opens files that users name. Adapter of the file system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/base/result.h"

namespace prelabel {

// For reading bytes. InvalidArgument, without a context: it is no regular file (reading a device or
// a pipe might not end), or cannot be opened.
Result<std::ifstream> OpenRegularFile(const std::filesystem::path& path);

// All of it. InvalidArgument with the path as context: the same, or it is larger than `max_bytes`.
Result<std::string> ReadWholeFile(const std::filesystem::path& path, std::uint64_t max_bytes);

}  // namespace prelabel
