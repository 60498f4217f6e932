// The stretches of a track between its gaps. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>

#include "common/base/result.h"
#include "common/labels/track.h"

namespace prelabel {

// Calls visit(stretch) for each run of consecutive frames, in their order; an error ends it.
template <class Visit>
Result<void> VisitStretches(std::span<const TrackPoint> points, const Visit& visit) {
  while (!points.empty()) {
    std::size_t length = 1;
    while (length < points.size() && points[length].frame == points[length - 1].frame + 1) {
      ++length;
    }
    PRELABEL_TRY(visit(points.first(length)));
    points = points.subspan(length);
  }
  return Ok();
}

}  // namespace prelabel
