#include "coordinator/formats/text_lines.h"

#include <utility>

#include <fmt/format.h>

namespace prelabel {

std::string LinePlace(std::uint64_t line) { return fmt::format("line {}", line); }

Result<std::optional<std::string>> NextTextLine(std::istream& in, std::uint64_t number,
                                                std::size_t most) {
  std::string line;
  bool any = false;
  for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
    any = true;
    if (c == '\n') break;
    if (line.size() == most) {
      return InvalidArgument(
          fmt::format("the line has more than {} bytes; is this a text file?", most),
          LinePlace(number));
    }
    line += static_cast<char>(c);
  }
  if (in.bad()) return Unavailable("the file cannot be read to its end; try again");
  if (!any) return std::optional<std::string>();
  return std::optional<std::string>(std::move(line));
}

}  // namespace prelabel
