#include <cstddef>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "coordinator/formats/json_checks.h"
#include "coordinator/formats/json_records.h"
#include "coordinator/formats/json_view.h"
#include "coordinator/formats/text_lines.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxLine = std::size_t{1} << 26;

class Checker {
 public:
  explicit Checker(ProblemList& problems) : problems_(problems) {}

  // The members beside `labels`.
  void Member(std::string_view key, const json::value& value, const std::string& place) {
    if (key == "id") {
      const auto id = JsonNumber(&value);
      if (!id || *id <= last_id_) {
        problems_.Error(place, "'id' must be a whole number from 1, in the order of the lines");
      } else {
        last_id_ = *id;
      }
      has_id_ = true;
    } else if (key == "file_name") {
      has_name_ = value.is_string() && !value.get_string().empty();
    } else if (key == "error") {
      failed_ = true;
    } else if (key == "width" || key == "height") {
      const auto side = JsonNumber(&value);
      if (side && *side >= 1) {
        ++sides_;
      } else {
        problems_.Error(place, fmt::format("'{}' must be the picture's, in pixels", key));
      }
    }
  }

  void Label(std::size_t index, const json::value& label, const std::string& line) {
    ++counts.labels;
    const std::string place = fmt::format("{}, labels[{}]", line, index);
    const auto category = JsonText(label, "category");
    if (!category || category->empty()) problems_.Error(place, "'category' must be a name");
    // Without one it is of the whole picture.
    const bool placed = JsonMember(label, "bbox") != nullptr;
    const json::array* box = JsonList(label, "bbox");
    bool good = !placed || (box != nullptr && box->size() == 4);
    for (std::size_t i = 0; good && placed && i < 4; ++i) {
      const auto number = JsonNumber(&(*box)[i]);
      good = number && (i < 2 || *number >= 0);
    }
    if (!good) problems_.Error(place, "'bbox' must be left, top, width and height");
    if (const json::value* score = JsonMember(label, "score")) {
      const auto number = JsonNumber(score);
      if (!number || *number < 0 || *number > 1) {
        problems_.Error(place, "'score' must be a number from 0 to 1");
      }
    }
  }

  void EndLine(const std::string& place) {
    if (!has_id_) problems_.Error(place, "'id' is missing");
    if (!has_name_) problems_.Error(place, "'file_name' is missing; pictures are found by it");
    if (sides_ < 2 && !failed_) problems_.Error(place, "'width' and 'height' are missing");
    has_id_ = has_name_ = failed_ = false;
    sides_ = 0;
  }

  RecordCounts counts;

 private:
  ProblemList& problems_;
  double last_id_ = 0;
  bool has_id_ = false;
  bool has_name_ = false;
  bool failed_ = false;
  int sides_ = 0;
};

}  // namespace

Result<RecordCounts> CheckJsonl(std::istream& in, ProblemList& problems) {
  Checker checker(problems);
  for (std::uint64_t number = 1;; ++number) {
    const std::string place = LinePlace(number);
    const Result<std::optional<std::string>> line = NextTextLine(in, number, kMaxLine);
    if (!line) {
      if (line.error().code != ErrorCode::kInvalidArgument) return line.error();
      problems.Error(line.error().context, line.error().message);
      return checker.counts;
    }
    if (!line.value()) return checker.counts;
    if (line.value()->find_first_not_of(" \t\r") == std::string::npos) continue;
    ++checker.counts.records;
    std::istringstream text(*line.value());
    const Result<void> read = ReadJsonRecords(
        text, {"labels", "label", "must be an object with the list 'labels'", "must be an object"},
        {[&](std::size_t index, const json::value& label) -> Result<void> {
           checker.Label(index, label, place);
           return Ok();
         },
         [&](std::string_view key, const json::value& value) -> Result<void> {
           checker.Member(key, value, place);
           return Ok();
         }});
    if (!read) {
      const std::string& within = read.error().context;
      problems.Error(within.empty() ? place : fmt::format("{} ({})", place, within),
                     read.error().message);
    }
    checker.EndLine(place);
  }
}

}  // namespace prelabel
