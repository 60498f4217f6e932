#include "coordinator/formats/mot_reader.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/base/parse_number.h"
#include "coordinator/formats/text_lines.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::uint64_t kMaxSeqInfoLines = 1024;
constexpr std::size_t kMinColumns = 7;
constexpr std::size_t kMaxColumns = 10;
constexpr std::size_t kWorldColumns = 10;  // behind the confidence: x, y, z, not a class
constexpr std::string_view kColumnNames[kMaxColumns] = {
    "frame", "id", "left", "top", "width", "height", "confidence", "class", "visibility", "z"};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Reads the columns of one line; the first that is wrong is the problem of the line.
class LineReader {
 public:
  explicit LineReader(std::string_view line) {
    while (count_ < kMaxColumns + 1) {
      const std::size_t comma = line.find(',');
      if (count_ < kMaxColumns) columns_[count_] = Trimmed(line.substr(0, comma));
      ++count_;
      if (comma == std::string_view::npos) break;
      line.remove_prefix(comma + 1);
    }
  }

  std::optional<MotEntry> Read() {
    if (count_ < kMinColumns || count_ > kMaxColumns) {
      problem_ =
          fmt::format("has {}; write frame,id,left,top,width,height,confidence,class,visibility",
                      count_ > kMaxColumns ? "more than 10 columns"
                      : count_ == 1        ? "1 column"
                                           : fmt::format("{} columns", count_));
      return std::nullopt;
    }
    MotEntry entry;
    bool good = Whole(0, &entry.frame) && Whole(1, &entry.id) && Number(2, &entry.left) &&
                Number(3, &entry.top) && Number(4, &entry.width) && Number(5, &entry.height) &&
                Number(6, &entry.confidence);
    double world = 0;
    if (count_ == kWorldColumns) {
      good = good && Number(7, &world) && Number(8, &world) && Number(9, &world);
    } else {
      if (count_ > 7) good = good && Whole(7, &entry.class_id.emplace());
      if (count_ > 8) good = good && Number(8, &entry.visibility.emplace());
    }
    if (!good) return std::nullopt;
    return entry;
  }

  const std::string& problem() const { return problem_; }

 private:
  bool Whole(std::size_t column, std::int64_t* value) {
    if (const auto read = ParseNumber<std::int64_t>(columns_[column])) {
      *value = *read;
      return true;
    }
    problem_ = fmt::format("{} (column {}) must be an integer, not {}", kColumnNames[column],
                           column + 1, QuotedExcerpt(columns_[column]));
    return false;
  }

  bool Number(std::size_t column, double* value) {
    const auto read = ParseNumber<double>(columns_[column]);
    if (read && std::isfinite(*read)) {
      *value = *read;
      return true;
    }
    const bool world = count_ == kWorldColumns && column > 6;
    problem_ = fmt::format("{} (column {}) must be a finite number, not {}",
                           world ? "a world coordinate" : kColumnNames[column], column + 1,
                           QuotedExcerpt(columns_[column]));
    return false;
  }

  std::array<std::string_view, kMaxColumns> columns_;
  std::size_t count_ = 0;
  std::string problem_;
};

}  // namespace

Result<void> ReadMot(std::istream& in, MotVisitor& visitor) {
  for (std::uint64_t number = 1;; ++number) {
    PRELABEL_TRY(const std::optional<std::string> line, NextTextLine(in, number, kMaxLine));
    if (!line) return Ok();
    if (Trimmed(*line).empty()) continue;
    LineReader reader(*line);
    std::optional<MotEntry> entry = reader.Read();
    if (!entry) {
      PRELABEL_TRY(
          visitor.OnProblem({LabelProblem::Severity::kError, LinePlace(number), reader.problem()}));
      continue;
    }
    entry->line = number;
    PRELABEL_TRY(visitor.OnEntry(*entry));
  }
}

Result<std::map<std::string, std::string>> ReadSeqInfo(std::istream& in) {
  std::map<std::string, std::string> values;
  bool any_section = false;
  bool sequence = false;
  for (std::uint64_t number = 1; number <= kMaxSeqInfoLines; ++number) {
    PRELABEL_TRY(const std::optional<std::string> line, NextTextLine(in, number, kMaxLine));
    if (!line) {
      if (sequence || !values.empty()) return values;
      return InvalidArgument("has no section [Sequence]; seqinfo.ini starts with that line");
    }
    const std::string_view text = Trimmed(*line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[') {
      any_section = true;
      sequence = text == "[Sequence]";
      continue;
    }
    const std::size_t equals = text.find_first_of("=:");
    if (!any_section || equals == std::string_view::npos) {
      return InvalidArgument(any_section ? "is no \"key=value\": " + QuotedExcerpt(text)
                                         : "stands before the section; write [Sequence] first",
                             LinePlace(number));
    }
    if (!sequence) continue;
    std::string key(Trimmed(text.substr(0, equals)));
    for (char& c : key) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto [at, inserted] =
        values.emplace(std::move(key), std::string(Trimmed(text.substr(equals + 1))));
    if (!inserted) {
      return InvalidArgument("has the key " + QuotedExcerpt(at->first) + " for the second time",
                             LinePlace(number));
    }
  }
  return InvalidArgument(
      fmt::format("has more than {} lines; is this a seqinfo.ini?", kMaxSeqInfoLines));
}

}  // namespace prelabel
