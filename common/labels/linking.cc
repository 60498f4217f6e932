#include "common/labels/linking.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/labels/association.h"
#include "common/labels/occlusion.h"
#include "common/labels/scene_cuts.h"
#include "common/labels/stitching.h"

namespace prelabel {
namespace {

// Boxes that overlap more than this hide each other; below it detectors keep them apart.
constexpr float kHidden = 0.3F;
// How well a hidden observation must fit the path between what is seen before and after.
constexpr float kFitsPath = 0.4F;

// A track and what orders it among all classes.
struct Draft {
  Track track;
  std::int64_t first_frame;
  std::uint32_t first_index;
};

// Whether the object was looked for shortly before and after, and not seen.
bool Flickers(const Tracklet& tracklet, std::span<const std::int64_t> visits,
              const LinkOptions& options) {
  if (tracklet.size() >= options.min_observations) return false;
  const std::uint32_t first = tracklet.front().visit;
  const std::uint32_t last = tracklet.back().visit;
  const bool before = first > 0 && visits[first] - visits[first - 1] <= options.follow_gap;
  const bool after =
      last + 1 < visits.size() && visits[last + 1] - visits[last] <= options.follow_gap;
  return before && after;
}

// Triangular weights: 1 2 3 2 1 for a reach of 2.
std::vector<Keyframe> SmoothedKeyframes(const Tracklet& tracklet, std::uint32_t score_reach) {
  const auto reach = static_cast<std::ptrdiff_t>(score_reach);
  const auto n = static_cast<std::ptrdiff_t>(tracklet.size());
  std::vector<Keyframe> keyframes;
  keyframes.reserve(tracklet.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    double sum = 0;
    double weights = 0;
    for (std::ptrdiff_t j = std::max<std::ptrdiff_t>(i - reach, 0); j < std::min(i + reach + 1, n);
         ++j) {
      const auto weight = static_cast<double>(reach + 1 - std::abs(i - j));
      sum += weight * tracklet[static_cast<std::size_t>(j)].score;
      weights += weight;
    }
    const Observation& o = tracklet[static_cast<std::size_t>(i)];
    keyframes.push_back({o.frame, o.box, static_cast<float>(sum / weights)});
  }
  return keyframes;
}

// The tracks of one class in one scene.
void LinkClass(std::span<const FrameDetections> frames, std::span<const std::int64_t> visits,
               std::uint16_t class_id, const LinkOptions& options, std::vector<Draft>& drafts) {
  SplitTracklets split = SplitAtOcclusions(Associate(frames, class_id, options), visits, kHidden);
  std::vector<Tracklet> tracklets =
      Stitch(std::move(split.clear), split.next_of_same,
             {options.max_gap, options.frame_rate, static_cast<double>(options.match_appearance)});
  GiveBackHidden(tracklets, split.hidden, kFitsPath, options.class_thresholds[class_id]);
  const float threshold = options.class_thresholds[class_id];
  for (const Tracklet& tracklet : tracklets) {
    const bool strong = std::any_of(tracklet.begin(), tracklet.end(),
                                    [&](const Observation& o) { return o.score >= threshold; });
    if (!strong || Flickers(tracklet, visits, options)) continue;
    drafts.push_back({{0, class_id, SmoothedKeyframes(tracklet, options.score_reach)},
                      tracklet.front().frame,
                      tracklet.front().index});
  }
}

}  // namespace

std::vector<Track> LinkDetections(std::span<const FrameDetections> frames,
                                  const LinkOptions& options) {
  std::vector<char> classes(options.class_thresholds.size(), 0);  // that there are
  std::vector<std::int64_t> visits;
  visits.reserve(frames.size());
  for (const FrameDetections& frame : frames) {
    visits.push_back(frame.frame);
    for (const Prediction& prediction : frame.predictions) {
      if (prediction.class_id < classes.size()) classes[prediction.class_id] = 1;
    }
  }
  const std::vector<char> cuts = FindSceneCuts(frames);
  std::vector<Draft> drafts;
  for (std::size_t begin = 0; begin < frames.size();) {
    std::size_t end = begin + 1;
    while (end < frames.size() && !cuts[end]) ++end;
    for (std::size_t class_id = 0; class_id < classes.size(); ++class_id) {
      if (!classes[class_id]) continue;
      LinkClass(frames.subspan(begin, end - begin), std::span(visits).subspan(begin, end - begin),
                static_cast<std::uint16_t>(class_id), options, drafts);
    }
    begin = end;
  }
  std::sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    return std::tie(a.first_frame, a.first_index) < std::tie(b.first_frame, b.first_index);
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
