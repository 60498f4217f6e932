// What labels cover, as closed lines, for formats that hold polygons. Pure; thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "common/labels/outline.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

// Points of a closed line, at least three; the last one joins the first.
using ClosedLine = std::vector<Position>;

// A polygon as it is; a turned box as its corners; an ellipse as 48 points of its outline, which
// cover 99.7 % of its area; all else as the corners of `bounds`.
ClosedLine OutlineOfShape(const Shape& shape, const Box& bounds);

// All lines of a label in pixels of its image, by the even-odd rule: a mask's exact outline with
// its holes, a drawn shape's as above, else the box. None for an empty mask.
std::vector<ClosedLine> OutlinesOf(const Label& label);

// The lines as one that covers the same by the even-odd rule: from each line's first point a way
// leads to the next line's and, at the end, back.
ClosedLine Joined(const std::vector<ClosedLine>& lines);

// The label's mask, of the image's size: the model's or the drawn one, cut off at the image's
// edges; none where it has another shape or the size is not known.
std::optional<Rle> MaskOf(const Label& label, int width, int height);

}  // namespace prelabel
