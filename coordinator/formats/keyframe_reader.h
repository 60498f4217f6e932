// Keyframes that people set for one video, from the files that labeling tools write. Nothing in a
// file is trusted. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/result.h"
#include "coordinator/formats/keyframe_file.h"

namespace prelabel {

// The video that the keyframes are of.
struct VideoFacts {
  std::string name;  // as labels name it
  std::int64_t frames = 0;
  int width = 0;  // pixels
  int height = 0;
};

// Which format it is, is told by the file's extension (.xml, .json, .txt, .csv), otherwise by its
// first character.
//
// CVAT for video 1.1: see cvat_reader.h.
//
// MOTChallenge ground truth: every line is a keyframe, frames count from 1. Lines whose confidence
// is 0 are left out; visibility 0 is `occluded`. Classes are the lines of labels.txt beside the
// file; where there is none, "class_1" and so on (a line without a class is of class 1).
//
// COCO instances whose annotations have `track_id` (where one is 0, all ids are raised by 1): every
// annotation is a keyframe. Where images have `video`, those of this video's name are read. An
// image's frame is `frame_index`, or else the last number in the name of its file: frame_000012.jpg
// and 000012.jpg are frame 12, the 13th. One polygon becomes a polygon, unless it is the outline of
// `bbox`; a run-length encoding a mask; otherwise `bbox` counts. A track whose annotations differ
// in that, or that has several polygons in a frame, is read by its boxes, with a warning.
// `keypoints` are not read.
//
// In MOT and COCO files, what lies between a track's first and last frame is for interpolation to
// fill, and an `outside` keyframe closes the track in the frame after its last.
//
// InvalidArgument, with path and place: what the readers say; a size of frames that is not the
// video's; a frame that the video does not have; two keyframes of a track in a frame; a track that
// changes its class; no tracks where there should be some. Unavailable: the file cannot be read.
Result<KeyframeFile> ReadKeyframes(const std::filesystem::path& path, const VideoFacts& video);

}  // namespace prelabel
