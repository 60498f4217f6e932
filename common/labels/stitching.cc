#include "common/labels/stitching.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace prelabel {
namespace {

// Lengths are in heights of the object, so that near and far, small and large are treated alike.
// The figures are what walking people and driving cars do, and no more exact than that.
constexpr double kBoxNoise = 0.05;       // a detector's box, standard deviation
constexpr double kUsualSpeed = 0.35;     // a second, standard deviation
constexpr double kSpeedChange = 0.035;   // a second, over the gap
constexpr double kPlaceNoise = 0.25;     // of a prediction, whatever the gap
constexpr double kFarthest = 4;          // however far apart in time
constexpr double kGrowth = 1.42;         // of the height, at most
constexpr double kGate = 9.4877;         // 0.95 quantile of χ² with 4 degrees of freedom
constexpr double kFitSeconds = 1.2;      // how far back a course is looked at, and …
constexpr std::size_t kFitLeast = 4;     // … at least so many observations
constexpr std::size_t kLookLeast = 10;   // observations that say what it looks like
constexpr double kAppearanceWeight = 5;  // against 1 for a perfect place
constexpr double kSameWeight = 0.5;      // of association's word, against the same
constexpr int kMostRounds = 6;
constexpr std::size_t kNone = SIZE_MAX;

// A straight course at one end of a tracklet, fitted by least squares with a prior on the speed.
struct Course {
  double x = 0;  // center at the end's frame, pixels
  double y = 0;
  double speed_x = 0;  // a frame
  double speed_y = 0;
  double speed_variance = 0;  // (heights a frame)²
  double height = 0;          // median, pixels
  MeanAppearance appearance{};
};

Course CourseAt(const Tracklet& tracklet, bool end, double frame_rate) {
  const std::size_t n = tracklet.size();
  const auto at = [&](std::size_t i) -> const Observation& {
    return tracklet[end ? n - 1 - i : i];
  };
  const std::int64_t anchor = at(0).frame;
  double w = 0, t = 0, tt = 0, x = 0, y = 0, tx = 0, ty = 0;
  std::vector<double> heights;
  Course course;
  for (std::size_t i = 0; i < n; ++i) {
    const Observation& o = at(i);
    const auto d = static_cast<double>(o.frame - anchor);
    const bool fits = std::abs(d) <= kFitSeconds * frame_rate || i < kFitLeast;
    if (!fits && i >= kLookLeast) break;
    if (i < kLookLeast) course.appearance.Add(o.appearance);
    if (!fits) continue;
    const double center_x = (static_cast<double>(o.box.x1) + o.box.x2) / 2;
    const double center_y = (static_cast<double>(o.box.y1) + o.box.y2) / 2;
    w += 1;
    t += d;
    tt += d * d;
    x += center_x;
    y += center_y;
    tx += d * center_x;
    ty += d * center_y;
    heights.push_back(o.box.Height());
  }
  std::nth_element(heights.begin(),
                   heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2),
                   heights.end());
  course.height = std::max(heights[heights.size() / 2], 1.0);
  const double prior = kUsualSpeed / frame_rate;
  const double spread = tt - t * t / w + kBoxNoise * kBoxNoise / (prior * prior);
  course.speed_x = (tx - t * x / w) / spread;
  course.speed_y = (ty - t * y / w) / spread;
  course.speed_variance = kBoxNoise * kBoxNoise / spread;
  course.x = x / w - course.speed_x * t / w;
  course.y = y / w - course.speed_y * t / w;
  return course;
}

double Square(double v) { return v * v; }

// How well the courses meet, from just over 0 to 1; 0 where that is out of the question.
double PlaceGain(const Course& end, const Course& start, double gap, double frame_rate) {
  const double growth = start.height / end.height;
  if (growth > kGrowth || growth < 1 / kGrowth) return 0;
  const double height = (end.height + start.height) / 2;
  const double dx = (start.x - end.x) / height;
  const double dy = (start.y - end.y) / height;
  if (!(Square(dx) + Square(dy) <= Square(kFarthest))) return 0;
  const auto distance = [&](const Course& course) {
    const double variance = Square(kPlaceNoise) + Square(gap) * (course.speed_variance +
                                                                 Square(kSpeedChange / frame_rate));
    return (Square(dx - course.speed_x * gap / height) +
            Square(dy - course.speed_y * gap / height)) /
           variance;
  };
  const double forwards = distance(end);
  const double backwards = distance(start);
  // One of both ends may be a fragment that does not know where it goes.
  const double both = std::min(forwards, backwards) / 2 + (forwards + backwards) / 4;
  return both <= kGate ? 1 - both / kGate + 1e-6 : 0;
}

