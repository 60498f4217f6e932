// A track of a CVAT file from shapes as they stand to keyframes as they hold. Pure but for the
// budget; not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/labels/shape.h"
#include "coordinator/formats/kept_bytes.h"
#include "coordinator/formats/keyframe_file.h"

namespace prelabel {

inline constexpr std::size_t kMaxCvatJoints = 512;  // of a skeleton

using TextMap = std::map<std::string, std::string>;

// Completes keyframes whose attributes and joints are those that the file names, joints each once:
//  - all skeletons get the same joints in the same order: those that `label` declares, then others
//    as they appear. One that a keyframe does not have is outside, at its nearest earlier (or else
//    later) place. A keyframe whose joints are all outside is outside.
//  - attributes that a keyframe does not name keep their value, from those `of_track` on. What
//    `label` declares as immutable has its last value in all keyframes.
// `label` is null where it is not declared. InvalidArgument without a place: more than
// kMaxCvatJoints, or the budget is used up.
Result<void> CompleteKeyframes(const DeclaredLabel* label, const TextMap& of_track,
                               KeptBytes& budget, std::vector<ShapeKeyframe>& keyframes);

}  // namespace prelabel
