#include "coordinator/formats/yolo_check.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/yolo_reader.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxRows = std::size_t{1} << 16;  // that are compared with each other

class Checker : public YoloVisitor {
 public:
  Checker(std::optional<std::uint64_t> classes, ProblemList& problems)
      : classes_(classes), problems_(problems) {}

  Result<void> OnRow(const YoloRow& row) override {
    const std::string at = LinePlace(row.line);
    ++(row.IsBox() ? counts_.boxes : counts_.polygons);
    if (row.class_id < 0) {
      problems_.Error(at, fmt::format("class is {}; classes are numbered from 0", row.class_id));
    } else if (classes_ && static_cast<std::uint64_t>(row.class_id) >= *classes_) {
      problems_.Error(at, fmt::format("class is {}; data.yaml names {}, numbered from 0",
                                      row.class_id, *classes_));
    }
    const auto outside = std::find_if(row.numbers.begin(), row.numbers.end(),
                                      [](double number) { return number < 0 || number > 1; });
    if (outside != row.numbers.end()) {
      problems_.Error(at, fmt::format("{} (column {}) is outside of 0 to 1; write parts of the "
                                      "image's sides, cut off at its edges",
                                      *outside, outside - row.numbers.begin() + 2));
    } else if (row.IsBox() && (row.numbers[2] == 0 || row.numbers[3] == 0)) {
      problems_.Warning(at, "the box is empty");
    }
    if (counts_.boxes > 0 && counts_.polygons > 0 && !std::exchange(mixed_, true)) {
      problems_.Error(at,
                      "boxes (5 columns) and polygons stand in one file: trainers take the boxes "
                      "for lines; write polygons alone or boxes alone");
    }
    if (row.IsBox() && rows_.size() < kMaxRows) {
      const auto [same, added] = rows_.emplace(std::pair(row.class_id, row.numbers), row.line);
      if (!added) {
        problems_.Warning(at, fmt::format("is line {} once more; trainers drop it", same->second));
      }
    }
    return Ok();
  }

  Result<void> OnProblem(const LabelProblem& problem) override {
    problems_.Add(problem);
    return Ok();
  }

  YoloCounts counts() const { return counts_; }

 private:
  std::optional<std::uint64_t> classes_;
  ProblemList& problems_;
  YoloCounts counts_;
  bool mixed_ = false;
  std::map<std::pair<std::int64_t, std::vector<double>>, std::uint64_t> rows_;  // to their lines
};

}  // namespace

Result<YoloCounts> CheckYoloLabels(std::istream& in, std::optional<std::uint64_t> classes,
                                   ProblemList& problems) {
  Checker checker(classes, problems);
  const Result<void> read = ReadYoloLabels(in, checker);
  if (!read) {
    if (read.error().code != ErrorCode::kInvalidArgument) return read.error();
    problems.Error(read.error().context, read.error().message);
  }
  return checker.counts();
}

}  // namespace prelabel