// What joining is worth; 0 where it is out of the question. `same`: association took them for one.
double GainOf(const Course& end, const Course& start, double gap, bool same,
              const StitchOptions& options) {
  const double alike = end.appearance.Similarity(start.appearance);
  if (alike >= 0 && alike < options.least_appearance) return 0;
  const double look = alike < 0 ? 0 : kAppearanceWeight * alike;
  const double place = PlaceGain(end, start, gap, options.frame_rate);
  if (same) return place + look + kSameWeight;
  return place > 0 ? place + look : 0;
}

// A tracklet being joined. Pieces are numbered as they came.
struct Chain {
  Tracklet tracklet;
  std::size_t first_piece = kNone;
  std::size_t next_of_same = kNone;  // of its last piece
};

struct Pair {
  double gain;
  std::size_t from;
  std::size_t to;
};

// Every pair that may be joined, best first.
std::vector<Pair> PairsOf(const std::vector<Chain>& chains, const StitchOptions& options) {
  std::vector<Course> ends;
  std::vector<Course> starts;
  for (const Chain& chain : chains) {
    ends.push_back(CourseAt(chain.tracklet, true, options.frame_rate));
    starts.push_back(CourseAt(chain.tracklet, false, options.frame_rate));
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < chains.size(); ++i) {
    const std::int64_t last = chains[i].tracklet.back().frame;
    const auto later = std::upper_bound(
        chains.begin(), chains.end(), last,
        [](std::int64_t frame, const Chain& c) { return frame < c.tracklet.front().frame; });
    for (auto j = static_cast<std::size_t>(later - chains.begin()); j < chains.size(); ++j) {
      const std::int64_t gap = chains[j].tracklet.front().frame - last;
      if (gap > options.max_gap) break;
      const bool same = chains[i].next_of_same == chains[j].first_piece;
      const double gain = GainOf(ends[i], starts[j], static_cast<double>(gap), same, options);
      if (gain > 0) pairs.push_back({gain, i, j});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(b.gain, a.from, a.to) < std::tie(a.gain, b.from, b.to);
  });
  return pairs;
}

// Joins what fits best; whether anything did.
bool JoinOnce(std::vector<Chain>& chains, const StitchOptions& options) {
  std::vector<std::size_t> next(chains.size(), kNone);
  std::vector<char> has_previous(chains.size(), 0);
  bool joined = false;
  for (const Pair& pair : PairsOf(chains, options)) {
    if (next[pair.from] != kNone || has_previous[pair.to]) continue;
    next[pair.from] = pair.to;
    has_previous[pair.to] = 1;
    joined = true;
  }
  std::vector<Chain> longer;
  for (std::size_t i = 0; i < chains.size(); ++i) {
    if (has_previous[i]) continue;
    Chain chain = std::move(chains[i]);
    for (std::size_t j = next[i]; j != kNone; j = next[j]) {
      const Tracklet& rest = chains[j].tracklet;
      chain.tracklet.insert(chain.tracklet.end(), rest.begin(), rest.end());
      chain.next_of_same = chains[j].next_of_same;
    }
    longer.push_back(std::move(chain));
  }
  chains = std::move(longer);
  return joined;
}

}  // namespace

std::vector<Tracklet> Stitch(std::vector<Tracklet> tracklets,
                             const std::vector<std::size_t>& next_of_same,
                             const StitchOptions& options) {
  std::vector<Chain> chains;
  for (std::size_t i = 0; i < tracklets.size(); ++i) {
    chains.push_back(
        {std::move(tracklets[i]), i, i < next_of_same.size() ? next_of_same[i] : kNone});
  }
  // Longer ones know better where they go: what was joined is tried again.
  for (int round = 0; round < kMostRounds && JoinOnce(chains, options); ++round) {
  }
  std::vector<Tracklet> joined;
  for (Chain& chain : chains) joined.push_back(std::move(chain.tracklet));
  return joined;
}

}  // namespace prelabel
