// What folders and archives hold beside pictures, counted by extension, so that nobody has to guess
// why something is not labeled. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace prelabel {

// By extension: ".json" in small letters, "" for none, "…" for what could not be shown.
using SkippedFiles = std::map<std::string, std::uint64_t>;

void CountSkipped(std::string_view name, SkippedFiles& skipped);

// "files passed over by extension: 10 .json, 3 .gif", most first and five kinds at most; empty
// where nothing was. `what`: "files".
std::string DescribeSkipped(const SkippedFiles& skipped, std::string_view what);

}  // namespace prelabel
