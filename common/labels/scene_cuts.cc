#include "common/labels/scene_cuts.h"

#include <algorithm>
#include <cstddef>

#include "common/labels/appearance.h"

namespace prelabel {
namespace {

// A pair this alike is never a cut, however still the rest of the video is.
constexpr double kAlike = 0.85;
// How far below the usual similarity around it a cut's is.
constexpr double kDrop = 0.1;
// Pairs on each side that say what is usual.
constexpr std::size_t kAround = 8;

}  // namespace

std::vector<char> FindSceneCuts(std::span<const FrameDetections> frames) {
  std::vector<char> cuts(frames.size(), 0);
  if (frames.size() < 2) return cuts;
  constexpr double kUnknown = -1;
  std::vector<double> alike(frames.size(), kUnknown);  // with the frame before
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (frames[i].scene.empty() || frames[i - 1].scene.empty()) continue;
    alike[i] = AppearanceSimilarity(frames[i - 1].scene, frames[i].scene);
  }
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (alike[i] == kUnknown || alike[i] >= kAlike) continue;
    std::vector<double> around;
    for (std::size_t j = i > kAround ? i - kAround : 1;
         j < std::min(frames.size(), i + kAround + 1); ++j) {
      if (j != i && alike[j] != kUnknown) around.push_back(alike[j]);
    }
    double usual = 1;
    if (!around.empty()) {
      const auto middle = around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2);
      std::nth_element(around.begin(), middle, around.end());
      usual = *middle;
    }
    cuts[i] = usual - alike[i] >= kDrop ? 1 : 0;
  }
  return cuts;
}

}  // namespace prelabel
