#include "coordinator/formats/mot_keyframes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/close_track.h"
#include "coordinator/formats/kept_bytes.h"
#include "coordinator/formats/mot_reader.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxLabelLines = std::size_t{1} << 16;
constexpr std::size_t kMaxLabelBytes = 4096;

struct Line {
  std::int64_t frame = 0;  // from 0
  std::uint64_t line = 0;
  std::int64_t class_id = 1;
  Box box;
  bool occluded = false;
};

class Collector : public MotVisitor {
 public:
  Collector(const std::vector<std::string>& labels, const VideoFacts& video)
      : labels_(labels), video_(video) {}

  Result<void> OnEntry(const MotEntry& entry) override {
    const Result<void> added = Add(entry);
    if (added) return Ok();
    return InvalidArgument(added.error().message, LinePlace(entry.line));
  }

  Result<KeyframeFile> Finish() {
    KeyframeFile file;
    for (auto& [id, lines] : tracks_) {
      std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        return std::pair(a.frame, a.line) < std::pair(b.frame, b.line);
      });
      ShapeTrack track;
      track.id = id;
      track.label = ClassName(lines.front().class_id);
      for (std::size_t i = 0; i < lines.size(); ++i) {
        PRELABEL_TRY(CheckNeighbors(id, lines, i));
        ShapeKeyframe keyframe;
        keyframe.frame = lines[i].frame;
        keyframe.shape.box = lines[i].box;
        keyframe.occluded = lines[i].occluded;
        track.keyframes.push_back(std::move(keyframe));
      }
      CloseTrack(video_.frames, track);
      file.tracks.push_back(std::move(track));
    }
    for (const std::string& label : labels_) {
      file.meta.labels.push_back({.name = label, .type = {}, .attributes = {}, .joints = {}});
    }
    return file;
  }

 private:
  Result<void> Add(const MotEntry& entry) {
    if (entry.id < 1 || entry.id > std::numeric_limits<std::uint32_t>::max()) {
      return InvalidArgument(entry.id == -1
                                 ? std::string("id is -1: detections have no tracks; give a gt.txt")
                                 : fmt::format("id is {}; tracks are numbered from 1", entry.id));
    }
    if (entry.frame < 1 || entry.frame > video_.frames) {
      return InvalidArgument(
          fmt::format("frame is {}, but the video {} has the frames 1 to {}; is the file of "
                      "another video?",
                      entry.frame, QuotedExcerpt(video_.name), video_.frames));
    }
    if (entry.confidence == 0) return Ok();
    if (entry.width < 0 || entry.height < 0) {
      return InvalidArgument(
          fmt::format("the box is {} wide and {} high; columns 5 and 6 are width and height",
                      entry.width, entry.height));
    }
    const double right = entry.left + entry.width;
    const double bottom = entry.top + entry.height;
    for (const double coordinate : {entry.left, entry.top, right, bottom}) {
      if (!(std::abs(coordinate) <= kMaxCoordinate)) {
        return InvalidArgument("the box is far outside of any picture; are these pixels?");
      }
    }
    const std::int64_t class_id = entry.class_id.value_or(1);
    if (class_id < 1) {
      return InvalidArgument(fmt::format("class is {}; classes are numbered from 1", class_id));
    }
    if (!labels_.empty() && class_id > static_cast<std::int64_t>(labels_.size())) {
      return InvalidArgument(
          fmt::format("class is {}; labels.txt has {}", class_id, labels_.size()));
    }
    PRELABEL_TRY(budget_.Add(sizeof(Line) + sizeof(ShapeKeyframe)));
    tracks_[static_cast<std::uint32_t>(entry.id)].push_back(
        {entry.frame - 1,
         entry.line,
         class_id,
         {static_cast<float>(entry.left), static_cast<float>(entry.top), static_cast<float>(right),
          static_cast<float>(bottom)},
         entry.visibility == 0.0});
    return Ok();
  }

  static Result<void> CheckNeighbors(std::uint32_t id, const std::vector<Line>& lines,
                                     std::size_t i) {
    if (i == 0) return Ok();
    const Line& before = lines[i - 1];
    if (lines[i].frame == before.frame) {
      return InvalidArgument(
          fmt::format("frame {} has track {} on line {} already; a track has one box a frame",
                      lines[i].frame + 1, id, before.line),
          LinePlace(lines[i].line));
    }
    if (lines[i].class_id != before.class_id) {
      return InvalidArgument(
          fmt::format("track {} is of class {}, but of {} on line {}; an object has one class", id,
                      lines[i].class_id, before.class_id, before.line),
          LinePlace(lines[i].line));
    }
    return Ok();
  }

  std::string ClassName(std::int64_t class_id) const {
    if (labels_.empty()) return fmt::format("class_{}", class_id);
    return labels_[static_cast<std::size_t>(class_id - 1)];
  }

  const std::vector<std::string>& labels_;
  const VideoFacts& video_;
  KeptBytes budget_;
  std::map<std::uint32_t, std::vector<Line>> tracks_;
};

}  // namespace

Result<std::vector<std::string>> ReadMotLabels(std::istream& in) {
  std::vector<std::string> labels;
  std::string line;
  bool ended = false;
  for (int c = in.get(); !ended; c = in.get()) {
    ended = c == std::istream::traits_type::eof();
    if (!ended && c != '\n') {
      if (line.size() == kMaxLabelBytes) {
        return InvalidArgument(fmt::format("a class has more than {} bytes", kMaxLabelBytes),
                               LinePlace(labels.size() + 1));
      }
      line += static_cast<char>(c);
      continue;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (ended && line.empty()) break;
    if (line.empty()) {
      return InvalidArgument("a class without a name; write one name a line",
                             LinePlace(labels.size() + 1));
    }
    if (labels.size() == kMaxLabelLines) {
      return InvalidArgument(fmt::format("there are more than {} classes", kMaxLabelLines));
    }
    labels.push_back(std::exchange(line, {}));
  }
  if (in.bad()) return Unavailable("the file cannot be read to its end; try again");
  return labels;
}

Result<KeyframeFile> ReadMotKeyframes(std::istream& in, const std::vector<std::string>& labels,
                                      const VideoFacts& video) {
  Collector collector(labels, video);
  PRELABEL_TRY(ReadMot(in, collector));
  return collector.Finish();
}

}  // namespace prelabel
