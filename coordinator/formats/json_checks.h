// Whether JSON files of Label Studio, datumaro and prelabel's JSON lines are what their importers
// take. The files are read as streams: memory is that of the largest record.
#pragma once

#include <cstdint>
#include <istream>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

struct RecordCounts {
  std::uint64_t records = 0;  // tasks, items or lines
  std::uint64_t labels = 0;
};

// All return Unavailable where the stream fails; what else is wrong goes to `problems`.

// Tasks with predictions or annotations, of rectangles, brushes, polygons and video rectangles;
// regions of other types are not looked into.
Result<RecordCounts> CheckLabelStudio(std::istream& in, ProblemList& problems);

// Datumaro 1.0. Memory: also 16 bytes an item, for their ids.
Result<RecordCounts> CheckDatumaro(std::istream& in, ProblemList& problems);

// What OpenJsonlWriter writes.
Result<RecordCounts> CheckJsonl(std::istream& in, ProblemList& problems);

}  // namespace prelabel
