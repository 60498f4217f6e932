// Sources for plans: so many items, and nothing in them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "coordinator/scan/dataset.h"

namespace prelabel {

inline SourceItems Images(std::size_t count) {
  SourceItems source;
  source.kind = SourceKind::kImages;
  source.files.resize(count);
  return source;
}

inline SourceItems Video(std::size_t frames, std::int64_t every) {
  SourceItems source;
  source.kind = SourceKind::kVideo;
  source.files = {"/videos/a.avi"};
  source.index.frames.resize(frames);
  source.keyframe_every = every;
  return source;
}

}  // namespace prelabel
