// From the small mask that a Mask R-CNN head gives for a box to the image's pixels, as run lengths.
// The rules are those of torchvision's paste_masks_in_image (torchvision/models/detection/
// roi_heads.py) with its pixels of 0.5 and more set, to the last pixel. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "common/geometry/box.h"
#include "common/geometry/rle.h"

namespace prelabel {

// `probabilities`: side × side, row-major, over `box`, which is in pixels of an image of
// height × width, each at least 1 and at most kMaxMaskSide. The box's corners are finite. Time
// grows with the columns of the box times side, not with its pixels, unless many are a half but for
// rounding.
Rle PasteMask(std::span<const float> probabilities, int side, const Box& box, std::uint32_t height,
              std::uint32_t width);

// The pixels of 0.5 and more of a mask of height × width probabilities, row-major.
Rle EncodeProbabilities(std::span<const float> probabilities, std::uint32_t height,
                        std::uint32_t width);

}  // namespace prelabel
