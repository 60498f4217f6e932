#include "worker/detect/fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace prelabel {
namespace {

// Python's round(): halves go to the even neighbor, which is what std::nearbyint does by default.
int Rounded(double value) { return static_cast<int>(std::nearbyint(value)); }

}  // namespace

Fit FitPicture(const ModelInput& input, int width, int height) {
  if (input.resize == "none") return {0, 0, width, height, width, height};
  Fit fit{0, 0, input.width, input.height, input.width, input.height};
  if (input.resize != "letterbox" || width < 1 || height < 1) return fit;
  const double scale = std::min(static_cast<double>(input.height) / height,
                                static_cast<double>(input.width) / width);
  fit.width = std::clamp(Rounded(width * scale), 1, input.width);
  fit.height = std::clamp(Rounded(height * scale), 1, input.height);
  // The tenth makes the first of two unequal margins the smaller one.
  fit.left = std::max(0, Rounded((input.width - fit.width) / 2.0 - 0.1));
  fit.top = std::max(0, Rounded((input.height - fit.height) / 2.0 - 0.1));
  return fit;
}

Image PadPicture(const Image& picture, const Fit& fit, int pad) {
  Image padded{fit.input_width, fit.input_height, {}};
  padded.bgr.assign(static_cast<std::size_t>(fit.input_width) * fit.input_height * 3,
                    static_cast<std::uint8_t>(pad));
  const auto row = static_cast<std::ptrdiff_t>(picture.width) * 3;
  for (int y = 0; y < picture.height; ++y) {
    const auto from = picture.bgr.begin() + y * row;
    const auto to = padded.bgr.begin() +
                    (static_cast<std::ptrdiff_t>(fit.top + y) * fit.input_width + fit.left) * 3;
    std::copy(from, from + row, to);
  }
  return padded;
}

}  // namespace prelabel
