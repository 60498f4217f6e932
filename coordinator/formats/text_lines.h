// The lines of a text file that is not trusted. One reading a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "common/base/result.h"

namespace prelabel {

// "line 3".
std::string LinePlace(std::uint64_t line);

// The next line without its "\n"; none at the end of the file. `number`: its, for messages.
// InvalidArgument: it has more than `most` bytes, of which no more are read. Unavailable: the
// stream fails.
Result<std::optional<std::string>> NextTextLine(std::istream& in, std::uint64_t number,
                                                std::size_t most);

}  // namespace prelabel
