#include "coordinator/formats/xml_text.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "coordinator/formats/utf8_sequence.h"

namespace prelabel {

std::string XmlText(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    const auto c = static_cast<unsigned char>(character.front());
    if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else if (c == '\t' || c == '\n' || c == '\r') {
      out += fmt::format("&#{};", c);  // readers turn bare ones into blanks
    } else if (length == 0 || c < 0x20 || character == "\xEF\xBF\xBE" ||
               character == "\xEF\xBF\xBF") {
      out += kReplacement;
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace prelabel
