// How far a run's pictures and predictions are from those of a reference profile. A difference is
// called drift only where it is significant (Benjamini-Hochberg, q = 0.05, over the tests of a
// family: overall, all classes, all slices) and large (its effect size is over a threshold): with a
// million images everything is significant. Pure; equal input gives equal output (random numbers
// come from a fixed seed).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/profile/domain_stats.h"
#include "coordinator/profile/profile.h"

namespace prelabel {

// One comparison of the run with the reference.
struct ShiftTest {
  std::string name;           // "embedding", "brightness", "score of person"
  std::string statistic;      // "MMD²", "Wasserstein-1 / reference's standard deviation"
  double effect = 0;          // effect size, in the statistic's units
  double threshold = 0;       // above which the effect is large
  double p = 1;               // of the null hypothesis that nothing differs
  double q = 1;               // adjusted for the number of tests in its family
  bool significant = false;   // q <= 0.05
  bool drift = false;         // significant and effect > threshold
  double reference_mean = 0;  // of the feature, where it is a number
  double run_mean = 0;
};

// Embeddings of images as a whole; absent without embeddings on both sides.
struct EmbeddingShift {
  ShiftTest mmd;  // unbiased MMD², random Fourier features, permutation p
  // Fréchet distance to the reference, and between random halves of the reference, both at
  // `frechet_images` a side in `frechet_dimensions` principal components.
  double frechet = 0;
  double frechet_reference = 0;
  std::uint64_t frechet_images = 0;
  std::uint64_t frechet_dimensions = 0;
  ShiftTest reconstruction;  // error outside of the reference's principal components
};

struct ClassShift {
  std::uint16_t class_id = 0;
  std::uint64_t seen_reference = 0;
  std::uint64_t seen_run = 0;
  bool tested = false;           // enough images with the class on both sides
  std::vector<ShiftTest> tests;  // score, share, boxes per image, area, aspect
  bool drift = false;            // any of them
};

// A run's slice against the reference.
struct SliceShift {
  std::string name;
  std::uint64_t images = 0;
  std::optional<ShiftTest> embedding;
  std::vector<ShiftTest> features;  // with drift only, largest effect first
  bool drift = false;
};

// Where the reference's 95th percentile is passed: 5 % would be nothing new.
struct UnknownShare {
  std::uint64_t count = 0;  // boxes or images that were judged
  double share = 0;         // beyond the reference's 95th percentile
  double excess = 0;        // share - 0.05
  double low = 0;           // 95 % interval of the excess
  double high = 0;
};

// An image that stands out, for thumbnails.
struct OddImage {
  SourceId source;
  std::uint64_t item = 0;
  double score = 0;    // larger is odder
  std::string reason;  // "far from the reference's pictures", "objects unlike any known class"
};

// A point of the scatter of embeddings: first two principal components of the reference.
struct ScatterPoint {
  float x = 0;
  float y = 0;
};

struct DomainShift {
  std::uint64_t reference_images = 0;  // compared (samples)
  std::uint64_t run_images = 0;
  std::optional<EmbeddingShift> embedding;
  std::vector<ShiftTest> features;  // of pictures, by ImageFeature
  std::vector<ShiftTest>
      predictions;                  // overall: score, boxes per image, class shares, area, aspect
  std::vector<ClassShift> classes;  // of the model's classes seen on either side, by id
  std::vector<SliceShift> slices;
  UnknownShare unknown_images;
  UnknownShare unknown_boxes;
  std::vector<UnknownShare> unknown_by_class;   // by class id of the model
  std::vector<OddImage> odd_images;             // oddest first, at most 24
  std::vector<ScatterPoint> reference_scatter;  // at most 600 each
  std::vector<ScatterPoint> run_scatter;
  bool drift = false;  // any of embedding, features, predictions
  std::uint64_t seed = 0;
  std::uint64_t permutations = 0;  // of overall tests; classes and slices: see finer_p.h
};

DomainShift CompareDomains(const Profile& reference, const DomainTotals& run);

}  // namespace prelabel
