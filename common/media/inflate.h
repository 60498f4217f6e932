// Unpacks deflated bytes (RFC 1951; adapter over zlib). Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

// `size` bytes from all of `packed`, which holds nothing else. DataLoss: it is damaged, or gives
// another number of bytes; a size that deflate cannot reach (it packs 1,032 bytes into one at best)
// is noticed before anything is allocated. Unavailable: memory is short.
Result<std::string> Inflate(std::string_view packed, std::uint64_t size);

}  // namespace prelabel
