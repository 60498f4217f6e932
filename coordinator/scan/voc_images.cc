#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/input_file.h"
#include "coordinator/formats/text_lines.h"
#include "coordinator/scan/file_pattern.h"
#include "coordinator/scan/item_name.h"
#include "coordinator/scan/labeled_dataset.h"
#include "coordinator/scan/split_items.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLine = 4096;

// Without blanks around it, and without the quotes that datumaro puts around names with blanks.
std::string NameOf(std::string line) {
  line.erase(line.find_last_not_of(" \t\r") + 1);
  line.erase(0, line.find_first_not_of(" \t"));
  if (line.size() > 1 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  return line;
}

std::string StemOf(const std::string& file) {
  return fs::path(file).replace_extension().generic_string();
}

}  // namespace

Result<DatasetImages> ListVoc(const fs::path& folder) {
  DatasetImages dataset;
  dataset.root = folder / "JPEGImages";
  dataset.has_labels = true;
  SplitItems found;
  MatchedFiles pictures = MatchPattern(dataset.root.string());
  std::sort(pictures.files.begin(), pictures.files.end());
  found.warnings() = std::move(pictures.warnings);
  std::map<std::string, std::string> by_stem;
  for (const std::string& file : pictures.files) by_stem.emplace(StemOf(file), file);
  bool any_list = false;
  for (const char* split : {"train", "val", "test", "default", "trainval"}) {
    const fs::path path = folder / "ImageSets" / "Main" / fmt::format("{}.txt", split);
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    any_list = true;
    Result<std::ifstream> list = OpenRegularFile(path);
    if (!list) return InvalidArgument(list.error().message, path.string());
    found.Begin(split);
    for (std::uint64_t number = 1;; ++number) {
      Result<std::optional<std::string>> line = NextTextLine(list.value(), number, kLongestLine);
      if (!line) return Error{line.error().code, line.error().ToString(), path.string()};
      if (!line.value()) break;
      const std::string name = NameOf(*line.value());
      if (name.empty()) continue;
      if (const auto wrong = WrongItemName(name, kLongestItemName - 4)) {
        return InvalidArgument(
            fmt::format("{}:{}: the picture's name {}", path.string(), number, *wrong));
      }
      const auto file = by_stem.find(name);
      const std::string picture = file == by_stem.end() ? name + ".jpg" : file->second;
      found.Add(picture, (dataset.root / picture).string());
    }
  }
  if (!any_list) {
    for (const std::string& file : pictures.files) found.Add(file, (dataset.root / file).string());
  }
  dataset.items = found.Take();
  return dataset;
}

}  // namespace prelabel
