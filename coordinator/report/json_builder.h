// Builds indented JSON; commas and line ends are its business. Numbers are never NaN or infinite:
// what is none becomes null.
#pragma once

#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/json_text.h"

namespace prelabel {

// Six significant digits: more than any figure of a report is worth, and the same everywhere.
inline std::string JsonNumber(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value == 0 ? 0.0 : value) : "null";
}

class JsonBuilder {
 public:
  void Open(char bracket, std::string_view key = {}) {
    Begin(key);
    text_ += bracket;
    ++depth_;
    first_ = true;
  }
  void Close(char bracket) {
    --depth_;
    if (!first_) NewLine();
    text_ += bracket;
    first_ = false;
  }
  // `value` is JSON already.
  void Put(std::string_view key, std::string_view value) {
    Begin(key);
    text_ += value;
  }
  void Put(std::string_view key, std::uint64_t value) { Put(key, fmt::format("{}", value)); }
  void Number(std::string_view key, double value) { Put(key, JsonNumber(value)); }
  void Bool(std::string_view key, bool value) { Put(key, value ? "true" : "false"); }
  void String(std::string_view key, std::string_view value) { Put(key, JsonString(value)); }

  // On one line.
  template <class Range, class Format>
  void List(std::string_view key, const Range& range, Format format) {
    std::string list = "[";
    for (const auto& value : range) {
      if (list.size() > 1) list += ", ";
      list += format(value);
    }
    Put(key, list + "]");
  }

  std::string Take() { return std::move(text_) + "\n"; }

 private:
  void NewLine() { fmt::format_to(std::back_inserter(text_), "\n{:{}}", "", 2 * depth_); }
  void Begin(std::string_view key) {
    if (!first_) text_ += ',';
    if (depth_ > 0) NewLine();
    first_ = false;
    if (!key.empty()) text_ += JsonString(key) + ": ";
  }

  std::string text_;
  int depth_ = 0;
  bool first_ = true;
};

// For List.
inline constexpr auto kJsonInteger = [](std::uint64_t value) { return fmt::format("{}", value); };
inline constexpr auto kJsonQuoted = [](const std::string& value) { return JsonString(value); };
inline constexpr auto kJsonShortest = [](float value) { return fmt::format("{}", value); };

}  // namespace prelabel
