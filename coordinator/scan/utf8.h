// Names of files are bytes; labels and messages are UTF-8. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace prelabel {

// Well-formed after RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view bytes);

// ASCII for messages: every other byte as \xNN.
std::string PrintableName(std::string_view bytes);

}  // namespace prelabel
