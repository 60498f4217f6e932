// The HTML report on labels between keyframes: what interpolation is known to cost, class by class,
// and the frames where one keyframe more would help most.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// `colors`: 0xRRGGBB by position in report.classes. Empty where nothing was interpolated.
std::string TrustSection(const Report& report, std::span<const std::uint32_t> colors);

}  // namespace prelabel
