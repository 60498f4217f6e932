#include "coordinator/cli/compare_command.h"

#include <utility>

#include "coordinator/formats/output_file.h"
#include "coordinator/report/compare.h"

namespace prelabel {

Result<std::string> CompareRuns(const CompareArguments& arguments) {
  PRELABEL_TRY(ReportFigures a, ReadReportFigures(arguments.a));
  PRELABEL_TRY(ReportFigures b, ReadReportFigures(arguments.b));
  const Comparison comparison = CompareReports(std::move(a), std::move(b));
  std::string text = FormatComparison(comparison);
  if (!arguments.out.empty()) {
    PRELABEL_TRY(WriteWholeFile(arguments.out, FormatComparisonHtml(comparison)));
    text += "\n" + std::filesystem::proximate(arguments.out).string() + "\n";
  }
  return text;
}

}  // namespace prelabel
