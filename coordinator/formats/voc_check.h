// Whether Pascal VOC files are what importers take: CVAT and datumaro, torchvision, Detectron2.
#pragma once

#include <cstdint>
#include <istream>
#include <set>
#include <string>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

// The names that labelmap.txt declares. Unavailable: the stream fails.
Result<std::set<std::string>> CheckVocLabelMap(std::istream& in, ProblemList& problems);

// The annotations of one picture; `labels`: those of labelmap.txt, null where there is none.
// Returns the number of objects. Unavailable: the stream fails.
Result<std::uint64_t> CheckVoc(std::istream& in, const std::set<std::string>* labels,
                               ProblemList& problems);

}  // namespace prelabel
