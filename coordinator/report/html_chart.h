// Charts of the HTML report as inline SVG; colors come from the page's CSS variables.
#pragma once

#include <string>

#include "coordinator/report/run_stats.h"

namespace prelabel {

// Labels per score bin as solid bars in front of the raw predictions as pale ones, heights on a
// square-root scale (raw predictions pile up at low scores), each row to its own maximum; a tick
// stands at the threshold.
std::string ScoreHistogramSvg(const ClassStats& stats, float threshold);

}  // namespace prelabel
