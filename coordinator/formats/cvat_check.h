// Whether CVAT for video files are what importers take: CVAT itself and datumaro.
#pragma once

#include <cstdint>
#include <istream>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

struct CvatCounts {
  std::uint64_t labels = 0;
  std::uint64_t tracks = 0;
  std::uint64_t keyframes = 0;
};

// Memory: that of the largest track, and of the names of labels. Unavailable: the stream fails.
Result<CvatCounts> CheckCvat(std::istream& in, ProblemList& problems);

}  // namespace prelabel
