#include "coordinator/formats/coco_shape.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/json_text.h"
#include "coordinator/formats/shape_outline.h"

namespace prelabel {
namespace {

CocoShape FromOutline(const ClosedLine& outline) {
  CocoShape shape;
  std::vector<std::pair<double, double>> points;  // hundredths
  for (const auto& [x, y] : outline) {
    points.emplace_back(static_cast<double>(std::llround(x * 100)),
                        static_cast<double>(std::llround(y * 100)));
  }
  shape.segmentation = "[[";
  double doubled = 0;  // the shoelace formula
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [x, y] = points[i];
    const auto& [next_x, next_y] = points[(i + 1) % points.size()];
    doubled += x * next_y - next_x * y;
    fmt::format_to(std::back_inserter(shape.segmentation), "{}{:.2f}, {:.2f}", i == 0 ? "" : ", ",
                   x / 100, y / 100);
  }
  shape.segmentation += "]]";
  shape.area = std::abs(doubled) / 2 / 10000;
  return shape;
}

}  // namespace

std::string FormatCocoRle(const Rle& rle) {
  return fmt::format("{{\"size\": [{}, {}], \"counts\": {}}}", rle.height, rle.width,
                     JsonString(CompressCounts(rle)));
}

CocoShape FormatCocoShape(const Label& label, int width, int height) {
  if (const std::optional<Rle> mask = MaskOf(label, width, height)) {
    return {FormatCocoRle(*mask), static_cast<double>(Area(*mask))};
  }
  return FromOutline(
      OutlineOfShape(label.drawn == nullptr ? Shape{} : label.drawn->shape, label.box));
}

std::string FormatKeypoints(const std::vector<Joint>& joints,
                            const std::vector<std::string>& names) {
  std::string text = "\"keypoints\": [";
  int there = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto joint = std::find_if(joints.begin(), joints.end(),
                                    [&](const Joint& j) { return j.name == names[i]; });
    if (i > 0) text += ", ";
    if (joint == joints.end() || joint->outside) {
      text += "0, 0, 0";
      continue;
    }
    ++there;
    fmt::format_to(std::back_inserter(text), "{:.2f}, {:.2f}, {}", joint->at.x, joint->at.y,
                   joint->occluded ? 1 : 2);
  }
  return text + fmt::format("], \"num_keypoints\": {}", there);
}

}  // namespace prelabel
