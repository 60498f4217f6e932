// CVAT for video 1.1 (docs.cvat.ai, "XML annotation format"; what the format leaves open: CVAT's
// own exporter and importer, cvat/apps/dataset_manager/formats/cvat.py and bindings.py), read as a
// stream: memory is that of the largest single track. Nothing in a file is trusted. One reading a
// thread.
//
// Only shapes with keyframe="1" are what people drew; the others are CVAT's interpolation and
// passed over, as are z_order, groups and elements that are unknown. `frame` is the number of the
// source video (the exporter adds the task's start_frame and multiplies by its step), so it is
// taken as it stands; the task's frames are only held against it. A track's id is the file's, which
// counts from 0, plus 1.
#pragma once

#include <istream>
#include <string>

#include "common/base/result.h"
#include "coordinator/formats/keyframe_file.h"
#include "coordinator/formats/label_problem.h"

namespace prelabel {

// A track and where its element stands. Attributes that a keyframe does not name keep their value;
// those that are declared as immutable have the last value that is named in all keyframes. A joint
// that a keyframe does not have is outside, at its nearest earlier (or else later) place.
struct CvatTrack {
  ShapeTrack track;  // without keyframes where none could be read
  std::string place;
};

// An error that it returns ends the reading.
class CvatVisitor {
 public:
  virtual ~CvatVisitor() = default;
  virtual Result<void> OnMeta(const KeyframeMeta& meta) = 0;  // once, where the file has it
  virtual Result<void> OnTrack(CvatTrack track) = 0;
  // What cannot be read: by default the end, as InvalidArgument. Where it returns Ok, the shape or
  // value is left out and reading goes on.
  virtual Result<void> OnProblem(const LabelProblem& problem) {
    return InvalidArgument(problem.message, problem.place);
  }
};

// Reads from where the stream stands. InvalidArgument, with line and column, as ReadXml, where it
// is another format (CVAT for images, a project of several tasks, another version), has more than
// 512 MiB of keyframes, 2^20 tracks, 4096 labels or 512 joints a skeleton; or what the visitor
// returned. Unavailable: the stream fails.
Result<void> ReadCvat(std::istream& in, CvatVisitor& visitor);

// All of it. Tracks without a keyframe are left out. InvalidArgument: the first problem.
Result<KeyframeFile> ReadCvatKeyframes(std::istream& in);

}  // namespace prelabel
