#include "coordinator/scan/item_name.h"

#include <algorithm>

#include "coordinator/scan/utf8.h"

namespace prelabel {

std::optional<std::string> WrongItemName(std::string_view name, std::size_t longest) {
  if (name.empty()) return "is empty";
  if (name.size() > longest) return "is longer than " + std::to_string(longest) + " bytes";
  if (!IsUtf8(name)) return "is not UTF-8";
  const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '\\';
  });
  if (odd) return "has a control character or a backslash";
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty()) return "has an empty part, or begins or ends with '/'";
    if (part == "." || part == "..") return "has a part '" + std::string(part) + "'";
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace prelabel
