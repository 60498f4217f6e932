// COCO files (cocodataset.org, "Data format"), instances and results, read as a stream: memory is
// that of the largest single record, within limits, whatever the file's size. The JSON library is
// known to coco_reader.cc alone. Nothing in a file is trusted. One reading a thread.
#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/rle.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

// A key of a record. `present` without a value: it has the wrong type, which was a problem.
template <class T>
struct CocoField {
  bool present = false;
  std::optional<T> value;
};

struct CocoImage {
  std::uint64_t index = 0;  // in its list, from 0
  CocoField<std::int64_t> id;
  CocoField<std::string> file_name;
  CocoField<std::int64_t> width;
  CocoField<std::int64_t> height;
  CocoField<std::string> video;         // of frames, as prelabel writes it: whose …
  CocoField<std::int64_t> frame_index;  // … and which, from 0
};

struct CocoCategory {
  std::uint64_t index = 0;
  CocoField<std::int64_t> id;
  CocoField<std::string> name;
};

// Polygons (x, y, x, y … each), or a run-length encoding with its counts as a list or as text.
struct CocoSegmentation {
  enum class Kind : std::uint8_t { kPolygons, kCounts, kCompressed };
  Kind kind = Kind::kPolygons;
  std::vector<std::vector<double>> polygons;
  std::vector<std::int64_t> size;  // height, width
  std::vector<std::int64_t> counts;
  std::string compressed;
};

// Also a result, which has no `id`, `iscrowd` and `area`.
struct CocoAnnotation {
  std::uint64_t index = 0;
  CocoField<std::int64_t> id;
  CocoField<std::int64_t> image_id;
  CocoField<std::int64_t> category_id;
  CocoField<std::int64_t> iscrowd;
  CocoField<std::int64_t> track_id;
  CocoField<double> area;
  CocoField<double> score;
  CocoField<std::array<double, 4>> bbox;  // left, top, width, height
  CocoField<CocoSegmentation> segmentation;
};

// The mask of a segmentation that is not polygons. InvalidArgument as MakeRle and ParseRle.
Result<Rle> SegmentationRle(const CocoSegmentation& segmentation);

// "annotations[12] (id 7)": where a record stands.
std::string CocoPlace(std::string_view list, std::uint64_t index,
                      const CocoField<std::int64_t>& id);

// Gets the records in the order of the file. An error that it returns ends the reading.
class CocoVisitor {
 public:
  virtual ~CocoVisitor() = default;
  virtual Result<void> OnImage(const CocoImage&) { return Ok(); }
  virtual Result<void> OnCategory(const CocoCategory&) { return Ok(); }
  virtual Result<void> OnAnnotation(const CocoAnnotation&) { return Ok(); }
  // A value of the wrong type or place: by default the end, as InvalidArgument. Where it returns
  // Ok, the value is left out and reading goes on.
  virtual Result<void> OnProblem(const LabelProblem& problem) {
    return InvalidArgument(problem.message, problem.place);
  }
};

// Which lists to read; the others are only passed over. A results file is `annotations`.
struct CocoSections {
  bool images = true;
  bool categories = true;
  bool annotations = true;
};

// What the file is made of.
struct CocoOutline {
  bool results = false;  // a list of results, not an object
  bool has_images = false;
  bool has_categories = false;
  bool has_annotations = false;
};

// Reads from where the stream stands. InvalidArgument, with the line, column and byte, where the
// text is not JSON (RFC 8259: UTF-8, no NaN), is nested over 32 deep, or one text is over 4 MiB, or
// one segmentation over 2^20 numbers; or what the visitor returned. Unavailable: the stream fails.
// To find the place of an error the stream is read twice: it must be able to seek.
Result<CocoOutline> ReadCoco(std::istream& in, const CocoSections& sections, CocoVisitor& visitor);

}  // namespace prelabel
