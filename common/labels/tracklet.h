// What linking works on: observations of one class and the chains that they form. Internal to
// linking; values. Views point into the detections being linked.
#pragma once

#include <cstdint>
#include <vector>

#include "common/geometry/box.h"
#include "common/labels/appearance.h"

namespace prelabel {

// A detection that belongs to an object. `visit` counts the frames looked at; `index` is its place
// among that frame's detections.
struct Observation {
  std::uint32_t visit = 0;
  std::uint32_t index = 0;
  std::int64_t frame = 0;
  Box box;
  float score = 0;
  AppearanceView appearance;  // empty: unknown
};

// Observations of one object, ascending, at least one.
using Tracklet = std::vector<Observation>;

// Where the object is at a frame between the first and the last observation, corners moving
// linearly.
Box BoxAt(const Tracklet& tracklet, std::int64_t frame);

// The mean descriptor of some observations, for AppearanceSimilarity's counterpart below.
class MeanAppearance {
 public:
  // Descriptors weigh alike.
  void Add(AppearanceView appearance);
  // Forgets: what was added before weighs `keep` in [0, 1] of what comes.
  void Fade(AppearanceView appearance, double keep);
  bool known() const { return !mean_.empty(); }
  // In about [0, 1], as AppearanceSimilarity; -1 where one of both is unknown.
  double Similarity(AppearanceView other) const;
  double Similarity(const MeanAppearance& other) const;

 private:
  std::vector<double> mean_;  // kAppearanceSize entries, or none
  double count_ = 0;
};

}  // namespace prelabel
