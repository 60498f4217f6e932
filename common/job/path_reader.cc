#include "common/job/path_reader.h"

#include <fmt/format.h>

#include "common/job/map_reader.h"

namespace prelabel {

std::string ResolvePath(const std::string& text, const std::filesystem::path& folder) {
  std::string path = (folder / text).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::optional<std::string> ReadPath(const YamlNode& node, const std::string& name,
                                    const std::filesystem::path& folder, Mistakes& mistakes) {
  auto text = ReadText(node, name, mistakes);
  if (!text) return std::nullopt;
  if (text->find('\0') != std::string::npos) {
    mistakes.Add(node.at, fmt::format("'{}' is no path: {}", name, Quoted(*text)));
    return std::nullopt;
  }
  return ResolvePath(*text, folder);
}

}  // namespace prelabel
