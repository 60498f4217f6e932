// What the reference has never seen: distances of embeddings to what it knows. Lee et al., "A
// simple unified framework for detecting out-of-distribution samples and adversarial attacks",
// NeurIPS 2018: Mahalanobis distance to the nearest class mean under one covariance of all classes,
// which is shrunk. The reference is cut in two by image: what is fitted on one half judges the
// other half and the run, since distances of what was fitted on are too small. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coordinator/profile/domain_stats.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

// A vector to judge. Vectors of one image belong together.
struct Judged {
  std::uint64_t image = 0;  // key
  int group = 0;            // class, or 0 for all
  std::span<const Float16> embedding;
};

struct Unknowns {
  // Of every vector of the run: distance over the reference's 95th percentile, squared; over 1 is
  // beyond it. Mean over both halves.
  std::vector<double> ratio;
  UnknownShare all;
  // Groups as given, each against the percentile of its own vectors in the reference: some classes
  // vary more than others, and are no stranger for it.
  std::vector<UnknownShare> by_group;
};

// Empty ratios where a half of the reference has fewer than 20 vectors of `dimensions`. Groups with
// fewer than five vectors in a half have no mean of their own, and with fewer than 20 no share (its
// count is 0). Intervals: delete-a-group jackknife over 64 groups of images, of the run and of the
// reference.
Unknowns JudgeUnknown(std::span<const Judged> reference, std::span<const Judged> run,
                      std::size_t dimensions, int groups);

}  // namespace prelabel
