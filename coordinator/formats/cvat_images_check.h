// Whether CVAT for images files are what importers take: CVAT itself and datumaro.
#pragma once

#include <cstdint>
#include <istream>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

struct CvatImageCounts {
  std::uint64_t labels = 0;
  std::uint64_t images = 0;
  std::uint64_t shapes = 0;
};

// Memory: the names of labels and images. Unavailable: the stream fails.
Result<CvatImageCounts> CheckCvatImages(std::istream& in, ProblemList& problems);

// Whether a CVAT file is one of images rather than of a video: what comes first in it, an image or
// a track. Reads up to there.
bool HoldsCvatImages(std::istream& in);

}  // namespace prelabel
