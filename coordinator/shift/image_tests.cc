#include "coordinator/shift/image_tests.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "common/base/random.h"
#include "coordinator/shift/shift_options.h"
#include "coordinator/stats/divergence.h"
#include "coordinator/stats/gaussian.h"
#include "coordinator/stats/hypothesis.h"
#include "coordinator/stats/mmd.h"

namespace prelabel {
namespace {

constexpr std::size_t kMedianOf = 500;      // images for the median heuristic
constexpr std::size_t kFrechetSplits = 10;  // random halves of the reference
constexpr double kExplained = 0.9;          // of the variance, by principal components

double MeanOf(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double DeviationOf(std::span<const double> values) {
  const double mean = MeanOf(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

// A scalar in both samples. Where the reference hardly varies, `least` stands for its deviation.
ShiftTest TestScalar(std::string name, std::vector<double> reference, std::vector<double> run,
                     double least, double threshold) {
  ShiftTest test;
  test.name = std::move(name);
  test.statistic = "Wasserstein-1 / reference's standard deviation";
  test.threshold = threshold;
  test.reference_mean = MeanOf(reference);
  test.run_mean = MeanOf(run);
  if (reference.empty() || run.empty()) return test;
  const double deviation = std::max(DeviationOf(reference), least);
  test.p = TestKolmogorovSmirnov(reference, run).p;
  test.effect = Wasserstein1(std::move(reference), std::move(run)) / deviation;
  return test;
}

std::vector<double> ValuesOf(std::span<const SampledImage> images, std::size_t feature) {
  std::vector<double> values;
  values.reserve(images.size());
  for (const SampledImage& image : images) values.push_back(image.features[feature]);
  return values;
}

// Rows at the given places.
template <class Iterator>
Rows Chosen(const Rows& rows, Iterator begin, Iterator end) {
  Rows chosen{rows.dimensions, {}};
  for (; begin != end; ++begin) {
    const std::span<const float> row = rows.row(*begin);
    chosen.values.insert(chosen.values.end(), row.begin(), row.end());
  }
  return chosen;
}

Rows ProjectAll(const PrincipalComponents& components, const Rows& rows) {
  Rows projected{components.count(), {}};
  for (std::size_t i = 0; i < rows.count(); ++i) {
    for (const double value : components.Project(rows.row(i))) {
      projected.values.push_back(static_cast<float>(value));
    }
  }
  return projected;
}

std::vector<std::size_t> Shuffled(std::size_t count, SplitMix64& random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.Shuffle(order);
  return order;
}

}  // namespace

Rows EmbeddingsOf(std::span<const SampledImage> images, std::size_t dimensions) {
  Rows rows{dimensions, {}};
  for (const SampledImage& image : images) {
    if (image.embedding.size() != dimensions) continue;
    for (const Float16 value : image.embedding) rows.values.push_back(HalfToFloat(value));
  }
  return rows;
}

std::vector<ShiftTest> TestFeatures(std::span<const SampledImage> reference,
                                    std::span<const SampledImage> run) {
  std::vector<ShiftTest> tests;
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    const auto feature = static_cast<ImageFeature>(f);
    const FeatureRange range = RangeOf(feature);
    tests.push_back(TestScalar(std::string(FeatureName(feature)), ValuesOf(reference, f),
                               ValuesOf(run, f), (range.high - range.low) / 1000, kLargeFeature));
  }
  return tests;
}

EmbeddingSpace::EmbeddingSpace(const Rows& reference, std::size_t frequencies)
    : frequencies_(frequencies), sigma_(MedianDistance(reference, kMedianOf)) {}

Rows EmbeddingSpace::Map(const Rows& rows) const {
  return RandomFourierFeatures(rows, frequencies_, sigma_, kShiftSeed);
}

ShiftTest EmbeddingSpace::Test(const Rows& reference_features, const Rows& run_features,
                               std::size_t permutations, std::uint64_t seed) const {
  const MmdTest mmd = TestFeatureMmd(reference_features, run_features, permutations, seed);
  ShiftTest test;
  test.name = "embedding";
  test.statistic = "MMD²";
  test.effect = std::max(0.0, mmd.mmd2);
  test.threshold = kLargeMmd;
  test.p = mmd.p;
  return test;
}

ShiftTest TestReconstruction(const Rows& reference, const Rows& run) {
  SplitMix64 random(kShiftSeed);
  const std::vector<std::size_t> order = Shuffled(reference.count(), random);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
  const Rows halves[] = {Chosen(reference, order.begin(), middle),
                         Chosen(reference, middle, order.end())};
  std::vector<double> reference_errors;
  std::vector<double> run_errors(run.count());
  for (std::size_t h = 0; h < 2; ++h) {
    // No more components than half the images carry.
    const PrincipalComponents fit =
        FitPrincipalComponents(FitGaussian(halves[h]), kExplained, halves[h].count() / 4);
    for (std::size_t i = 0; i < halves[1 - h].count(); ++i) {
      reference_errors.push_back(fit.ReconstructionError(halves[1 - h].row(i)));
    }
    for (std::size_t i = 0; i < run.count(); ++i) {
      run_errors[i] += fit.ReconstructionError(run.row(i)) / 2;
    }
  }
  ShiftTest test = TestScalar("reconstruction error", std::move(reference_errors),
                              std::move(run_errors), 1e-9, kLargeReconstruction);
  if (test.run_mean <= test.reference_mean) {
    test.effect = 0;
    test.p = 1;
  }
  return test;
}

void MeasureFrechet(const Rows& reference, const Rows& run, EmbeddingShift& shift) {
  const std::size_t n = std::min(reference.count() / 2, run.count());
  // A covariance of d dimensions needs several images for each.
  const std::size_t most = std::min<std::size_t>(n / 8, 32);
  if (most == 0) return;
  const PrincipalComponents components = FitPrincipalComponents(FitGaussian(reference), 1, most);
  const Rows projected = ProjectAll(components, reference);
  const Rows projected_run = ProjectAll(components, run);
  SplitMix64 random(kShiftSeed);
  const auto end = static_cast<std::ptrdiff_t>(n);
  for (std::size_t split = 0; split < kFrechetSplits; ++split) {
    const std::vector<std::size_t> order = Shuffled(projected.count(), random);
    const std::vector<std::size_t> run_order = Shuffled(projected_run.count(), random);
    const Gaussian first = FitGaussian(Chosen(projected, order.begin(), order.begin() + end));
    const Gaussian second =
        FitGaussian(Chosen(projected, order.begin() + end, order.begin() + 2 * end));
    const Gaussian other =
        FitGaussian(Chosen(projected_run, run_order.begin(), run_order.begin() + end));
    shift.frechet_reference += FrechetDistance(first, second) / kFrechetSplits;
    shift.frechet += FrechetDistance(first, other) / kFrechetSplits;
  }
  shift.frechet_images = n;
  shift.frechet_dimensions = components.count();
}

}  // namespace prelabel
