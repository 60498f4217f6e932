#include "coordinator/formats/cvat_track.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr std::uint64_t kMapNode = 64;  // about what an entry of a map takes besides its texts

// The names of all joints in the order that all keyframes will have.
Result<std::map<std::string, std::size_t>> NumberJoints(const DeclaredLabel* label,
                                                        const std::vector<ShapeKeyframe>& keyframes,
                                                        std::vector<std::string>* names) {
  std::map<std::string, std::size_t> numbers;
  const auto add = [&](const std::string& name) {
    if (numbers.emplace(name, names->size()).second) names->push_back(name);
    return names->size() <= kMaxCvatJoints;
  };
  bool few = true;
  if (label != nullptr) {
    for (const std::string& name : label->joints) few = few && add(name);
  }
  for (const ShapeKeyframe& keyframe : keyframes) {
    for (const Joint& joint : keyframe.shape.joints) few = few && add(joint.name);
  }
  if (few) return numbers;
  return InvalidArgument(fmt::format("the skeleton has more than {} joints", kMaxCvatJoints));
}

Result<void> AlignJoints(const DeclaredLabel* label, KeptBytes& budget,
                         std::vector<ShapeKeyframe>& keyframes) {
  std::vector<std::string> names;
  PRELABEL_TRY(const auto numbers, NumberJoints(label, keyframes, &names));
  std::uint64_t bytes = 0;
  for (const std::string& name : names) bytes += sizeof(Joint) + name.size();
  PRELABEL_TRY(budget.Add(bytes * keyframes.size()));

  constexpr Point kNowhere{};
  std::vector<Point> last(names.size(), kNowhere);
  std::vector<bool> seen(names.size(), false);
  for (ShapeKeyframe& keyframe : keyframes) {  // places to begin with: the first ones
    for (const Joint& joint : keyframe.shape.joints) {
      const std::size_t number = numbers.at(joint.name);
      if (!seen[number]) last[number] = joint.at;
      seen[number] = true;
    }
  }
  for (ShapeKeyframe& keyframe : keyframes) {
    std::vector<Joint> joints;
    joints.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      joints.push_back({names[i], last[i], /*outside=*/true, /*occluded=*/false});
    }
    for (Joint& joint : keyframe.shape.joints) {
      const std::size_t number = numbers.at(joint.name);
      last[number] = joint.at;
      joints[number] = std::move(joint);
    }
    keyframe.shape.joints = std::move(joints);
    keyframe.outside =
        keyframe.outside || std::all_of(keyframe.shape.joints.begin(), keyframe.shape.joints.end(),
                                        [](const Joint& joint) { return joint.outside; });
  }
  return Ok();
}

Result<void> HoldAttributes(const DeclaredLabel* label, const TextMap& of_track, KeptBytes& budget,
                            std::vector<ShapeKeyframe>& keyframes) {
  TextMap now = of_track;
  TextMap fixed;
  if (label != nullptr) {
    for (const DeclaredAttribute& attribute : label->attributes) {
      if (attribute.is_mutable) continue;
      const std::string* value = nullptr;
      if (const auto at = of_track.find(attribute.name); at != of_track.end()) value = &at->second;
      for (const ShapeKeyframe& keyframe : keyframes) {
        const auto at = keyframe.attributes.find(attribute.name);
        if (at != keyframe.attributes.end()) value = &at->second;
      }
      if (value != nullptr) fixed.emplace(attribute.name, *value);
    }
  }
  for (ShapeKeyframe& keyframe : keyframes) {
    for (auto& [name, value] : keyframe.attributes) now[name] = std::move(value);
    for (const auto& [name, value] : fixed) now[name] = value;
    std::uint64_t bytes = 0;
    for (const auto& [name, value] : now) bytes += kMapNode + name.size() + value.size();
    PRELABEL_TRY(budget.Add(bytes));
    keyframe.attributes = now;
  }
  return Ok();
}

}  // namespace

Result<void> CompleteKeyframes(const DeclaredLabel* label, const TextMap& of_track,
                               KeptBytes& budget, std::vector<ShapeKeyframe>& keyframes) {
  if (keyframes.empty()) return Ok();
  if (keyframes.front().shape.kind == ShapeKind::kSkeleton) {
    PRELABEL_TRY(AlignJoints(label, budget, keyframes));
  }
  return HoldAttributes(label, of_track, budget, keyframes);
}

}  // namespace prelabel
