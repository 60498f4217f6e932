#include "coordinator/formats/yolo_reader.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/base/parse_number.h"
#include "common/job/yaml_document.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxLine = std::size_t{1} << 22;
constexpr std::int64_t kMaxClasses = std::int64_t{1} << 16;
constexpr std::size_t kBoxNumbers = 4;
constexpr std::size_t kLeastPolygonNumbers = 6;  // three points

// The texts between blanks.
std::string_view NextColumn(std::string_view& line) {
  constexpr std::string_view kBlank = " \t\r\v\f";
  const std::size_t first = std::min(line.find_first_not_of(kBlank), line.size());
  line.remove_prefix(first);
  const std::string_view column = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(column.size());
  return column;
}

Result<YoloRow> ReadRow(std::string_view line) {
  YoloRow row;
  const std::string_view first = NextColumn(line);
  const auto class_id = ParseNumber<std::int64_t>(first);
  if (!class_id) {
    return InvalidArgument("the class (column 1) must be an integer, not " + QuotedExcerpt(first));
  }
  row.class_id = *class_id;
  for (std::string_view text = NextColumn(line); !text.empty(); text = NextColumn(line)) {
    const auto number = ParseNumber<double>(text);
    if (!number || !std::isfinite(*number)) {
      return InvalidArgument(fmt::format("column {} must be a finite number, not {}",
                                         row.numbers.size() + 2, QuotedExcerpt(text)));
    }
    row.numbers.push_back(*number);
  }
  const std::size_t count = row.numbers.size();
  if (count == kBoxNumbers || (count >= kLeastPolygonNumbers && count % 2 == 0)) return row;
  return InvalidArgument(fmt::format(
      "has {} column{}; write class, center x and y, width and height (5), or class and x and y of "
      "at least 3 points{}",
      count + 1, count == 0 ? "" : "s",
      count == kBoxNumbers + 1 ? "; scores belong in a file of their own" : ""));
}

class DataReader {
 public:
  explicit DataReader(ProblemList& problems) : problems_(problems) {}

  YoloData Read(YamlNode& root) {
    if (root.kind != YamlNode::Kind::kMap) {
      problems_.Error("", "must have the keys train, val and names");
      return data_;
    }
    data_.path = Text(root, "path");
    data_.train = Text(root, "train");
    AddSplit(root, "train", "train");
    AddSplit(root, "val", root.Find("val") != nullptr ? "val" : "validation");
    AddSplit(root, "test", "test");
    data_.has_val = root.Find("val") != nullptr || root.Find("validation") != nullptr;
    for (const auto& [there, key] :
         {std::pair(root.Find("train") != nullptr, "train"), std::pair(data_.has_val, "val")}) {
      if (!there) {
        problems_.Error("", fmt::format("'{}' is missing; trainers stop without it", key));
      }
    }
    if (!data_.path.empty() && data_.path.front() != '/') {
      problems_.Warning(Place(*root.Find("path")),
                        "a relative 'path' is looked for in the folder that the trainer is started "
                        "in; leave it out, and what stands here is relative to this file");
    }
    ReadNames(root);
    return data_;
  }

 private:
  static std::string Place(const YamlNode& node) { return LinePlace(node.at.line); }

  static std::string Text(YamlNode& root, const std::string& key) {
    const YamlNode* node = root.Find(key);
    return node == nullptr ? std::string() : node->text;
  }

  void AddSplit(YamlNode& root, const char* name, const char* key) {
    YamlNode* node = root.Find(key);
    if (node == nullptr) return;
    YoloSplit split{name, {}};
    if (!node->text.empty()) split.places.push_back(node->text);
    if (node->kind == YamlNode::Kind::kSequence) {
      for (const YamlNode& item : node->items) {
        if (!item.text.empty()) split.places.push_back(item.text);
      }
    }
    if (!split.places.empty()) data_.splits.push_back(std::move(split));
  }

