#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "common/base/url.h"
#include "common/job/yaml_document.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/formats/text_lines.h"
#include "coordinator/formats/yolo_reader.h"
#include "coordinator/scan/file_pattern.h"
#include "coordinator/scan/item_name.h"
#include "coordinator/scan/labeled_dataset.h"
#include "coordinator/scan/split_items.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLine = 4096;

class YoloLister {
 public:
  explicit YoloLister(const fs::path& data_yaml) : data_yaml_(data_yaml) {}

  Result<DatasetImages> List() {
    PRELABEL_TRY(const std::string text, ReadYamlFile(data_yaml_, "data.yaml"));
    ProblemList problems(1);
    const YoloData data = ReadYoloData(text, problems);
    if (data.splits.empty()) {
      const std::string why = problems.kept().empty() || problems.kept()[0].message.empty()
                                  ? std::string("it has none of 'train', 'val' and 'test'")
                                  : problems.kept()[0].message;
      return InvalidArgument("names no pictures: " + why, data_yaml_.string());
    }
    dataset_.root = (data_yaml_.parent_path() / data.path).lexically_normal();
    if (!dataset_.root.has_filename()) dataset_.root = dataset_.root.parent_path();
    std::error_code error;
    if (!fs::is_directory(dataset_.root, error)) {
      return InvalidArgument(
          fmt::format("'path' is {}, which is no folder; leave it out where the pictures are "
                      "beside data.yaml, or make it absolute",
                      dataset_.root.string()),
          data_yaml_.string());
    }
    for (const YoloSplit& split : data.splits) {
      found_.Begin(split.name);
      for (const std::string& place : split.places) {
        PRELABEL_TRY(AddPlace(split.name, place));
      }
    }
    dataset_.has_labels = true;
    dataset_.items = found_.Take();
    const std::vector<std::string>& names = dataset_.items.names;
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) {
      return InvalidArgument(
          fmt::format("two pictures would be called '{}'; move one of them", *twice),
          data_yaml_.string());
    }
    return std::move(dataset_);
  }

 private:
  Result<void> AddPlace(const std::string& split, const std::string& place) {
    if (place.find('\0') != std::string::npos || HasScheme(place)) {
      return InvalidArgument(fmt::format("'{}' is no path: {}", split, QuotedExcerpt(place)),
                             data_yaml_.string());
    }
    std::error_code error;
    fs::path path = (dataset_.root / place).lexically_normal();
    if (!fs::exists(path, error) && place.starts_with("../")) {
      path = (dataset_.root / place.substr(3)).lexically_normal();
    }
    if (!path.has_filename()) path = path.parent_path();
    if (fs::is_directory(path, error)) {
      MatchedFiles match = MatchPattern(path.string());
      std::move(match.warnings.begin(), match.warnings.end(),
                std::back_inserter(found_.warnings()));
      if (match.files.empty()) {
        found_.warnings().push_back(
            fmt::format("{}: '{}': no pictures in this folder or below it", path.string(), split));
      }
      for (const std::string& file : match.files) Add(path / file);
      return Ok();
    }
    Result<std::ifstream> list = OpenRegularFile(path);
    if (!list) {
      found_.warnings().push_back(
          fmt::format("{}: '{}': {}", path.string(), split, list.error().message));
      return Ok();
    }
    return AddLines(list.value(), path);
  }

  Result<void> AddLines(std::istream& in, const fs::path& path) {
    for (std::uint64_t number = 1;; ++number) {
      Result<std::optional<std::string>> line = NextTextLine(in, number, kLongestLine);
      if (!line) return Error{line.error().code, line.error().ToString(), path.string()};
      if (!line.value()) return Ok();
      std::string text = *line.value();
      text.erase(text.find_last_not_of(" \t\r") + 1);
      if (text.empty()) continue;
      const fs::path picture = (path.parent_path() / text).lexically_normal();
      const std::optional<std::string> wrong =
          HasScheme(text) ? "is a URL; a manifest takes those"
                          : WrongItemName(NameBelow(dataset_.root, picture), kLongestItemName);
      if (wrong) {
        return InvalidArgument(
            fmt::format("{}:{}: the picture's name {}", path.string(), number, *wrong));
      }
      Add(picture);
    }
  }

  void Add(const fs::path& picture) {
    found_.Add(NameBelow(dataset_.root, picture), picture.string());
  }

  const fs::path& data_yaml_;
  DatasetImages dataset_;
  SplitItems found_;
};

}  // namespace

Result<DatasetImages> ListYolo(const fs::path& data_yaml) { return YoloLister(data_yaml).List(); }

}  // namespace prelabel
