// Strings as XML 1.0 (w3.org/TR/xml).
#pragma once

#include <string>
#include <string_view>

namespace prelabel {

// The text, escaped so that an element's content and an attribute's value in quotes come back from
// a reader as it is. What XML cannot hold (most control characters, bytes that are not UTF-8)
// becomes U+FFFD.
std::string XmlText(std::string_view text);

}  // namespace prelabel
