// Tests of whole pictures, the run's sample against the reference's. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coordinator/profile/domain_stats.h"
#include "coordinator/shift/domain_shift.h"
#include "coordinator/stats/rows.h"

namespace prelabel {

// Embeddings of the images that have one of `dimensions` values.
Rows EmbeddingsOf(std::span<const SampledImage> images, std::size_t dimensions);

// By ImageFeature: Kolmogorov-Smirnov p; effect: Wasserstein-1 distance in standard deviations of
// the reference.
std::vector<ShiftTest> TestFeatures(std::span<const SampledImage> reference,
                                    std::span<const SampledImage> run);

// Random Fourier features of embeddings, of a bandwidth (median heuristic) that the reference sets.
class EmbeddingSpace {
 public:
  EmbeddingSpace(const Rows& reference, std::size_t frequencies);

  Rows Map(const Rows& rows) const;
  // Effect: MMD², of a kernel that is 1 for equal images and about 0.6 on average in the reference.
  ShiftTest Test(const Rows& reference_features, const Rows& run_features, std::size_t permutations,
                 std::uint64_t seed) const;

 private:
  std::size_t frequencies_;
  double sigma_;
};

// What lies outside of the reference's principal components: they are fitted on one half of the
// reference, and the other half and the run are compared; the same with the halves exchanged. Only
// larger errors are a shift: smaller ones are those of pictures that the reference has itself.
ShiftTest TestReconstruction(const Rows& reference, const Rows& run);

// Fills the Fréchet distances of `shift`: means over random halves of the reference, and of the run
// against one, at as many images, in as many principal components as these allow.
void MeasureFrechet(const Rows& reference, const Rows& run, EmbeddingShift& shift);

}  // namespace prelabel
