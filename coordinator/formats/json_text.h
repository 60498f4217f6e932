// Strings as JSON (RFC 8259 §7).
#pragma once

#include <string>
#include <string_view>

namespace prelabel {

// The text in quotes, escaped. Valid UTF-8 stays as it is; bytes that are not UTF-8 (file names may
// hold any) become U+FFFD, so that the file remains JSON.
std::string JsonString(std::string_view text);

}  // namespace prelabel
