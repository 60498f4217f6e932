#include "common/labels/appearance.h"

#include <algorithm>

namespace prelabel {

double AppearanceSimilarity(AppearanceView a, AppearanceView b) {
  constexpr double kHistograms = kAppearanceStripes * kAppearanceChannels;
  constexpr double kOne = 255.0 * 255.0;
  std::uint64_t product = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    product += std::uint64_t{a[i]} * b[i];
  }
  return static_cast<double>(product) / (kOne * kHistograms);
}

}  // namespace prelabel
