// Whether a COCO file is what importers take: pycocotools, CVAT (datumaro), FiftyOne, torchvision.
#pragma once

#include <cstdint>
#include <istream>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

struct CocoCounts {
  bool results = false;  // a results list; it has neither images nor categories
  std::uint64_t images = 0;
  std::uint64_t categories = 0;
  std::uint64_t annotations = 0;
};

// Reads the stream from its start, twice; it must be able to seek. What is wrong goes to
// `problems`, text that is not JSON included. Memory: 32 bytes an image and 16 an annotation, and
// the names of the categories. Unavailable: the stream fails.
Result<CocoCounts> CheckCoco(std::istream& in, ProblemList& problems);

}  // namespace prelabel
