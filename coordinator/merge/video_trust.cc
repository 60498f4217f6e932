#include "coordinator/merge/video_trust.h"

#include <algorithm>
#include <cmath>

#include "common/labels/interpolation_trust.h"

namespace prelabel {
namespace {

constexpr double kUnit = 1e6;

std::uint64_t Millionths(double value) {
  return static_cast<std::uint64_t>(std::llround(value * kUnit));
}

double Mean(std::uint64_t sum, std::uint64_t count) {
  return count == 0 ? 0 : static_cast<double>(sum) / kUnit / static_cast<double>(count);
}

void AddTrack(std::span<const Keyframe> keyframes, std::span<const GapTrust> gaps,
              ClassTrust& trust) {
  for (std::size_t i = 1; i + 1 < keyframes.size(); ++i) {
    const std::int64_t frames = keyframes[i + 1].frame - keyframes[i - 1].frame;
    trust.hold_outs[GapBucket(frames)].Add({1, Millionths(HoldOutIou(keyframes, i))});
  }
  for (const GapTrust& gap : gaps) {
    for (std::int64_t frame = gap.from + 1; frame < gap.to; ++frame) {
      const double expected = gap.ExpectedIou(frame);
      ++trust.between;
      trust.expected_sum += Millionths(expected);
      if (expected < 0.5) ++trust.below_half;
    }
  }
}

}  // namespace

void HoldOuts::Add(const HoldOuts& other) {
  count += other.count;
  iou_sum += other.iou_sum;
}

double HoldOuts::MeanIou() const { return Mean(iou_sum, count); }

std::size_t GapBucket(std::int64_t frames) {
  return std::lower_bound(kGapBucketEnds.begin(), kGapBucketEnds.end(), frames) -
         kGapBucketEnds.begin();
}

void ClassTrust::Add(const ClassTrust& other) {
  between += other.between;
  expected_sum += other.expected_sum;
  below_half += other.below_half;
  for (std::size_t i = 0; i < kGapBuckets; ++i) hold_outs[i].Add(other.hold_outs[i]);
}

double ClassTrust::MeanExpectedIou() const { return Mean(expected_sum, between); }

HoldOuts ClassTrust::AllHoldOuts() const {
  HoldOuts all;
  for (const HoldOuts& bucket : hold_outs) all.Add(bucket);
  return all;
}

VideoTrust JudgeTracks(std::span<const Track> tracks, std::span<const int> category_of_class,
                       std::int64_t frames) {
  VideoTrust video;
  std::vector<TrackGap> all;
  for (const Track& track : tracks) {
    if (track.class_id >= category_of_class.size()) continue;
    const int category = category_of_class[track.class_id];
    if (category < 0) continue;
    const auto position = static_cast<std::size_t>(category);
    if (position >= video.classes.size()) video.classes.resize(position + 1);
    std::vector<GapTrust> gaps = TrustGaps(track.keyframes);
    std::erase_if(gaps, [&](const GapTrust& gap) { return gap.from < 0 || gap.to >= frames; });
    AddTrack(track.keyframes, gaps, video.classes[position]);
    for (const GapTrust& gap : gaps) {
      if (gap.to - gap.from > 1) all.push_back({track.id, category, gap});
    }
  }
  video.frames = HelpfulFrames(all, frames, VideoTrust::kFramesKept);
  return video;
}

}  // namespace prelabel
