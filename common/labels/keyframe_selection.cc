#include "common/labels/keyframe_selection.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace prelabel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

using Points = std::span<const TrackPoint>;

// IoU of point `k` with what interpolation between `i` and `j` gives its frame; i < k < j.
float IouBetween(Points points, std::size_t i, std::size_t j, std::size_t k) {
  const TrackPoint& from = points[i];
  const TrackPoint& to = points[j];
  const double part = static_cast<double>(points[k].frame - from.frame) /
                      static_cast<double>(to.frame - from.frame);
  return Iou(BoxBetween(from.box, to.box, part), points[k].box);
}

// The slopes that an edge of the box may have from a keyframe on, in pixels a frame.
struct Slopes {
  double low = -kInfinity;
  double high = kInfinity;
};

// What the points behind a keyframe leave of the segments that start there. An area's overlap is at
// most that of its projections, which in a projection of width w allows an edge w (1 - IoU) inwards
// and w (1 / IoU - 1) outwards.
class Cone {
 public:
  Cone(const TrackPoint& apex, float min_iou)
      : apex_(apex), inwards_(1.0 - min_iou), outwards_(1.0 / min_iou - 1.0), all_(min_iou <= 0) {}

  // Whether a segment to this point may pass all that were added. False is certain, true is not.
  bool MayReach(const TrackPoint& to) const {
    if (all_) return true;
    const double frames = Frames(to);
    const auto within = [frames](const Slopes& slopes, double from, double at) {
      return (at - from) >= slopes.low * frames - Slack(at) &&
             (at - from) <= slopes.high * frames + Slack(at);
    };
    return within(x1_, apex_.box.x1, to.box.x1) && within(x2_, apex_.box.x2, to.box.x2) &&
           within(y1_, apex_.box.y1, to.box.y1) && within(y2_, apex_.box.y2, to.box.y2);
  }

  // False if no segment passes all points now.
  bool Add(const TrackPoint& point) {
    if (all_) return true;
    const double frames = Frames(point);
    return Narrow(x1_, x2_, apex_.box.x1, apex_.box.x2, point.box.x1, point.box.x2, frames) &&
           Narrow(y1_, y2_, apex_.box.y1, apex_.box.y2, point.box.y1, point.box.y2, frames);
  }

 private:
  // Boxes are floats: what the exact test lets pass must not fail here by rounding.
  static double Slack(double at) { return 1e-3 + 1e-5 * std::abs(at); }

  double Frames(const TrackPoint& point) const {
    return static_cast<double>(point.frame - apex_.frame);
  }

  bool Narrow(Slopes& low_edge, Slopes& high_edge, double apex_low, double apex_high, double low,
              double high, double frames) const {
    const double in = (high - low) * inwards_ + Slack(low) + Slack(high);
    const double out = (high - low) * outwards_ + Slack(low) + Slack(high);
    low_edge.low = std::max(low_edge.low, (low - out - apex_low) / frames);
    low_edge.high = std::min(low_edge.high, (low + in - apex_low) / frames);
    high_edge.low = std::max(high_edge.low, (high - in - apex_high) / frames);
    high_edge.high = std::min(high_edge.high, (high + out - apex_high) / frames);
    return low_edge.low <= low_edge.high && high_edge.low <= high_edge.high;
  }

  const TrackPoint& apex_;
  double inwards_;
  double outwards_;
  bool all_;
  Slopes x1_, x2_, y1_, y2_;
};

// Whether all points between `i` and `j` are met. `failed` is one that was not, last time: probably
// it is not this time either.
bool Meets(Points points, std::size_t i, std::size_t j, float min_iou, std::size_t& failed) {
  const auto met = [&](std::size_t k) { return IouBetween(points, i, j, k) >= min_iou; };
  if (failed > i && failed < j && !met(failed)) return false;
  for (std::size_t k = i + 1; k < j; ++k) {
    if (met(k)) continue;
    failed = k;
    return false;
  }
  return true;
}

