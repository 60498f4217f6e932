#include "common/labels/linking.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/labels/assignment.h"
#include "common/labels/kalman_filter.h"

namespace prelabel {
namespace {

// Added to every gain, so that a pair exactly at the least IoU is still worth taking.
constexpr double kLeastGain = 1e-6;

// The 0.95 quantile of χ² with 4 degrees of freedom, DeepSORT's gate on the Mahalanobis distance.
constexpr double kGate = 9.4877;

// Boxes need not overlap to be linked by that gate, so it is only for tracks that were missed in no
// more frames than this, and only over this many times the longer side of the box.
constexpr std::uint32_t kMostMissed = 2;
constexpr double kFarthest = 2;

// From so many observations on a track has a velocity.
constexpr std::size_t kObservationsForVelocity = 2;

// A detection of the class being linked; `visit` and `index` are its place in the input.
struct Candidate {
  std::uint32_t visit;
  std::uint32_t index;
  bool strong;
  bool matched = false;
};

// A track and what orders it among all classes.
struct Draft {
  Track track;
  std::uint32_t first_visit;
  std::uint32_t first_index;
};

// A track that may still be continued. Frames count as the video does, visits the frames looked at.
struct Live {
  std::size_t draft;
  KalmanFilter filter;  // after the last observation
  std::int64_t last_frame;
  std::uint32_t last_visit;
  KalmanFilter predicted;  // for the frame being linked
  Box expected;            // its box
  bool matched = false;
};

// Links the detections of one class, frame by frame, and appends its tracks to `drafts`.
class ClassLinker {
 public:
  ClassLinker(std::span<const FrameDetections> frames, std::uint16_t class_id,
              const LinkOptions& options, std::vector<Draft>& drafts)
      : frames_(frames), class_id_(class_id), options_(options), drafts_(drafts) {}

  // All of the class's detections of one visit, which is later than those before.
  void Link(std::span<Candidate> candidates) {
    const std::uint32_t visit = candidates.front().visit;
    Advance(visit);
    Match(candidates, true, [&](const Live& live, const Box& box) {
      return HasVelocity(live) ? IouGain(live, box, options_.match_iou) : 0;
    });
    Match(candidates, true, [&](const Live& live, const Box& box) {
      return Missed(live, visit) <= kMostMissed ? GateGain(live, box) : 0;
    });
    Match(candidates, true,
          [&](const Live& live, const Box& box) { return IouGain(live, box, options_.match_iou); });
    Match(candidates, false, [&](const Live& live, const Box& box) {
      return Missed(live, visit) == 0 ? IouGain(live, box, options_.low_match_iou) : 0;
    });
    for (const Candidate& candidate : candidates) {
      if (candidate.strong && !candidate.matched) Start(candidate);
    }
  }

 private:
  const Prediction& At(const Candidate& candidate) const {
    return frames_[candidate.visit].predictions[candidate.index];
  }

  // Ends tracks that were out of sight for too long and predicts where the others are now.
  void Advance(std::uint32_t visit) {
    const std::int64_t frame = frames_[visit].frame;
    std::erase_if(live_,
                  [&](const Live& live) { return frame - live.last_frame > options_.max_gap; });
    for (Live& live : live_) {
      live.matched = false;
      live.predicted = live.filter;
      live.predicted.Predict(frame - live.last_frame, Missed(live, visit) > 0);
      live.expected = live.predicted.Estimate();
    }
  }

  bool HasVelocity(const Live& live) const {
    return drafts_[live.draft].track.keyframes.size() >= kObservationsForVelocity;
  }

  // How many of the frames looked at since the last observation did not show the track.
  static std::uint32_t Missed(const Live& live, std::uint32_t visit) {
    return visit - live.last_visit - 1;
  }

  // What linking the track to the box is worth; 0 where it is out of the question.
  static double IouGain(const Live& live, const Box& box, float least_iou) {
    if (!(box.Area() > 0)) return 0;  // also one that is not a number, whose IoU means nothing
    const float iou = Iou(live.expected, box);
    return iou > 0 && iou >= least_iou ? static_cast<double>(iou) - least_iou + kLeastGain : 0;
  }

