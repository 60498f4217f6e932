#include "common/labels/association.h"

#include <algorithm>
#include <utility>

#include "common/labels/assignment.h"
#include "common/labels/kalman_filter.h"

namespace prelabel {
namespace {

// Added to every gain, so that a pair exactly at the least IoU is still worth taking.
constexpr double kLeastGain = 1e-6;

// The 0.95 quantile of χ² with 4 degrees of freedom, DeepSORT's gate on the Mahalanobis distance.
constexpr double kGate = 9.4877;

// Boxes need not overlap to be linked by that gate, so it is only for tracklets that were missed in
// no more frames than this, and only over this many times the longer side of the box.
constexpr std::uint32_t kMostMissed = 2;
constexpr double kFarthest = 2;

// From so many observations on a tracklet has a velocity.
constexpr std::size_t kObservationsForVelocity = 2;

// What looking alike is worth against one of overlap or distance. Descriptors of one object differ
// by about 0.05, those of two by about 0.15, so that it takes some weight to matter.
constexpr double kAppearanceWeight = 2.5;

// How much of a tracklet's descriptor stays when an observation is added (DeepSORT and its
// successors use 0.9 at 30 frames a second; sampled frames are farther apart).
constexpr double kAppearanceKeep = 0.8;

// Boxes that overlap more than this show parts of each other: they teach no descriptor.
constexpr float kMixed = 0.3F;

// A detection of the class being linked.
struct Candidate {
  Observation observation;
  bool strong = false;
  bool mixed = false;
  bool matched = false;
};

// A tracklet that may still be continued. Frames count as the video does, visits the frames looked
// at.
struct Live {
  std::size_t tracklet = 0;
  std::size_t observations = 1;
  KalmanFilter filter;  // after the last observation
  std::int64_t last_frame = 0;
  std::uint32_t last_visit = 0;
  KalmanFilter predicted;  // for the frame being linked
  Box expected;            // its box
  MeanAppearance appearance{};
  bool matched = false;
};

class ClassLinker {
 public:
  explicit ClassLinker(const LinkOptions& options)
      : options_(options), longest_gap_(std::min(options.follow_gap, options.max_gap)) {}

  // All of the class's detections of one visit, which is later than those before.
  void Link(std::span<Candidate> candidates) {
    const std::uint32_t visit = candidates.front().observation.visit;
    Advance(candidates.front().observation.frame, visit);
    Match(candidates, true, [&](const Live& live, const Observation& seen) {
      return HasVelocity(live) ? AlikeGain(live, seen, IouGain(live, seen, options_.match_iou)) : 0;
    });
    Match(candidates, true, [&](const Live& live, const Observation& seen) {
      return Missed(live, visit) <= kMostMissed ? AlikeGain(live, seen, GateGain(live, seen)) : 0;
    });
    Match(candidates, true, [&](const Live& live, const Observation& seen) {
      return AlikeGain(live, seen, IouGain(live, seen, options_.match_iou));
    });
    Match(candidates, false, [&](const Live& live, const Observation& seen) {
      return Missed(live, visit) == 0 ? IouGain(live, seen, options_.low_match_iou) : 0;
    });
    for (const Candidate& candidate : candidates) {
      if (candidate.strong && !candidate.matched) Start(candidate);
    }
  }

  std::vector<Tracklet> Take() { return std::move(tracklets_); }

 private:
  // Ends tracklets that were out of sight for too long and predicts where the others are now.
  void Advance(std::int64_t frame, std::uint32_t visit) {
    std::erase_if(live_, [&](const Live& live) { return frame - live.last_frame > longest_gap_; });
    for (Live& live : live_) {
      live.matched = false;
      live.predicted = live.filter;
      live.predicted.Predict(frame - live.last_frame, Missed(live, visit) > 0);
      live.expected = live.predicted.Estimate();
    }
  }

  static bool HasVelocity(const Live& live) {
    return live.observations >= kObservationsForVelocity;
  }

  // How many of the frames looked at since the last observation did not show the object.
  static std::uint32_t Missed(const Live& live, std::uint32_t visit) {
    return visit - live.last_visit - 1;
  }

  // What continuing with the box is worth; 0 where it is out of the question.
  static double IouGain(const Live& live, const Observation& seen, float least_iou) {
    if (!(seen.box.Area() > 0)) return 0;  // also one that is not a number, whose IoU means nothing
    const float iou = Iou(live.expected, seen.box);
    return iou > 0 && iou >= least_iou ? static_cast<double>(iou) - least_iou + kLeastGain : 0;
  }

