// Finds where a video jumps to another picture. Pure; thread-safe.
#pragma once

#include <span>
#include <vector>

#include "common/labels/track.h"

namespace prelabel {

// By frame looked at: whether a cut lies between the one before and it (never for the first). A
// cut is where the color histograms of the whole frame are far less alike than those of the pairs
// around it, so that a camera that pans, and frames far apart, are none. Frames without a
// descriptor are none.
std::vector<char> FindSceneCuts(std::span<const FrameDetections> frames);

}  // namespace prelabel
