// Comma-separated values (RFC 4180). Pure; thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Calls `row` for every record, empty lines left out; `line` counts from 1. Fields may be in double
// quotes, in which "" is one of them and line ends are text; a byte order mark is passed over.
// InvalidArgument with the line: a quote that does not end or stands inside of a field; or what
// `row` returned.
Result<void> ReadCsv(
    std::string_view text,
    const std::function<Result<void>(std::size_t line, const std::vector<std::string>& fields)>&
        row);

}  // namespace prelabel
