#include "coordinator/merge/drawn_sweep.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace prelabel {
namespace {

bool IsUprightBox(const Shape& shape) {
  return shape.kind == ShapeKind::kBox && shape.rotation == 0;
}

bool IsPlainBox(const ShapePoint& point) {
  return IsUprightBox(point.shape) && !point.occluded && point.attributes.empty();
}

}  // namespace

std::vector<Track> DrawnTracks(const SourceItems& video, const ClassMap& classes) {
  std::vector<Track> tracks;
  for (const ShapeTrack& drawn : video.drawn->tracks) {
    const auto category = classes.category_of_drawn.find(drawn.label);
    constexpr int kMost = std::numeric_limits<std::uint16_t>::max();
    if (category == classes.category_of_drawn.end() || category->second > kMost) continue;
    Track stretch{drawn.id, static_cast<std::uint16_t>(category->second), {}};
    for (const ShapeKeyframe& keyframe : drawn.keyframes) {
      if (!keyframe.outside) {
        stretch.keyframes.push_back({keyframe.frame, TrustBounds(keyframe.shape), 1});
      } else if (!stretch.keyframes.empty()) {
        tracks.push_back(stretch);
        stretch.keyframes.clear();
      }
    }
    if (!stretch.keyframes.empty()) tracks.push_back(std::move(stretch));
  }
  return tracks;
}

DrawnSweep::DrawnSweep(const SourceItems& video, const ClassMap& classes,
                       InterpolationMethod method, std::unique_ptr<MotionEstimator> motion)
    : classes_(classes),
      method_(method),
      motion_(std::move(motion)),
      frames_(static_cast<std::int64_t>(video.ItemCount())) {
  for (const ShapeTrack& track : video.drawn->tracks) {
    if (track.keyframes.empty() || !classes.category_of_drawn.contains(track.label)) continue;
    tracks_.push_back(&track);
  }
  std::stable_sort(tracks_.begin(), tracks_.end(), [](const ShapeTrack* a, const ShapeTrack* b) {
    return a->keyframes.front().frame < b->keyframes.front().frame;
  });
}

Result<void> DrawnSweep::LabelsAt(std::int64_t frame, std::vector<Label>& labels) {
  while (next_ < tracks_.size() && tracks_[next_]->keyframes.front().frame <= frame) {
    const ShapeTrack& track = *tracks_[next_++];
    Alive begun{&track, classes_.category_of_drawn.at(track.label), TrustShapes(track),
                ShapeWalk(track, method_, frames_)};
    begun.point = begun.walk.Next();
    alive_.push_back(std::move(begun));
  }
  labels.clear();
  for (Alive& alive : alive_) {
    while (alive.point && alive.point->frame < frame) alive.point = alive.walk.Next();
    if (!alive.point || alive.point->frame != frame) continue;
    ShapePoint& point = *alive.point;
    PRELABEL_TRY(FollowMotion(alive, point));
    Label label;
    label.category = alive.category;
    label.score = static_cast<float>(ExpectedIou(alive.gaps, frame));
    label.box = BoundsOf(point.shape);
    label.source = point.keyframe ? LabelSource::kHuman : LabelSource::kInterpolated;
    label.track_id = alive.track->id;
    if (!IsPlainBox(point)) label.drawn = std::make_shared<const ShapePoint>(std::move(point));
    labels.push_back(std::move(label));
    alive.point = alive.walk.Next();
  }
  std::erase_if(alive_, [](const Alive& alive) { return !alive.point; });
  return Ok();
}

// A gap is followed when its first frame comes.
Result<void> DrawnSweep::FollowMotion(Alive& alive, ShapePoint& point) const {
  if (motion_ == nullptr || !IsUprightBox(point.shape)) return Ok();
  const std::vector<ShapeKeyframe>& keyframes = alive.track->keyframes;
  if (point.keyframe) {
    while (keyframes[alive.keyframe].frame < point.frame) ++alive.keyframe;
    alive.seen.clear();
    if (alive.keyframe + 1 == keyframes.size()) return Ok();
    const ShapeKeyframe& to = keyframes[alive.keyframe + 1];
    if (to.outside || !IsUprightBox(to.shape) || to.frame == point.frame + 1) return Ok();
    const std::vector<Keyframe> ends = {{point.frame, point.shape.box, 1},
                                        {to.frame, to.shape.box, 1}};
    PRELABEL_TRY(alive.seen, FlowInterpolate(ends, *motion_));
    return Ok();
  }
  if (alive.seen.empty()) return Ok();
  point.shape.box = alive.seen[static_cast<std::size_t>(point.frame - alive.seen[0].frame)].box;
  return Ok();
}

}  // namespace prelabel
