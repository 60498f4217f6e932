// A picture with what a model found drawn into it (adapter over OpenCV's drawing). Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/labels/prediction.h"
#include "common/media/image.h"

namespace prelabel {

// Into a copy of `image`, the original of `item`: masks as a tint, boxes as frames just inside
// their edges, class and score above (within, where there is no room), in a color a class, the best
// one on top. Lines and text grow with the picture. Characters other than ASCII are drawn as "?".
Result<Image> DrawPredictions(const Image& image, const ItemResult& item,
                              const std::vector<std::string>& classes);

}  // namespace prelabel
