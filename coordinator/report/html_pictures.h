// The HTML report's pictures that were chosen for something: most shifted, least confident,
// extremes of image quality.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// Sections of thumbnails; empty ones are left out. `colors`: by position in report.classes.
std::string PicturesSection(const Report& report, std::span<const std::uint32_t> colors);

}  // namespace prelabel
