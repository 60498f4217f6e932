#include "coordinator/formats/drawn_categories.h"

#include <algorithm>
#include <string>

namespace prelabel {
namespace {

constexpr char kAny[] = "any";

void AddAttribute(const DeclaredAttribute& attribute, DeclaredLabel& to) {
  const auto same = [&](const DeclaredAttribute& other) { return other.name == attribute.name; };
  if (std::none_of(to.attributes.begin(), to.attributes.end(), same)) {
    to.attributes.push_back(attribute);
  }
}

void AddJoint(const std::string& name, DeclaredLabel& to) {
  if (std::find(to.joints.begin(), to.joints.end(), name) == to.joints.end()) {
    to.joints.push_back(name);
  }
}

void AddTrack(const ShapeTrack& track, DeclaredLabel& to) {
  for (const ShapeKeyframe& keyframe : track.keyframes) {
    for (const auto& [name, value] : keyframe.attributes) {
      AddAttribute({name, true, "text", {}, ""}, to);
    }
  }
  if (track.keyframes.empty()) return;
  for (const Joint& joint : track.keyframes.front().shape.joints) AddJoint(joint.name, to);
}

}  // namespace

std::vector<DeclaredLabel> DeclareCategories(const SourceItems& video, const ClassMap& classes) {
  std::vector<DeclaredLabel> declared(classes.categories.size());
  const auto category_of = [&](const std::string& label) -> DeclaredLabel* {
    const auto at = classes.category_of_drawn.find(label);
    return at == classes.category_of_drawn.end() ? nullptr : &declared[at->second];
  };
  if (video.drawn != nullptr) {
    for (const DeclaredLabel& label : video.drawn->meta.labels) {
      DeclaredLabel* const category = category_of(label.name);
      if (category == nullptr) continue;
      const bool differs = !category->type.empty() && category->type != label.type;
      category->type = differs || label.type.empty() ? kAny : label.type;
      for (const DeclaredAttribute& attribute : label.attributes) {
        AddAttribute(attribute, *category);
      }
      for (const std::string& joint : label.joints) AddJoint(joint, *category);
    }
    for (const ShapeTrack& track : video.drawn->tracks) {
      if (DeclaredLabel* const category = category_of(track.label)) AddTrack(track, *category);
    }
  }
  for (std::size_t i = 0; i < declared.size(); ++i) {
    declared[i].name = classes.categories[i].name;
    if (declared[i].type.empty()) declared[i].type = kAny;
    if (!declared[i].joints.empty()) declared[i].type = "skeleton";
  }
  return declared;
}

}  // namespace prelabel
