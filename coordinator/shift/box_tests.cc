#include "coordinator/shift/box_tests.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "coordinator/profile/score_bin.h"
#include "coordinator/shift/finer_p.h"
#include "coordinator/shift/shift_options.h"
#include "coordinator/stats/divergence.h"
#include "coordinator/stats/hypothesis.h"

namespace prelabel {
namespace {

constexpr std::size_t kBins = 20;
constexpr int kAnyClass = -1;

// What of a box (or of an image) is counted, as a bin from 0 to kBins - 1.
struct Measure {
  const char* name;
  double (*value)(const SampledBox& box);  // of a seen box, in [0, 1]
};

double ScoreOf(const SampledBox& box) { return box.score; }
double AreaOf(const SampledBox& box) { return std::sqrt(double{box.area}); }
double AspectOf(const SampledBox& box) {
  return (std::log2(std::max(double{box.aspect}, 1e-9)) + 4) / 8;
}

constexpr Measure kMeasures[] = {
    {"score", ScoreOf}, {"box area", AreaOf}, {"box aspect ratio", AspectOf}};

std::uint16_t BinOf(double value) {
  return static_cast<std::uint16_t>(BinOfScore(static_cast<float>(value), kBins));
}

bool IsSeen(const SampledBox& box, int class_id) {
  return box.score >= kSeenScore && (class_id == kAnyClass || box.class_id == class_id);
}

std::vector<UnitBins> BinsOf(std::span<const SampledImage* const> images, const Measure& measure,
                             int class_id) {
  std::vector<UnitBins> units;
  for (const SampledImage* image : images) {
    UnitBins unit;
    for (const SampledBox& box : image->boxes) {
      if (IsSeen(box, class_id)) unit.push_back(BinOf(measure.value(box)));
    }
    units.push_back(std::move(unit));
  }
  return units;
}

// One bin an image: 0, 1, 2 … boxes, the last one from kBins - 1 up.
std::vector<UnitBins> CountsOf(std::span<const SampledImage* const> images, int class_id) {
  std::vector<UnitBins> units;
  for (const SampledImage* image : images) {
    const auto count = std::count_if(image->boxes.begin(), image->boxes.end(),
                                     [&](const SampledBox& box) { return IsSeen(box, class_id); });
    units.push_back({static_cast<std::uint16_t>(
        std::min<std::ptrdiff_t>(count, static_cast<std::ptrdiff_t>(kBins) - 1))});
  }
  return units;
}

std::vector<UnitBins> ClassesOf(std::span<const SampledImage* const> images) {
  std::vector<UnitBins> units;
  for (const SampledImage* image : images) {
    UnitBins unit;
    for (const SampledBox& box : image->boxes) {
      if (IsSeen(box, kAnyClass)) unit.push_back(box.class_id);
    }
    units.push_back(std::move(unit));
  }
  return units;
}

std::vector<double> Sum(std::span<const UnitBins> units, std::size_t bins) {
  std::vector<double> sum(bins);
  for (const UnitBins& unit : units) {
    for (const std::uint16_t bin : unit) sum[bin] += 1;
  }
  return sum;
}

struct Spread {
  double mean = 0;
  double deviation = 0;
};
Spread SpreadOf(std::span<const double> histogram) {
  double count = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    const double at = static_cast<double>(i) + 0.5;
    count += histogram[i];
    sum += histogram[i] * at;
    squares += histogram[i] * at * at;
  }
  if (count <= 0) return {};
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

double DistanceOfHistograms(std::span<const double> a, std::span<const double> b) {
  return Wasserstein1OfHistograms(a, b, 1);
}

double BeyondChance(const Permutation& permutation) {
  return std::max(0.0, permutation.distance - permutation.by_chance);
}

// What images put into an ordered histogram.
struct Ordered {
  std::string name;
  std::vector<UnitBins> reference;
  std::vector<UnitBins> run;
  bool counts = false;  // means are of boxes, not of shares of the range
};

// Effect: Wasserstein-1, less what exchanged images give on average, in the reference's standard
// deviations (of half a bin at least).
ShiftTest TestOrdered(const Ordered& ordered, std::size_t permutations, std::uint64_t seed) {
  ShiftTest test;
  test.name = ordered.name;
  test.statistic = "Wasserstein-1 beyond chance / reference's standard deviation";
  test.threshold = kLargeHistogram;
  const Spread spread = SpreadOf(Sum(ordered.reference, kBins));
  test.reference_mean = spread.mean / kBins;
  test.run_mean = SpreadOf(Sum(ordered.run, kBins)).mean / kBins;
  if (ordered.counts) {
    test.reference_mean = test.reference_mean * kBins - 0.5;
    test.run_mean = test.run_mean * kBins - 0.5;
  }
  const Permutation permutation = TestByPermutation(ordered.reference, ordered.run, kBins,
                                                    DistanceOfHistograms, permutations, seed);
  test.effect = BeyondChance(permutation) / std::max(spread.deviation, 0.5);
  test.p = permutation.p;
  return test;
}

// Score, area and aspect of boxes, and boxes per image; of one class or of all.
std::vector<Ordered> OrderedOf(std::span<const SampledImage* const> reference,
                               std::span<const SampledImage* const> run, int class_id,
                               const std::string& of) {
  std::vector<Ordered> all;
  for (const Measure& measure : kMeasures) {
    all.push_back(
        {measure.name + of, BinsOf(reference, measure, class_id), BinsOf(run, measure, class_id)});
  }
  all.push_back(
      {"boxes per image" + of, CountsOf(reference, class_id), CountsOf(run, class_id), true});
  return all;
}

std::vector<const SampledImage*> All(std::span<const SampledImage> images) {
  std::vector<const SampledImage*> all;
  for (const SampledImage& image : images) all.push_back(&image);
  return all;
}

std::vector<const SampledImage*> With(std::span<const SampledImage> images, int class_id) {
  std::vector<const SampledImage*> with;
  for (const SampledImage& image : images) {
    if (std::any_of(image.boxes.begin(), image.boxes.end(),
                    [&](const SampledBox& box) { return IsSeen(box, class_id); })) {
      with.push_back(&image);
    }
  }
  return with;
}

// How many of the images have the class. Effect: Cohen's h, the difference of arcsines of roots.
ShiftTest TestShare(std::string name, double with_a, double all_a, double with_b, double all_b) {
  ShiftTest test;
  test.name = std::move(name);
  test.statistic = "Cohen's h of the share of images";
  test.threshold = kLargeHistogram;
  test.reference_mean = with_a / all_a;
  test.run_mean = with_b / all_b;
  test.effect = std::abs(2 * std::asin(std::sqrt(test.reference_mean)) -
                         2 * std::asin(std::sqrt(test.run_mean)));
  test.p = Contingency(std::vector<double>{with_a, all_a - with_a},
                       std::vector<double>{with_b, all_b - with_b})
               .p;
  return test;
}

}  // namespace

std::vector<ShiftTest> TestBoxes(std::span<const SampledImage> reference,
                                 std::span<const SampledImage> run, std::size_t classes) {
  const std::vector<const SampledImage*> a = All(reference);
  const std::vector<const SampledImage*> b = All(run);
  std::vector<ShiftTest> tests;
  for (const Ordered& ordered : OrderedOf(a, b, kAnyClass, "")) {
    tests.push_back(TestOrdered(ordered, kPermutations, kShiftSeed));
  }
  const std::vector<UnitBins> classes_a = ClassesOf(a);
  const std::vector<UnitBins> classes_b = ClassesOf(b);
  ShiftTest shares;
  shares.name = "class shares";
  shares.statistic = "Jensen-Shannon distance beyond chance";
  shares.threshold = kLargeShares;
  const Permutation permutation = TestByPermutation(
      classes_a, classes_b, classes, JensenShannonDistance, kPermutations, kShiftSeed);
  shares.effect = BeyondChance(permutation);
  shares.p = permutation.p;
  tests.push_back(std::move(shares));
  return tests;
}

std::vector<ClassShift> TestClasses(const DomainTotals& reference, const DomainTotals& run,
                                    const std::vector<std::string>& names) {
  std::vector<ClassShift> shifts;
  std::vector<std::vector<Ordered>> ordered;  // of each of them
  std::size_t family = 0;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (reference.classes[c].seen == 0 && run.classes[c].seen == 0) continue;
    ClassShift shift;
    shift.class_id = static_cast<std::uint16_t>(c);
    shift.seen_reference = reference.classes[c].seen;
    shift.seen_run = run.classes[c].seen;
    const int class_id = static_cast<int>(c);
    const std::vector<const SampledImage*> a = With(reference.sample, class_id);
    const std::vector<const SampledImage*> b = With(run.sample, class_id);
    shift.tested = a.size() >= kLeastImages && b.size() >= kLeastImages;
    ordered.emplace_back();
    if (shift.tested) {
      ordered.back() = OrderedOf(a, b, class_id, " of " + names[c]);
      for (const Ordered& one : ordered.back()) {
        shift.tests.push_back(TestOrdered(one, kFirstPermutations, kShiftSeed));
      }
      shift.tests.push_back(TestShare("images with " + names[c], static_cast<double>(a.size()),
                                      static_cast<double>(reference.sample.size()),
                                      static_cast<double>(b.size()),
                                      static_cast<double>(run.sample.size())));
    }
    family += shift.tests.size();
    shifts.push_back(std::move(shift));
  }
  std::vector<RepeatableTest> repeatable;
  for (std::size_t s = 0; s < shifts.size(); ++s) {
    for (std::size_t t = 0; t < ordered[s].size(); ++t) {
      repeatable.push_back({&shifts[s].tests[t],
                            [one = &ordered[s][t]](std::size_t permutations, std::uint64_t seed) {
                              return TestOrdered(*one, permutations, seed);
                            }});
    }
  }
  RefineSmallP(repeatable, family);
  return shifts;
}

}  // namespace prelabel
