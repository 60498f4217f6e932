// Whether MOTChallenge files are what importers take: TrackEval, CVAT (datumaro), py-motmetrics.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

// What the files beside a gt.txt say about it, where there are any.
struct MotContext {
  std::optional<std::int64_t> frames;   // seqinfo.ini: seqLength
  std::optional<std::int64_t> classes;  // labels.txt: lines
};

struct MotCounts {
  std::uint64_t boxes = 0;
  std::uint64_t tracks = 0;
};

// Where the first line's id is -1, all are: detections without tracks. Memory: 24 bytes a box.
// Unavailable: the stream fails.
Result<MotCounts> CheckMot(std::istream& in, const MotContext& context, ProblemList& problems);

// seqinfo.ini; returns its seqLength where that is good. Unavailable: the stream fails.
Result<std::optional<std::int64_t>> CheckSeqInfo(std::istream& in, ProblemList& problems);

// labels.txt, one class a line; returns their number. Unavailable: the stream fails.
Result<std::int64_t> CheckMotLabels(std::istream& in, ProblemList& problems);

}  // namespace prelabel
