// A file's bytes with their SHA-256 (adapter over OpenSSL): whether weights are the ones that a
// card vouches for. The bytes that were hashed are those to use: a file may change meanwhile.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace prelabel {

struct HashedFile {
  std::string bytes;
  std::string sha256;  // of these bytes: 64 lower-case hex digits (FIPS 180-4)
};

// InvalidArgument: the file cannot be opened or read.
Result<HashedFile> ReadHashedFile(const std::filesystem::path& path);

}  // namespace prelabel
