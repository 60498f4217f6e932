// A part of a file, by its path. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace prelabel {

struct FilePart {
  std::uint64_t size = 0;     // of the whole file
  std::uint64_t version = 0;  // of its size and the time of its last change
  std::string bytes;          // fewer than `length` only at the end; none behind it
};

// DataLoss: it is no file. Unavailable: it cannot be opened or read. Errors have no context.
Result<FilePart> ReadFilePart(const std::filesystem::path& path, std::uint64_t offset,
                              std::size_t length);

}  // namespace prelabel
