// What sections of the HTML report are put together with.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "coordinator/report/html_text.h"
#include "coordinator/routing/verdict.h"

namespace prelabel {

// Appends to the page; texts of users go through EscapeHtml first.
class Page {
 public:
  template <class... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// A dash where there is nothing, so that the eye finds what there is.
inline std::string CountOrDash(std::uint64_t count) {
  return count == 0 ? "<span class=\"soft\">–</span>" : FormatCount(count);
}

inline std::string Swatch(std::uint32_t rgb) {
  return fmt::format("<span class=\"swatch\" style=\"background:#{:06x}\"></span>", rgb);
}

// "97 %", "98.7 %" near the top, where a tenth matters.
std::string ShareText(double share);
// "91–97 %".
std::string IntervalText(const Interval& interval);
// "12 min", "3.4 h", "1,180 h"; may be negative.
std::string HoursText(double hours);

// How a verdict is called and colored: a CSS class.
std::string VerdictTitle(Verdict verdict);
std::string VerdictClass(Verdict verdict);
std::string VerdictBadge(Verdict verdict);

}  // namespace prelabel
