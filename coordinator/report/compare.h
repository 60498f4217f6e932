// Two runs side by side: two models, two dates, two thresholds. Pure: from what their report.json
// say, to a table for the terminal and a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/report_reader.h"

namespace prelabel {

struct ClassComparison {
  std::string name;
  std::optional<ClassFigures> a;  // absent where the run has no such class
  std::optional<ClassFigures> b;
  std::optional<double> precision_gain;  // b - a, where both are known
  // The 95 % intervals do not overlap: more than the uncertainty that the reports state.
  bool beyond_intervals = false;
  bool verdict_changed = false;  // both have one
};

struct Comparison {
  std::string name_a;  // how to tell the two apart: model, job or date
  std::string name_b;
  ReportFigures a;
  ReportFigures b;
  std::vector<std::string> differences;  // sentences, what matters most first
  std::vector<ClassComparison> classes;  // with labels in a or b, most labels of the two first
};

// Joins classes by name.
Comparison CompareReports(ReportFigures a, ReportFigures b);

// At most 80 columns for names in ASCII; ends with a newline.
std::string FormatComparison(const Comparison& comparison);

// Self-contained, without a script.
std::string FormatComparisonHtml(const Comparison& comparison);

}  // namespace prelabel
