// MOTChallenge files (motchallenge.net, "Data format"): lines of
// frame,id,left,top,width,height,confidence[,class[,visibility]], or with three world coordinates
// behind the confidence; and seqinfo.ini. Read line by line, in constant memory. Nothing in a file
// is trusted. One reading a thread.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "coordinator/formats/label_problem.h"
#include "coordinator/formats/text_lines.h"

namespace prelabel {

// A line. Frames, ids and classes are 1-based; an id of -1 is a detection without one.
struct MotEntry {
  std::uint64_t line = 0;  // from 1
  std::int64_t frame = 0;
  std::int64_t id = 0;
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
  double confidence = 0;  // ground truth: 0 where the line is not to be considered
  std::optional<std::int64_t> class_id;
  std::optional<double> visibility;
};

// An error that it returns ends the reading.
class MotVisitor {
 public:
  virtual ~MotVisitor() = default;
  virtual Result<void> OnEntry(const MotEntry& entry) = 0;
  // A line that cannot be read: by default the end, as InvalidArgument. Where it returns Ok, the
  // line is left out and reading goes on.
  virtual Result<void> OnProblem(const LabelProblem& problem) {
    return InvalidArgument(problem.message, problem.place);
  }
};

// Checks only what a line is made of: numbers that are finite, whole where they must be, and their
// count. Empty lines are passed over. InvalidArgument: a line of more than 4096 bytes, or what the
// visitor returned. Unavailable: the stream fails.
Result<void> ReadMot(std::istream& in, MotVisitor& visitor);

// The keys of the section [Sequence] in lower case (as Python's configparser has them) and their
// values. InvalidArgument, with the line, where such a reader would stop: no section, a line
// without "=", a key twice, or more than 1024 lines. Unavailable: the stream fails.
Result<std::map<std::string, std::string>> ReadSeqInfo(std::istream& in);

}  // namespace prelabel
