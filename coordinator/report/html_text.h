// Texts of reports: counts, escaped HTML, data URIs.
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

// For element content and quoted attributes.
std::string EscapeHtml(std::string_view text);

// RFC 4648 §4.
std::string Base64(std::span<const std::uint8_t> bytes);

}  // namespace prelabel
