// Masks as Label Studio's brush holds them (label-studio-converter, brush.py; the coding is that of
// thi.ng/rle-pack): the bytes red, green, blue, alpha of all pixels, row by row, packed into bits.
// First 32 bits with the number of bytes, 5 with the bits of a value less 1, and four times 4 with
// the bits of a length less 1; then blocks: a bit that says whether a value repeats, two that
// choose the length's size, the length less 1, and the value, or where it does not repeat as many
// as the length says. Pure; thread-safe.
#pragma once

#include <vector>

#include "common/base/result.h"
#include "common/geometry/rle.h"

namespace prelabel {

// Bytes, each 0 to 255. All four of a set pixel are 255, else 0. InvalidArgument: the mask has 2^30
// pixels or more, or is larger than cvat_mask.h takes. Time and memory grow with its runs.
Result<std::vector<int>> EncodeLabelStudioRle(const Rle& mask);

}  // namespace prelabel
