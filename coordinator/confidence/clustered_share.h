// A share of labels that come in images: how many of the labels have something, with an interval
// that knows that labels of one image are alike. Sums are integers: they do not depend on the order
// in which they grow. A value.
#pragma once

#include <cstdint>

#include "coordinator/confidence/class_confidence.h"

namespace prelabel {

struct ClusteredShare {
  std::uint64_t labels = 0;
  std::uint64_t found = 0;   // of these
  std::uint64_t images = 0;  // with labels
  // Sums over images of found², found · labels and labels².
  std::uint64_t found_squares = 0;
  std::uint64_t products = 0;
  std::uint64_t label_squares = 0;
  friend bool operator==(const ClusteredShare&, const ClusteredShare&) = default;

  // One image: `image_found` of its `image_labels`.
  void Add(std::uint64_t image_labels, std::uint64_t image_found);

  double Share() const;  // 0 without labels

  // 95 %; [0, 1] without labels. Wilson's interval (Wilson, "Probable inference, the law of
  // succession, and statistical inference", 1927) for the effective number of labels: as many
  // independent ones as have the variance of the share as a ratio over images (Korn and Graubard,
  // "Confidence intervals for proportions with small expected number of positive counts estimated
  // from survey data", 1998), not more than there are. Where all or none were found, that variance
  // is no guide: then as many as there are images.
  Interval Interval95() const;
};

}  // namespace prelabel