  void ReadNames(YamlNode& root) {
    const YamlNode* count = root.Find("nc");
    std::int64_t nc = 0;  // 0: not known
    if (count != nullptr) {
      nc = ParseNumber<std::int64_t>(count->text).value_or(0);
      if (nc < 1 || nc > kMaxClasses) {
        problems_.Error(Place(*count),
                        fmt::format("'nc' must be an integer from 1 to {}", kMaxClasses));
        nc = 0;
      }
    }
    const YamlNode* names = root.Find("names");
    if (names == nullptr) {
      if (count == nullptr) problems_.Error("", "'names' is missing; write the classes' names");
      for (std::int64_t i = 0; i < nc; ++i) {
        data_.names.push_back(fmt::format("class_{}", i));
      }
      return;
    }
    if (names->kind != YamlNode::Kind::kSequence && names->kind != YamlNode::Kind::kMap) {
      problems_.Error(Place(*names), "'names' must be a list, or a map from 0 on");
      return;
    }
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < names->items.size(); ++i) {
      const YamlNode& item = names->items[i];
      if (names->kind == YamlNode::Kind::kMap && names->keys[i].text != std::to_string(i)) {
        problems_.Error(
            Place(names->keys[i]),
            fmt::format("the class {} stands where {} must: number the names from 0, in "
                        "their order",
                        QuotedExcerpt(names->keys[i].text), i));
      }
      if (item.kind != YamlNode::Kind::kScalar || item.text.empty()) {
        problems_.Error(Place(item), "a class must have a name");
      } else if (const auto [at, added] = seen.emplace(item.text, i); !added) {
        problems_.Warning(Place(item), fmt::format("the name {} stands for class {}, too",
                                                   QuotedExcerpt(item.text), at->second));
      }
      data_.names.push_back(item.text);
    }
    if (nc > 0 && static_cast<std::size_t>(nc) != data_.names.size()) {
      problems_.Error(Place(*count), fmt::format("'nc' is {}, but there are {} names; leave it out",
                                                 nc, data_.names.size()));
    }
  }

  ProblemList& problems_;
  YoloData data_;
};

}  // namespace

Box YoloBox(const YoloRow& row, int width, int height) {
  const auto pixels = [](double share, int side) { return static_cast<float>(share * side); };
  const std::vector<double>& n = row.numbers;
  return {pixels(n[0] - n[2] / 2, width), pixels(n[1] - n[3] / 2, height),
          pixels(n[0] + n[2] / 2, width), pixels(n[1] + n[3] / 2, height)};
}

std::vector<Point> YoloPolygon(const YoloRow& row, int width, int height) {
  std::vector<Point> points;
  for (std::size_t i = 0; i + 1 < row.numbers.size(); i += 2) {
    points.push_back({static_cast<float>(row.numbers[i] * width),
                      static_cast<float>(row.numbers[i + 1] * height)});
  }
  return points;
}

Result<void> ReadYoloLabels(std::istream& in, YoloVisitor& visitor) {
  for (std::uint64_t number = 1;; ++number) {
    PRELABEL_TRY(const std::optional<std::string> line, NextTextLine(in, number, kMaxLine));
    if (!line) return Ok();
    std::string_view rest = *line;
    if (NextColumn(rest).empty()) continue;
    Result<YoloRow> row = ReadRow(*line);
    if (!row) {
      PRELABEL_TRY(visitor.OnProblem(
          {LabelProblem::Severity::kError, LinePlace(number), row.error().message}));
      continue;
    }
    row.value().line = number;
    PRELABEL_TRY(visitor.OnRow(row.value()));
  }
}

YoloData ReadYoloData(const std::string& text, ProblemList& problems) {
  Mistakes mistakes("data.yaml");
  std::optional<YamlNode> root = ParseYaml(text, 0, mistakes);
  if (!mistakes.empty()) problems.Error("", mistakes.ToString());
  if (!root) return {};
  return DataReader(problems).Read(*root);
}

}  // namespace prelabel
