// Reads back of a run's report.json what comparing two runs takes. The file may be anybody's: sizes
// are limited, types and ranges checked. Values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/confidence/class_confidence.h"
#include "coordinator/routing/verdict.h"

namespace prelabel {

// One category.
struct ClassFigures {
  std::string name;
  std::uint64_t labels = 0;
  // Absent where the run was not judged, or nothing is known of the class.
  std::optional<Verdict> verdict;
  std::optional<double> precision;  // people's where they checked any, else expected
  Interval interval;                // of precision
  bool checked = false;             // precision is people's
  std::optional<double> auto_threshold;
  std::uint64_t labels_auto = 0;
  friend bool operator==(const ClassFigures&, const ClassFigures&) = default;
};

struct ReportFigures {
  std::string job;
  std::string model;    // empty where people drew everything
  std::string started;  // of the run
  std::uint64_t items = 0;
  std::uint64_t labels = 0;
  std::uint64_t quarantined = 0;
  std::optional<Verdict> verdict;  // absent: the run was not judged, and so is all that follows
  std::string sentence;
  bool guaranteed = false;
  RoutingTotals routing;
  std::string reference;              // name of the profile; empty without
  std::optional<bool> drift;          // absent without a reference
  std::vector<std::string> drifted;   // names of what did
  std::vector<ClassFigures> classes;  // names are unique
};

// InvalidArgument, with line and column where it is no JSON: no report, one of another format, or
// values out of range.
Result<ReportFigures> ParseReportFigures(std::string_view text);

// Of a run directory (its report/report.json) or a file of at most 256 MiB.
Result<ReportFigures> ReadReportFigures(const std::filesystem::path& path);

}  // namespace prelabel