  static double GateGain(const Live& live, const Observation& seen) {
    const Box& box = seen.box;
    const double dx =
        (static_cast<double>(box.x1) + box.x2 - live.expected.x1 - live.expected.x2) / 2;
    const double dy =
        (static_cast<double>(box.y1) + box.y2 - live.expected.y1 - live.expected.y2) / 2;
    const double farthest = kFarthest * std::max(box.Width(), box.Height());
    if (!(dx * dx + dy * dy <= farthest * farthest)) return 0;
    const double distance = live.predicted.SquaredDistance(box);
    return distance <= kGate ? 1 - distance / kGate + kLeastGain : 0;
  }

  double AlikeGain(const Live& live, const Observation& seen, double gain) const {
    if (gain <= 0) return 0;
    const double alike = live.appearance.Similarity(seen.appearance);
    if (alike < 0) return gain;  // unknown
    return alike < options_.match_appearance ? 0 : gain + kAppearanceWeight * (1 + alike);
  }

  // One stage: the assignment of greatest total gain among what is left.
  template <class Gain>
  void Match(std::span<Candidate> candidates, bool strong, const Gain& gain_of) {
    std::vector<AssignmentPair> pairs;
    for (std::uint32_t i = 0; i < live_.size(); ++i) {
      if (live_[i].matched) continue;
      for (std::uint32_t j = 0; j < candidates.size(); ++j) {
        if (candidates[j].matched || candidates[j].strong != strong) continue;
        const double gain = gain_of(live_[i], candidates[j].observation);
        if (gain > 0) pairs.push_back({i, j, gain});
      }
    }
    if (pairs.empty()) return;
    const std::vector<std::int32_t> columns = Assign(live_.size(), candidates.size(), pairs);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] != kUnassigned) Continue(live_[i], candidates[columns[i]]);
    }
  }

  void Continue(Live& live, Candidate& candidate) {
    const Observation& seen = candidate.observation;
    live.filter = live.predicted;
    live.filter.Update(seen.box);
    live.last_frame = seen.frame;
    live.last_visit = seen.visit;
    ++live.observations;
    live.matched = candidate.matched = true;
    if (candidate.strong && !candidate.mixed)
      live.appearance.Fade(seen.appearance, kAppearanceKeep);
    tracklets_[live.tracklet].push_back(seen);
  }

  void Start(const Candidate& candidate) {
    const Observation& seen = candidate.observation;
    const KalmanFilter filter(seen.box);
    live_.push_back({.tracklet = tracklets_.size(),
                     .filter = filter,
                     .last_frame = seen.frame,
                     .last_visit = seen.visit,
                     .predicted = filter,
                     .expected = seen.box});
    live_.back().appearance.Add(seen.appearance);
    tracklets_.push_back({seen});
  }

  const LinkOptions& options_;
  const std::int64_t longest_gap_;
  std::vector<Live> live_;  // oldest first
  std::vector<Tracklet> tracklets_;
};

// The class's detections of one frame that can matter, in the frame's order.
std::vector<Candidate> CandidatesOf(const FrameDetections& frame, std::uint32_t visit,
                                    std::uint16_t class_id, float threshold,
                                    const LinkOptions& options) {
  std::vector<Candidate> candidates;
  for (std::uint32_t index = 0; index < frame.predictions.size(); ++index) {
    const Prediction& prediction = frame.predictions[index];
    if (prediction.class_id != class_id) continue;
    const bool strong = prediction.score >= threshold;
    if (!strong && !(prediction.score >= options.low_threshold)) continue;
    candidates.push_back({.observation = {visit, index, frame.frame, prediction.box,
                                          prediction.score, frame.AppearanceOf(index)},
                          .strong = strong});
  }
  for (Candidate& candidate : candidates) {
    candidate.mixed = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& c) {
      return &c != &candidate && c.strong &&
             Iou(c.observation.box, candidate.observation.box) > kMixed;
    });
  }
  return candidates;
}

}  // namespace

std::vector<Tracklet> Associate(std::span<const FrameDetections> frames, std::uint16_t class_id,
                                const LinkOptions& options) {
  ClassLinker linker(options);
  if (class_id >= options.class_thresholds.size()) return {};
  const float threshold = options.class_thresholds[class_id];
  if (!(threshold <= 1)) return {};
  for (std::uint32_t visit = 0; visit < frames.size(); ++visit) {
    std::vector<Candidate> candidates =
        CandidatesOf(frames[visit], visit, class_id, threshold, options);
    if (!candidates.empty()) linker.Link(candidates);
  }
  return linker.Take();
}

}  // namespace prelabel
