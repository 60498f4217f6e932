// Numbers in text, whatever the locale. Pure; thread-safe.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace prelabel {

// The number that the whole text is, without blanks or a plus sign: integers in decimal, floating
// point as JSON has it and also "inf" and "nan". Nothing where it is none or out of T's range.
template <class T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const std::from_chars_result read =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace prelabel
