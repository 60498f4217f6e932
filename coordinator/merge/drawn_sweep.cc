#include "coordinator/merge/drawn_sweep.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace prelabel {
namespace {

bool IsPlainBox(const ShapePoint& point) {
  return point.shape.kind == ShapeKind::kBox && point.shape.rotation == 0 && !point.occluded &&
         point.attributes.empty();
}

}  // namespace

DrawnSweep::DrawnSweep(const SourceItems& video, const ClassMap& classes,
                       InterpolationMethod method)
    : classes_(classes), method_(method), frames_(static_cast<std::int64_t>(video.ItemCount())) {
  for (const ShapeTrack& track : video.drawn->tracks) {
    if (track.keyframes.empty() || !classes.category_of_drawn.contains(track.label)) continue;
    tracks_.push_back(&track);
  }
  std::stable_sort(tracks_.begin(), tracks_.end(), [](const ShapeTrack* a, const ShapeTrack* b) {
    return a->keyframes.front().frame < b->keyframes.front().frame;
  });
}

void DrawnSweep::LabelsAt(std::int64_t frame, std::vector<Label>& labels) {
  while (next_ < tracks_.size() && tracks_[next_]->keyframes.front().frame <= frame) {
    const ShapeTrack& track = *tracks_[next_++];
    Alive begun{track.id, classes_.category_of_drawn.at(track.label), TrustShapes(track),
                ShapeWalk(track, method_, frames_), std::nullopt};
    begun.point = begun.walk.Next();
    alive_.push_back(std::move(begun));
  }
  labels.clear();
  for (Alive& track : alive_) {
    while (track.point && track.point->frame < frame) track.point = track.walk.Next();
    if (!track.point || track.point->frame != frame) continue;
    ShapePoint& point = *track.point;
    Label label;
    label.category = track.category;
    label.score = static_cast<float>(ExpectedIou(track.gaps, frame));
    label.box = BoundsOf(point.shape);
    label.source = point.keyframe ? LabelSource::kHuman : LabelSource::kInterpolated;
    label.track_id = track.id;
    if (!IsPlainBox(point)) label.drawn = std::make_shared<const ShapePoint>(std::move(point));
    labels.push_back(std::move(label));
    track.point = track.walk.Next();
  }
  std::erase_if(alive_, [](const Alive& track) { return !track.point; });
}

}  // namespace prelabel
