// What of a text is UTF-8. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

namespace prelabel {

// Length of the valid UTF-8 sequence at the start of `text`, 0 where there is none (RFC 3629 §4:
// no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t Utf8SequenceLength(std::string_view text);

}  // namespace prelabel
