// What a video's file of keyframes says about the categories that its labels are written as. Pure;
// thread-safe.
#pragma once

#include <vector>

#include "coordinator/formats/keyframe_file.h"
#include "coordinator/merge/merge.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// By position in the class map. A category's type is that of its labels, "any" where these differ
// or none is declared. Attributes and joints are those of all its labels, by name, the first
// declaration of each; those that tracks have undeclared follow, as mutable texts. All are "any"
// without more where nobody drew in the video.
std::vector<DeclaredLabel> DeclareCategories(const SourceItems& video, const ClassMap& classes);

}  // namespace prelabel
