#include "coordinator/confidence/clustered_share.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

constexpr double kZ = 1.959963984540054;  // of a normal distribution, for 95 %

Interval Wilson(double share, double count) {
  const double z2 = kZ * kZ;
  const double scale = 1 + z2 / count;
  const double middle = (share + z2 / (2 * count)) / scale;
  const double half =
      kZ / scale * std::sqrt(share * (1 - share) / count + z2 / (4 * count * count));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace

void ClusteredShare::Add(std::uint64_t image_labels, std::uint64_t image_found) {
  if (image_labels == 0) return;
  ++images;
  labels += image_labels;
  found += image_found;
  found_squares += image_found * image_found;
  products += image_found * image_labels;
  label_squares += image_labels * image_labels;
}

double ClusteredShare::Share() const {
  return labels == 0 ? 0 : static_cast<double>(found) / static_cast<double>(labels);
}

Interval ClusteredShare::Interval95() const {
  if (labels == 0) return {0, 1};
  const auto count = static_cast<double>(labels);
  const auto clusters = static_cast<double>(images);
  const double share = Share();
  double effective = clusters;
  if (found > 0 && found < labels && images > 1) {
    const double residuals = static_cast<double>(found_squares) -
                             2 * share * static_cast<double>(products) +
                             share * share * static_cast<double>(label_squares);
    const double variance = clusters / (clusters - 1) * residuals / (count * count);
    const double alone = share * (1 - share);
    effective = alone < variance * count ? alone / variance : count;
  }
  return Wilson(share, effective);
}

}  // namespace prelabel
