// From a resized picture to a model's input, and the picture's statistics. Pure; thread-safe.
#pragma once

#include <array>
#include <span>

#include "common/job/model_card.h"
#include "common/labels/prediction.h"
#include "common/media/image.h"

namespace prelabel {

// Writes (value - mean) / std, planar, in the card's channel order.
class Normalizer {
 public:
  explicit Normalizer(const ModelInput& input);

  // Floats of one input of the card's size, 3 × H × W; 0 where the card has none.
  std::size_t size() const { return size_; }

  // `out` has three floats a pixel of `image`, plane by plane, row-major.
  void Run(const Image& image, std::span<float> out) const;

 private:
  // An 8-bit channel has 256 values: looking them up costs less than converting and dividing, and
  // gives the same bytes whatever the compiler does with the arithmetic.
  std::array<std::array<float, 256>, 3> planes_;  // in the order of the planes
  std::array<int, 3> offsets_;                    // a plane's channel within a BGR pixel
  std::size_t size_;
};

// Formulas: common/labels/prediction.h. Luma is 8-bit Rec. 601 rounded as OpenCV's BGR2GRAY, and
// the Laplacian reflects at the border (BORDER_REFLECT_101), so that sharpness is the well-known
// cv2.Laplacian(grey, CV_64F).var(). All zero for an empty image.
ImageStats ComputeImageStats(const Image& image);

}  // namespace prelabel
