#include "common/labels/motion.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

struct Leg {
  double frames = 0;
  double slope = 0;
};

// Where the parabola through three keyframes passes the one between `a` and `b`. Written so that
// equal slopes give exactly that slope.
double TangentBetween(const Leg& a, const Leg& b) {
  return a.slope + (b.slope - a.slope) * (a.frames / (a.frames + b.frames));
}

// The same parabola's tangent at the far end of `leg`, whose other end `next` begins at.
double TangentAtEnd(const Leg& leg, const Leg& next) {
  return leg.slope + (leg.slope - next.slope) * (leg.frames / (leg.frames + next.frames));
}

bool SameDirection(double a, double b) { return (a > 0) == (b > 0); }

double Limit(double tangent, const Leg& a, const Leg& b, Extrema extrema) {
  if (extrema == Extrema::kAtKeyframes && !SameDirection(a.slope, b.slope)) return 0;
  const double most = 3 * std::min(std::abs(a.slope), std::abs(b.slope));
  return std::clamp(tangent, -most, most);
}

// Keyframes that do not turn back leave no reason to do so beyond the last of them.
double LimitAtEnd(double tangent, const Leg& leg, const Leg& next, Extrema extrema) {
  const bool may_turn = extrema == Extrema::kAnywhere && !SameDirection(leg.slope, next.slope);
  if (!SameDirection(tangent, leg.slope) && !may_turn) return 0;
  const double most = 3 * std::abs(leg.slope);
  return std::clamp(tangent, -most, most);
}

}  // namespace

Motion::Motion(const Neighbor* before, double from, double to, const Neighbor* after, double frames,
               Extrema extrema)
    : from_(from), to_(to) {
  const Leg here{frames, (to - from) / frames};
  double at_from = here.slope;
  double at_to = here.slope;
  if (before != nullptr) {
    const Leg leg{before->frames, (from - before->value) / before->frames};
    at_from = Limit(TangentBetween(leg, here), leg, here, extrema);
    if (after == nullptr) at_to = LimitAtEnd(TangentAtEnd(here, leg), here, leg, extrema);
  }
  if (after != nullptr) {
    const Leg leg{after->frames, (after->value - to) / after->frames};
    at_to = Limit(TangentBetween(here, leg), here, leg, extrema);
    if (before == nullptr) at_from = LimitAtEnd(TangentAtEnd(here, leg), here, leg, extrema);
  }
  bend_from_ = (at_from - here.slope) * frames;
  bend_to_ = (at_to - here.slope) * frames;
}

}  // namespace prelabel
