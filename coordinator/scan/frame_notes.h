// What a user should know about a video's frames whose other tools may count them otherwise. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/media/video_index.h"

namespace prelabel {

// The header's claim where it differs from what is there, and a frame rate that varies: a sentence
// each, without the file's name; at most two, mostly none.
std::vector<std::string> FrameNotes(const VideoIndex& index);

}  // namespace prelabel
