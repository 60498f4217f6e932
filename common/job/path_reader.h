// Paths in YAML files, which resolve against the file's folder. Pure: no disk is asked.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/job/yaml_document.h"

namespace prelabel {

// Absolute, without "." and "..", and without a separator at the end.
std::string ResolvePath(const std::string& text, const std::filesystem::path& folder);

// The resolved path; nullopt where the value is none, which is then in `mistakes`. `name` is the
// full key ("output.dir") for messages.
std::optional<std::string> ReadPath(const YamlNode& node, const std::string& name,
                                    const std::filesystem::path& folder, Mistakes& mistakes);

}  // namespace prelabel