// The least sum of 1 - IoU over a track for each number of keyframes, and how it is reached.
class TrackErrors {
 public:
  // For 0 to `most` keyframes.
  TrackErrors(Points points, std::size_t most)
      : size_(points.size()), before_((most + 1) * size_, kNone), least_(most + 1, kInfinity) {
    if (size_ == 0) {
      least_[0] = 0;
      return;
    }
    std::vector<double> segment(size_ * size_);
    for (std::size_t i = 0; i < size_; ++i) {
      for (std::size_t j = i + 1; j < size_; ++j) {
        for (std::size_t k = i + 1; k < j; ++k) {
          segment[j * size_ + i] += 1.0 - IouBetween(points, i, j, k);
        }
      }
    }
    // error[j]: of the points up to j, which is the last of m keyframes.
    std::vector<double> error(size_, kInfinity);
    error[0] = 0;
    if (size_ == 1 && most >= 1) least_[1] = 0;
    for (std::size_t m = 2; m <= most; ++m) {
      std::vector<double> next(size_, kInfinity);
      for (std::size_t j = m - 1; j < size_; ++j) {
        for (std::size_t i = m - 2; i < j; ++i) {
          const double sum = error[i] + segment[j * size_ + i];
          if (sum >= next[j]) continue;
          next[j] = sum;
          before_[m * size_ + j] = i;
        }
      }
      error = std::move(next);
      least_[m] = error.back();
    }
  }

  // Infinite where there is no such choice.
  double Least(std::size_t keyframes) const {
    return keyframes < least_.size() ? least_[keyframes] : kInfinity;
  }
  std::size_t Most() const { return least_.size() - 1; }

  std::vector<std::size_t> Choice(std::size_t keyframes) const {
    std::vector<std::size_t> chosen(keyframes);
    std::size_t at = size_ - 1;
    for (std::size_t m = keyframes; m > 0; --m) {
      chosen[m - 1] = at;
      at = before_[m * size_ + at];
    }
    return chosen;
  }

 private:
  std::size_t size_;
  std::vector<std::size_t> before_;  // [keyframes, point]: the keyframe before a last one
  std::vector<double> least_;
};

std::size_t LeastKeyframes(const std::vector<TrackPoint>& track) {
  return std::min<std::size_t>(track.size(), 2);
}

}  // namespace

std::vector<std::size_t> FewestKeyframes(std::span<const TrackPoint> points, float min_iou) {
  if (points.empty()) return {};
  const std::size_t last = points.size() - 1;
  // By number of keyframes: all points that can be the last of so many, the farthest first, so that
  // most of what the others reach is known by then.
  std::vector<std::size_t> before(points.size(), kNone);
  std::vector<std::size_t> level = {0};
  while (last > 0 && before[last] == kNone) {
    std::vector<std::size_t> next;
    for (const std::size_t i : level) {
      Cone cone(points[i], min_iou);
      std::size_t failed = kNone;
      const std::size_t end = std::min(last, i + kKeyframeReach);
      for (std::size_t j = i + 1; j <= end; ++j) {
        // The next point is always reached, whatever the boxes are: so the search ends.
        if (before[j] == kNone &&
            (j == i + 1 || (cone.MayReach(points[j]) && Meets(points, i, j, min_iou, failed)))) {
          before[j] = i;
          next.push_back(j);
        }
        if (!cone.Add(points[j])) break;
      }
    }
    std::sort(next.rbegin(), next.rend());
    level = std::move(next);
  }
  std::vector<std::size_t> chosen;
  for (std::size_t at = last; at != 0; at = before[at]) chosen.push_back(at);
  chosen.push_back(0);
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<std::vector<std::size_t>> BestKeyframes(std::span<const std::vector<TrackPoint>> tracks,
                                                    std::size_t count) {
  std::size_t least = 0;
  std::size_t most = 0;
  for (const std::vector<TrackPoint>& track : tracks) {
    least += LeastKeyframes(track);
    most += track.size();
  }
  count = std::clamp(count, least, most);
  const std::size_t spare = count - least;

  std::vector<TrackErrors> errors;
  // error[c]: least sum over the tracks so far with c keyframes; taken[t][c]: of them in track t.
  std::vector<double> error(count + 1, kInfinity);
  error[0] = 0;
  std::vector<std::vector<std::size_t>> taken;
  for (const std::vector<TrackPoint>& track : tracks) {
    const std::size_t track_least = LeastKeyframes(track);
    errors.emplace_back(track, std::min(track.size(), track_least + spare));
    std::vector<double> next(count + 1, kInfinity);
    std::vector<std::size_t>& take = taken.emplace_back(count + 1, 0);
    for (std::size_t c = 0; c <= count; ++c) {
      for (std::size_t m = track_least; m <= std::min(c, errors.back().Most()); ++m) {
        const double sum = error[c - m] + errors.back().Least(m);
        if (sum >= next[c]) continue;
        next[c] = sum;
        take[c] = m;
      }
    }
    error = std::move(next);
  }

  std::vector<std::vector<std::size_t>> chosen(tracks.size());
  for (std::size_t t = tracks.size(); t-- > 0;) {
    chosen[t] = errors[t].Choice(taken[t][count]);
    count -= taken[t][count];
  }
  return chosen;
}

}  // namespace prelabel
