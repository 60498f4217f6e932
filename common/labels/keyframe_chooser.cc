#include "common/labels/keyframe_chooser.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>

#include "common/labels/interpolation_trust.h"

namespace prelabel {
namespace {

constexpr double kCoarseShare = 0.7;

// Doubts are expected losses of IoU, summed over the frames of the stretch.
constexpr double kStartOrEnd = 0.5;  // half of the stretch is labeled wrongly, on average
constexpr double kOutOfNothing = 3;  // times as much: more likely a track was lost
constexpr double kMissed = 1;        // a track that was not seen in a frame looked at
constexpr double kConfusion = 0.5;   // where two might as well be exchanged

// Nearer to the picture's edge than this share of its longer side, an object may come or go.
constexpr double kEdge = 0.7;
// Exchanging two tracks costs so many heights of way where there is no doubt.
constexpr double kNoDoubt = 2;

class Doubts {
 public:
  Doubts(std::span<const std::int64_t> looked_at, const ChooserOptions& options)
      : looked_at_(looked_at),
        options_(options),
        doubt_(looked_at.size() < 2 ? 0 : looked_at.size() - 1, 0) {}

  void AddTrack(const Track& track) {
    for (const GapTrust& gap : TrustGaps(track.keyframes)) {
      const std::size_t first = StretchAt(gap.from);
      const std::size_t last = StretchAt(gap.to - 1);
      for (std::size_t i = first; i <= last; ++i) {
        const double inside = Inside(i);
        if (inside <= 0) continue;
        const double worst = gap.ExpectedIou((looked_at_[i] + looked_at_[i + 1]) / 2);
        if (worst < options_.tolerance) doubt_[i] += (1 - worst) * inside;
        if (first != last) doubt_[i] += kMissed * inside;
      }
    }
    const Keyframe& first = track.keyframes.front();
    const Keyframe& last = track.keyframes.back();
    const std::size_t begin = StretchAt(first.frame);
    if (begin > 0) AddEnd(begin - 1, first.box);
    const std::size_t end = StretchAt(last.frame);
    if (end < doubt_.size() && looked_at_[end] == last.frame) AddEnd(end, last.box);
  }

  // Both tracks' boxes at both ends of a stretch.
  void AddPair(std::size_t stretch, const Box& a0, const Box& a1, const Box& b0, const Box& b1) {
    const double height = (double{a0.Height()} + a1.Height() + b0.Height() + b1.Height()) / 4;
    if (!(height > 0)) return;
    const double more = Way(a0, b1) + Way(b0, a1) - Way(a0, a1) - Way(b0, b1);
    const double risk = std::clamp(1 - more / height / kNoDoubt, 0.0, 1.0);
    doubt_[stretch] += kConfusion * risk * Inside(stretch);
  }

  std::size_t size() const { return doubt_.size(); }
  double operator[](std::size_t stretch) const { return doubt_[stretch]; }

  // Frames between the two looked at.
  double Inside(std::size_t stretch) const {
    return static_cast<double>(looked_at_[stretch + 1] - looked_at_[stretch] - 1);
  }
  // The stretch that begins at or before the frame.
  std::size_t StretchAt(std::int64_t frame) const {
    const auto after = std::upper_bound(looked_at_.begin(), looked_at_.end(), frame);
    return static_cast<std::size_t>(after - looked_at_.begin()) - 1;
  }

 private:
  static double Way(const Box& from, const Box& to) {
    const double dx = (double{from.x1} + from.x2 - to.x1 - to.x2) / 2;
    const double dy = (double{from.y1} + from.y2 - to.y1 - to.y2) / 2;
    return std::hypot(dx, dy);
  }

  void AddEnd(std::size_t stretch, const Box& box) {
    const double edge = kEdge * std::max(box.Width(), box.Height());
    const bool at_edge = box.x1 < edge || box.y1 < edge || box.x2 > options_.width - edge ||
                         box.y2 > options_.height - edge;
    doubt_[stretch] += kStartOrEnd * Inside(stretch) * (at_edge ? 1 : kOutOfNothing);
  }

  std::span<const std::int64_t> looked_at_;
  const ChooserOptions& options_;
  std::vector<double> doubt_;  // by stretch between neighboring frames looked at
};

// A track's box at a frame looked at, moving linearly where it was missed there.
Box BoxAt(const Track& track, std::size_t& next, std::int64_t frame) {
  const std::vector<Keyframe>& keyframes = track.keyframes;
  while (next < keyframes.size() && keyframes[next].frame < frame) ++next;
  const Keyframe& to = keyframes[next];
  if (to.frame == frame) return to.box;
  const Keyframe& from = keyframes[next - 1];
  const double part =
      static_cast<double>(frame - from.frame) / static_cast<double>(to.frame - from.frame);
  return BoxBetween(from.box, to.box, part);
}

// Every pair of one class that is there at both ends of a stretch.
void AddPairs(std::span<const std::int64_t> looked_at, std::span<const Track> tracks,
              Doubts& doubts) {
  struct Alive {
    const Track* track;
    std::size_t next;
    Box box;
  };
  std::vector<const Track*> waiting;
  for (const Track& track : tracks) waiting.push_back(&track);
  std::stable_sort(waiting.begin(), waiting.end(), [](const Track* a, const Track* b) {
    return a->keyframes.front().frame < b->keyframes.front().frame;
  });
  std::vector<Alive> alive;
  std::size_t started = 0;
  for (std::size_t i = 0; i < looked_at.size(); ++i) {
    const std::int64_t frame = looked_at[i];
    std::erase_if(alive, [&](const Alive& a) { return a.track->keyframes.back().frame < frame; });
    const std::size_t there_before = alive.size();
    while (started < waiting.size() && waiting[started]->keyframes.front().frame <= frame) {
      alive.push_back({waiting[started++], 0, {}});
    }
    std::vector<Box> boxes;
    for (Alive& a : alive) boxes.push_back(BoxAt(*a.track, a.next, frame));
    for (std::size_t a = 0; a < there_before; ++a) {
      for (std::size_t b = a + 1; b < there_before; ++b) {
        if (alive[a].track->class_id != alive[b].track->class_id) continue;
        doubts.AddPair(i - 1, alive[a].box, boxes[a], alive[b].box, boxes[b]);
      }
    }
    for (std::size_t a = 0; a < alive.size(); ++a) alive[a].box = boxes[a];
  }
}

}  // namespace

std::int64_t CoarseStride(double budget) {
  return std::max<std::int64_t>(1, std::llround(1 / (kCoarseShare * budget)));
}

std::vector<std::int64_t> ChooseKeyframes(std::span<const std::int64_t> looked_at,
                                          std::span<const Track> tracks,
                                          const ChooserOptions& options) {
  constexpr std::int64_t kLeastRound = 16;
  const std::int64_t left = options.budget - static_cast<std::int64_t>(looked_at.size());
  if (left <= 0 || looked_at.size() < 2) return {};
  const std::int64_t round =
      std::min(left, std::max({(left + 1) / 2, kLeastRound, options.frame_count / 100}));
  Doubts doubts(looked_at, options);
  for (const Track& track : tracks) doubts.AddTrack(track);
  AddPairs(looked_at, tracks, doubts);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    if (doubts[i] > 0 && doubts.Inside(i) > 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::make_tuple(-doubts[a], a) < std::make_tuple(-doubts[b], b);
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(round)));
  std::vector<std::int64_t> chosen;
  for (const std::size_t i : order) chosen.push_back((looked_at[i] + looked_at[i + 1]) / 2);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace prelabel