  static double GateGain(const Live& live, const Box& box) {
    const double dx =
        (static_cast<double>(box.x1) + box.x2 - live.expected.x1 - live.expected.x2) / 2;
    const double dy =
        (static_cast<double>(box.y1) + box.y2 - live.expected.y1 - live.expected.y2) / 2;
    const double farthest = kFarthest * std::max(box.Width(), box.Height());
    if (!(dx * dx + dy * dy <= farthest * farthest)) return 0;
    const double distance = live.predicted.SquaredDistance(box);
    return distance <= kGate ? 1 - distance / kGate + kLeastGain : 0;
  }

  // One stage: the assignment of greatest total gain among what is left.
  template <class Gain>
  void Match(std::span<Candidate> candidates, bool strong, const Gain& gain_of) {
    std::vector<AssignmentPair> pairs;
    for (std::uint32_t i = 0; i < live_.size(); ++i) {
      if (live_[i].matched) continue;
      for (std::uint32_t j = 0; j < candidates.size(); ++j) {
        if (candidates[j].matched || candidates[j].strong != strong) continue;
        const double gain = gain_of(live_[i], At(candidates[j]).box);
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
    const Prediction& prediction = At(candidate);
    live.filter = live.predicted;
    live.filter.Update(prediction.box);
    live.last_frame = frames_[candidate.visit].frame;
    live.last_visit = candidate.visit;
    live.matched = candidate.matched = true;
    drafts_[live.draft].track.keyframes.push_back(
        {live.last_frame, prediction.box, prediction.score});
  }

  void Start(const Candidate& candidate) {
    const Prediction& prediction = At(candidate);
    const std::int64_t frame = frames_[candidate.visit].frame;
    const KalmanFilter filter(prediction.box);
    live_.push_back({.draft = drafts_.size(),
                     .filter = filter,
                     .last_frame = frame,
                     .last_visit = candidate.visit,
                     .predicted = filter,
                     .expected = prediction.box});
    drafts_.push_back({.track = {.id = 0,
                                 .class_id = class_id_,
                                 .keyframes = {{frame, prediction.box, prediction.score}}},
                       .first_visit = candidate.visit,
                       .first_index = candidate.index});
  }

  std::span<const FrameDetections> frames_;
  std::uint16_t class_id_;
  const LinkOptions& options_;
  std::vector<Draft>& drafts_;
  std::vector<Live> live_;  // oldest track first
};

// The detections that can matter, by class; in the order of frames, then of the frame's list.
std::vector<std::vector<Candidate>> ByClass(std::span<const FrameDetections> frames,
                                            const LinkOptions& options) {
  std::vector<std::vector<Candidate>> classes(options.class_thresholds.size());
  for (std::uint32_t visit = 0; visit < frames.size(); ++visit) {
    const std::vector<Prediction>& predictions = frames[visit].predictions;
    for (std::uint32_t index = 0; index < predictions.size(); ++index) {
      const Prediction& prediction = predictions[index];
      if (prediction.class_id >= classes.size()) continue;
      const float threshold = options.class_thresholds[prediction.class_id];
      if (!(threshold <= 1)) continue;
      const bool strong = prediction.score >= threshold;
      if (!strong && !(prediction.score >= options.low_threshold)) continue;
      classes[prediction.class_id].push_back({visit, index, strong});
    }
  }
  return classes;
}

}  // namespace

std::vector<Track> LinkDetections(std::span<const FrameDetections> frames,
                                  const LinkOptions& options) {
  std::vector<std::vector<Candidate>> classes = ByClass(frames, options);
  std::vector<Draft> drafts;
  for (std::size_t class_id = 0; class_id < classes.size(); ++class_id) {
    ClassLinker linker(frames, static_cast<std::uint16_t>(class_id), options, drafts);
    std::vector<Candidate>& candidates = classes[class_id];
    for (auto first = candidates.begin(); first != candidates.end();) {
      const auto last = std::find_if(first, candidates.end(),
                                     [&](const Candidate& c) { return c.visit != first->visit; });
      linker.Link({first, last});
      first = last;
    }
  }

  std::sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    return std::tie(a.first_visit, a.first_index) < std::tie(b.first_visit, b.first_index);
  });
  std::vector<Track> tracks;
  tracks.reserve(drafts.size());
  for (Draft& draft : drafts) {
    draft.track.id = static_cast<std::uint32_t>(tracks.size() + 1);
    tracks.push_back(std::move(draft.track));
  }
  return tracks;
}

}  // namespace prelabel
