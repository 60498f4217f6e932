// MOTChallenge ground truth as keyframes; keyframe_reader.h says how. Pure but for the streams.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/formats/keyframe_file.h"
#include "coordinator/formats/keyframe_reader.h"

namespace prelabel {

// labels.txt: one class a line. InvalidArgument: over 65,536 lines or one of over 4096 bytes.
Result<std::vector<std::string>> ReadMotLabels(std::istream& in);

// `labels` is empty where there is no labels.txt. Tracks come by id.
Result<KeyframeFile> ReadMotKeyframes(std::istream& in, const std::vector<std::string>& labels,
                                      const VideoFacts& video);

}  // namespace prelabel
