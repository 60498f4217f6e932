// What reading from a video cost, counted rather than timed: for tests of the work that random
// access takes. Not part of the FrameSource seam.
#pragma once

#include <cstdint>

#include "common/media/frame_source.h"

namespace prelabel {

// Packets given to the decoder of a source from OpenVideo since it was opened, those decoded more
// than once counted each time; 0 for other sources.
std::int64_t DecodedPackets(const FrameSource& source);

}  // namespace prelabel
