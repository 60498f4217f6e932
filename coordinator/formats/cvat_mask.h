// Masks as CVAT writes them: run lengths along the rows of the mask's own box, the first counting
// zeros (CVAT, cvat/apps/dataset_manager/formats/transformations.py, MaskConverter: COCO's counts
// of the transposed mask). Pure; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/rle.h"

namespace prelabel {

// Sides of a mask's box, and runs of what comes out: larger than any frame's.
inline constexpr std::int64_t kMaxCvatMaskSide = std::int64_t{1} << 16;
inline constexpr std::uint64_t kMaxCvatMaskRuns = std::uint64_t{1} << 22;

// From runs along rows to runs down columns. InvalidArgument where a side is not in
// 1 … kMaxCvatMaskSide, a run is negative, the runs do not add up to height × width, or the result
// has more than kMaxCvatMaskRuns. Time and memory grow with runs and height, not with pixels.
Result<Rle> RleFromRows(std::int64_t height, std::int64_t width,
                        const std::vector<std::int64_t>& runs);

}  // namespace prelabel
