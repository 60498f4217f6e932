// Elements of CVAT for video 1.1 as text; what cvat_reader.h reads. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/labels/shape.h"
#include "coordinator/formats/keyframe_file.h"

namespace prelabel {

// A color for each label by its number, the same in every file: hues a golden angle apart.
std::string CvatColor(std::size_t label);

// "--" may not stand in a comment of XML.
std::string XmlComment(std::string_view text);

// <label> of <meta>, and one more for each joint of a skeleton. `color` as "#ff8800".
void AppendCvatLabel(const DeclaredLabel& label, std::string_view color, std::string& out);

// The attributes that make up a shape itself, each behind a blank. Errors as AppendCvatShape.
Result<std::string> CvatGeometry(const Shape& shape);

// A shape of a track, as a keyframe, with its attributes. Coordinates have two digits as CVAT's
// own, and more where these would not read back as the same number. InvalidArgument: a mask whose
// sides are larger than cvat_mask.h takes.
Result<void> AppendCvatShape(const ShapeKeyframe& keyframe, std::string& out);

}  // namespace prelabel
