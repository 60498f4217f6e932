// Makes the descriptors of common/labels/appearance.h from pixels. Pure; thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "common/geometry/box.h"
#include "common/labels/appearance.h"
#include "common/media/image.h"

namespace prelabel {

using Appearance = std::array<std::uint8_t, kAppearanceSize>;

// The middle half of the box's width and its height without 5 % above and below, cut into stripes:
// what surrounds an object is not it. Of large boxes every so many pixels. `box` is in pixels of
// `image` and may reach beyond it.
Appearance DescribeBox(const Image& image, const Box& box);

// The whole picture, three stripes from top to bottom, every eighth pixel of every eighth row: for
// finding scene cuts.
Appearance DescribeScene(const Image& image);

}  // namespace prelabel
