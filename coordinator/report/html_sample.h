// A sample picture of the HTML report: the photograph with its boxes as SVG on top, so that they
// stay sharp at every size and name themselves under the pointer.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "coordinator/report/report.h"

namespace prelabel {

// A <figure>. `colors`: 0xRRGGBB by position in report.classes. A box's name is left out where a
// more confident one's stands already; the caption counts what is there, class by class.
std::string SampleFigure(const SamplePicture& sample, const Report& report,
                         std::span<const std::uint32_t> colors);

// The same, small: boxes without written names, and why the picture is shown.
std::string ThumbFigure(const SamplePicture& sample, const Report& report,
                        std::span<const std::uint32_t> colors);

}  // namespace prelabel
