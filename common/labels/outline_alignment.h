// Where and in which direction one outline begins for it to be most like another. Pure;
// thread-safe.
#pragma once

#include "common/labels/outline.h"

namespace prelabel {

struct Alignment {
  double begin = 0;      // the place of `to` on which place 0 of `from` lies
  double direction = 1;  // of `to`: 1 or -1 (the other way)
};

// Both outlines are closed or both open. Open ones lie end on end, in the direction with the lesser
// mean squared distance. Closed ones run the same way around (where one is flat: whichever is
// better), and begin with a point of the one on a point of the other: where the mean squared
// distance is least, centroids moved onto each other and turned by up to 45° (procrustes analysis).
// Of outlines with many points, not all such beginnings are tried.
Alignment AlignOutlines(const Outline& from, const Outline& to);

}  // namespace prelabel
