// What is wrong in a label file that somebody else (or we) wrote, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/utf8_prefix.h"
#include "coordinator/formats/json_text.h"

namespace prelabel {

struct LabelProblem {
  // Warnings: what importers take, but what is seldom meant.
  enum class Severity : std::uint8_t { kError, kWarning };
  Severity severity = Severity::kError;
  std::string place;    // "annotations[12] (id 7)", "line 3"; empty: the file as a whole
  std::string message;  // what is wrong and what to do
  friend bool operator==(const LabelProblem&, const LabelProblem&) = default;
};

// Counts all problems and keeps the first `limit` of them. Not thread-safe.
class ProblemList {
 public:
  explicit ProblemList(std::size_t limit) : limit_(limit) {}

  void Error(std::string place, std::string message) {
    Add({LabelProblem::Severity::kError, std::move(place), std::move(message)});
  }
  void Warning(std::string place, std::string message) {
    Add({LabelProblem::Severity::kWarning, std::move(place), std::move(message)});
  }
  void Add(LabelProblem problem) {
    ++(problem.severity == LabelProblem::Severity::kError ? errors_ : warnings_);
    if (kept_.size() < limit_) kept_.push_back(std::move(problem));
  }

  const std::vector<LabelProblem>& kept() const { return kept_; }
  std::uint64_t errors() const { return errors_; }
  std::uint64_t warnings() const { return warnings_; }

 private:
  std::size_t limit_;
  std::vector<LabelProblem> kept_;
  std::uint64_t errors_ = 0;
  std::uint64_t warnings_ = 0;
};

// Text of a foreign file for a message: in quotes, control characters escaped, cut where long.
inline std::string QuotedExcerpt(std::string_view text) {
  constexpr std::size_t kMost = 60;
  const std::string_view start = Utf8Prefix(text, kMost);
  return JsonString(start) + (start.size() < text.size() ? "…" : "");
}

}  // namespace prelabel
