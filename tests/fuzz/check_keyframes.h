// What holds for keyframes that were read from any file.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>

#include "common/base/result.h"
#include "coordinator/formats/keyframe_file.h"
#include "tests/fuzz/check.h"

namespace prelabel {

inline void CheckPoint(const Point& point) {
  FUZZ_CHECK(std::abs(point.x) <= kMaxCoordinate && std::abs(point.y) <= kMaxCoordinate);
}

inline void CheckShape(const Shape& shape) {
  // An ellipse's center and radius may each be as large.
  for (const float side : {shape.box.x1, shape.box.y1, shape.box.x2, shape.box.y2}) {
    FUZZ_CHECK(std::abs(side) <= 2 * kMaxCoordinate);
  }
  FUZZ_CHECK(shape.box.x2 >= shape.box.x1 && shape.box.y2 >= shape.box.y1);
  FUZZ_CHECK(shape.rotation >= 0 && shape.rotation < 360);
  for (const Point& point : shape.points) CheckPoint(point);
  for (const Joint& joint : shape.joints) CheckPoint(joint.at);
  const std::size_t least = shape.kind == ShapeKind::kPolygon    ? 3
                            : shape.kind == ShapeKind::kPolyline ? 2
                            : shape.kind == ShapeKind::kPoints   ? 1
                                                                 : 0;
  FUZZ_CHECK(shape.points.size() >= least && (least > 0 || shape.points.empty()));
  if (shape.kind != ShapeKind::kMask) return;
  std::uint64_t pixels = 0;
  for (const std::uint32_t count : shape.mask.counts) pixels += count;
  FUZZ_CHECK(pixels == std::uint64_t{shape.mask.width} * shape.mask.height);
}

inline void CheckTrack(const ShapeTrack& track) {
  FUZZ_CHECK(track.id > 0);
  const ShapeKeyframe* before = nullptr;
  for (const ShapeKeyframe& keyframe : track.keyframes) {
    CheckShape(keyframe.shape);
    FUZZ_CHECK(keyframe.frame >= 0);
    if (before != nullptr) {
      FUZZ_CHECK(keyframe.frame > before->frame);
      FUZZ_CHECK(keyframe.shape.kind == before->shape.kind);
      FUZZ_CHECK(keyframe.shape.joints.size() == before->shape.joints.size());
      for (std::size_t i = 0; i < keyframe.shape.joints.size(); ++i) {
        FUZZ_CHECK(keyframe.shape.joints[i].name == before->shape.joints[i].name);
      }
      // What holds stays.
      for (const auto& [name, value] : before->attributes) {
        FUZZ_CHECK(keyframe.attributes.contains(name));
      }
    }
    before = &keyframe;
  }
}

inline void CheckKeyframes(const Result<KeyframeFile>& file) {
  if (!file) {
    FUZZ_CHECK(file.error().code == ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!file.error().message.empty());
    return;
  }
  std::set<std::uint32_t> ids;
  for (const ShapeTrack& track : file.value().tracks) {
    FUZZ_CHECK(!track.keyframes.empty());
    FUZZ_CHECK(ids.insert(track.id).second);
    CheckTrack(track);
  }
}

}  // namespace prelabel
