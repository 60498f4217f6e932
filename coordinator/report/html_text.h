// Texts of reports: counts, shares, times, escaped HTML, data URIs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace prelabel {

// Grouped for people: 1,234,567.
std::string FormatCount(std::uint64_t count);
// "1 item", "2,000 items".
std::string CountOf(std::uint64_t count, std::string_view singular, std::string_view plural = {});
// "12.3 %"; "under 0.1 %" where it would be 0.0 without being nothing.
std::string PercentOf(std::uint64_t part, std::uint64_t whole);
// Of a video: 0:04.5, 1:02:03.4.
std::string FormatTime(double seconds);

// Cut to `bytes` (at least 3), not inside of a UTF-8 sequence, with "..." for what is left out.
std::string Shorten(std::string_view text, std::size_t bytes);

// Broken at spaces into lines of at most `width` bytes, where words are no longer, each ended by
// '\n'; no-break spaces become spaces.
std::string WrapText(std::string_view text, std::size_t width);

// For element content and quoted attributes.
std::string EscapeHtml(std::string_view text);

// RFC 4648 §4.
std::string Base64(std::span<const std::uint8_t> bytes);

}  // namespace prelabel
