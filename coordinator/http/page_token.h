// The token that lets a browser or a program see the page where others could reach it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

// The token in a file, made there (mode 600) where there is none and `make` says so. 16 to 256
// letters, digits, '-' and '_'. InvalidArgument: missing, something else, or not private.
Result<std::string> LoadPageToken(const std::filesystem::path& file, bool make);

// Takes as long for any wrong token as for the right one, but for its length.
bool SameToken(std::string_view offered, std::string_view token);

// `bytes` random bytes from the system, as hexadecimal digits.
std::string RandomHex(std::size_t bytes);

}  // namespace prelabel
