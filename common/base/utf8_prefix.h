// Cuts UTF-8 text between characters. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

namespace prelabel {

// The first `most` bytes of the text, less where they would end inside a character (RFC 3629:
// bytes 10xxxxxx continue one).
inline std::string_view Utf8Prefix(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

}  // namespace prelabel
