// Shapes as CVAT writes them in XML (docs.cvat.ai, "XML annotation format"; what the format leaves
// open: cvat/apps/dataset_manager/formats/cvat.py). Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/result.h"
#include "common/labels/shape.h"
#include "coordinator/formats/xml_stream.h"

namespace prelabel {

inline constexpr std::int64_t kMaxCvatFrame = std::int64_t{1} << 40;

// Whether an element of this name is a shape: box, ellipse, polygon, polyline, points, mask,
// skeleton, cuboid.
bool IsCvatShape(std::string_view name);

// The shape of an element that is one; a skeleton's joints stand in elements within. A mask's runs
// are decoded. InvalidArgument without a place: what is missing or wrong; and for cuboids.
Result<Shape> ParseCvatShape(const XmlElement& element);

// The value of an attribute that is "0" or "1"; `missing` where there is none.
Result<bool> ParseCvatFlag(const XmlElement& element, std::string_view name, bool missing);

// An attribute that must be there: a whole number from 0 to `most`.
Result<std::int64_t> ParseCvatNumber(const XmlElement& element, std::string_view name,
                                     std::int64_t most);

}  // namespace prelabel
