// COCO instances with `track_id` as keyframes; keyframe_reader.h says how.
#pragma once

#include <istream>

#include "common/base/result.h"
#include "coordinator/formats/keyframe_file.h"
#include "coordinator/formats/keyframe_reader.h"

namespace prelabel {

// Reads the stream twice, from its start: it must be able to seek. Tracks come by id.
Result<KeyframeFile> ReadCocoKeyframes(std::istream& in, const VideoFacts& video);

}  // namespace prelabel
