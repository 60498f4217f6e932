// What a file of tracks says that people drew: the tracks themselves and what the file declares of
// labels and video. A value; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/labels/shape.h"

namespace prelabel {

// The largest coordinate, either way: what single precision still tells apart by a pixel.
inline constexpr double kMaxCoordinate = 1 << 24;

struct DeclaredAttribute {
  std::string name;
  bool is_mutable = false;          // may change from keyframe to keyframe
  std::string input_type;           // CVAT: select, checkbox, radio, number, text
  std::vector<std::string> values;  // to choose from; number: least, most, step
  std::string default_value;
  friend bool operator==(const DeclaredAttribute&, const DeclaredAttribute&) = default;
};

struct DeclaredLabel {
  std::string name;
  std::string type;  // CVAT: rectangle, polygon, skeleton, any …; may be empty
  std::vector<DeclaredAttribute> attributes;
  std::vector<std::string> joints;  // skeleton: its sublabels in their order
  friend bool operator==(const DeclaredLabel&, const DeclaredLabel&) = default;
};

// What is unknown is empty or 0.
struct KeyframeMeta {
  std::vector<DeclaredLabel> labels;
  std::optional<std::int64_t> frames;  // in the task: of the video, those from first_frame by step
  std::int64_t first_frame = 0;
  std::int64_t frame_step = 1;
  int width = 0;
  int height = 0;
  std::string source;  // name of the video file
  friend bool operator==(const KeyframeMeta&, const KeyframeMeta&) = default;
};

struct KeyframeFile {
  KeyframeMeta meta;
  std::vector<ShapeTrack> tracks;     // ids distinct; frames are numbers of the video, from 0
  std::vector<std::string> warnings;  // what was read otherwise than it stands, a sentence each
  friend bool operator==(const KeyframeFile&, const KeyframeFile&) = default;
};

}  // namespace prelabel
