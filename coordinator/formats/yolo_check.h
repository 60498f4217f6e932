// Whether YOLO label files are what trainers and importers take: Ultralytics, CVAT, FiftyOne.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

struct YoloCounts {
  std::uint64_t boxes = 0;
  std::uint64_t polygons = 0;
};

// The labels of one picture; `classes`: how many data.yaml names. Unavailable: the stream fails.
Result<YoloCounts> CheckYoloLabels(std::istream& in, std::optional<std::uint64_t> classes,
                                   ProblemList& problems);

}  // namespace prelabel
