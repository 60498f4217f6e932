// SHA-256 of a file (adapter over OpenSSL): whether weights are the ones that a card vouches for.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace prelabel {

// 64 lower-case hex digits (FIPS 180-4). InvalidArgument: the file cannot be opened or read.
Result<std::string> Sha256File(const std::filesystem::path& path);

}  // namespace prelabel
