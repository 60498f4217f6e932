// YOLO label files and data.yaml as Ultralytics' trainers read them (docs.ultralytics.com,
// "Datasets"; what that leaves open: ultralytics/data/utils.py). Label files are read line by line,
// in constant memory. Nothing in a file is trusted. One reading a thread.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/box.h"
#include "common/labels/shape.h"
#include "coordinator/formats/label_problem.h"
#include "coordinator/formats/text_lines.h"

namespace prelabel {

// A line: a class and, in parts of the image's sides, center and sides of a box (4 numbers) or the
// points of a polygon (x and y in turn, at least 3 points).
struct YoloRow {
  std::uint64_t line = 0;  // from 1
  std::int64_t class_id = 0;
  std::vector<double> numbers;

  bool IsBox() const { return numbers.size() == 4; }
};

// In pixels of an image.
Box YoloBox(const YoloRow& row, int width, int height);
std::vector<Point> YoloPolygon(const YoloRow& row, int width, int height);

// An error that it returns ends the reading.
class YoloVisitor {
 public:
  virtual ~YoloVisitor() = default;
  virtual Result<void> OnRow(const YoloRow& row) = 0;
  // A line that cannot be read: by default the end, as InvalidArgument. Where it returns Ok, the
  // line is left out and reading goes on.
  virtual Result<void> OnProblem(const LabelProblem& problem) {
    return InvalidArgument(problem.message, problem.place);
  }
};

// Checks only what a line is made of: a whole number, then finite ones, and their count. Empty
// lines are passed over. InvalidArgument: a line of more than 4 MiB, or what the visitor returned.
// Unavailable: the stream fails.
Result<void> ReadYoloLabels(std::istream& in, YoloVisitor& visitor);

// A folder or a list of pictures each.
struct YoloSplit {
  std::string name;  // "train", "val" or "test"
  std::vector<std::string> places;
};

struct YoloData {
  std::vector<std::string> names;  // by class
  std::string train;               // where its pictures are, or a list of them; may be empty
  std::vector<YoloSplit> splits;   // in that order, those that name any place
  bool has_val = false;
  std::string path;  // what `train` is relative to; empty: the file's folder
};

// What is wrong with data.yaml goes to `problems`, with its line; what can be read is returned.
YoloData ReadYoloData(const std::string& text, ProblemList& problems);

}  // namespace prelabel
