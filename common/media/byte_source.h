// The bytes of a file, wherever it is.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"

namespace prelabel {

// Not thread-safe; one source belongs to one thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const = 0;

  // The bytes from `offset` on: at least one, at most `most` (> 0); none at and behind the end.
  // Unavailable: they cannot be had now. DataLoss: the file is not what it was.
  virtual Result<std::string> Read(std::uint64_t offset, std::size_t most) = 0;
};

}  // namespace prelabel
