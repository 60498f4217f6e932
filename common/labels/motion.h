// The course of one coordinate between two keyframes: straight, or a cubic that is smooth across
// keyframes. Pure values; thread-safe.
//
// The cubic is a Hermite polynomial in time. Its tangent at a keyframe is that of the parabola
// through this keyframe and both neighbors, which is right for keyframes at any distance (three-
// point finite difference; C. de Boor, "A Practical Guide to Splines", ch. IV: Bessel tangents); at
// the first and last keyframe that of the parabola through the nearest three. Tangents are then
// limited to 3 times the flatter of the two slopes (J. M. Hyman, "Accurate monotonicity preserving
// cubic interpolation", SIAM J. Sci. Stat. Comput. 4, 1983), so that the course is monotone
// wherever the keyframes are, and what stands still between two keyframes does so.
#pragma once

namespace prelabel {

// A coordinate at a keyframe, and how many frames (> 0) lie between that and the keyframe it is a
// neighbor of.
struct Neighbor {
  double frames = 0;
  double value = 0;
};

enum class Extrema {
  kAnywhere,     // may swing past a keyframe where the direction changes: positions
  kAtKeyframes,  // stays between the values of its two keyframes (F. N. Fritsch, R. E. Carlson,
                 // "Monotone piecewise cubic interpolation", SIAM J. Numer. Anal. 17, 1980): sizes
};

class Motion {
 public:
  Motion() = default;
  // Straight.
  Motion(double from, double to) : from_(from), to_(to) {}
  // Cubic over `frames` > 0 frames. Neighbors may be null; with none it is straight.
  Motion(const Neighbor* before, double from, double to, const Neighbor* after, double frames,
         Extrema extrema);

  // `part` in [0, 1]; At(0) is `from` and At(1) is `to`, up to rounding.
  double At(double part) const {
    const double rest = 1 - part;
    return from_ + (to_ - from_) * part + part * rest * (bend_from_ * rest - bend_to_ * part);
  }

 private:
  double from_ = 0;
  double to_ = 0;
  // By how much the tangents at both ends are steeper than the straight line, times the frames.
  double bend_from_ = 0;
  double bend_to_ = 0;
};

}  // namespace prelabel
