// Arbitrary bytes as a run's report.json: ParseReportFigures never throws or crashes, an error has
// a message, and figures that are accepted are within their ranges and each class's name is there
// once.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "coordinator/report/report_reader.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = prelabel::ParseReportFigures(text);
  if (!parsed.has_value()) {
    FUZZ_CHECK(parsed.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!parsed.error().message.empty());
    return 0;
  }
  std::set<std::string> names;
  for (const prelabel::ClassFigures& figures : parsed.value().classes) {
    FUZZ_CHECK(names.insert(figures.name).second);
    FUZZ_CHECK(!figures.precision || (*figures.precision >= 0 && *figures.precision <= 1));
    FUZZ_CHECK(figures.interval.low >= 0 && figures.interval.high <= 1);
    FUZZ_CHECK(!figures.auto_threshold || *figures.auto_threshold <= 1);
  }
  FUZZ_CHECK(parsed.value().routing.hours_left >= 0);
  return 0;
}
