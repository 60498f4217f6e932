#include "coordinator/shift/domain_shift.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "coordinator/shift/box_tests.h"
#include "coordinator/shift/finer_p.h"
#include "coordinator/shift/image_tests.h"
#include "coordinator/shift/shift_options.h"
#include "coordinator/shift/unknown.h"
#include "coordinator/stats/gaussian.h"
#include "coordinator/stats/hypothesis.h"

namespace prelabel {
namespace {

constexpr std::size_t kOddImages = 24;
constexpr std::size_t kScatterPoints = 600;
constexpr std::size_t kSliceReference = 256;  // images of the reference that slices are tested with

// A family of tests is judged together.
void Decide(const std::vector<ShiftTest*>& family) {
  std::vector<double> p;
  for (const ShiftTest* test : family) p.push_back(test->p);
  const std::vector<double> q = BenjaminiHochberg(p);
  for (std::size_t i = 0; i < family.size(); ++i) {
    family[i]->q = q[i];
    family[i]->significant = q[i] <= kSignificance;
    family[i]->drift = family[i]->significant && family[i]->effect > family[i]->threshold;
  }
}

void AppendTests(std::vector<ShiftTest>& tests, std::vector<ShiftTest*>& family) {
  for (ShiftTest& test : tests) family.push_back(&test);
}

bool AnyDrift(const std::vector<ShiftTest*>& family) {
  return std::any_of(family.begin(), family.end(),
                     [](const ShiftTest* test) { return test->drift; });
}

std::vector<SliceShift> TestSlices(const DomainTotals& reference, const DomainTotals& run) {
  const std::size_t dimensions = reference.embedding.dimensions();
  const std::span<const SampledImage> base(reference.sample.data(),
                                           std::min(reference.sample.size(), kSliceReference));
  const Rows base_rows = EmbeddingsOf(base, dimensions);
  const EmbeddingSpace space(base_rows, kSliceFrequencies);
  const Rows base_features = space.Map(base_rows);
  std::vector<SliceShift> slices;
  std::vector<std::vector<ShiftTest>> features;
  for (const SliceDomain& slice : run.slices) {
    SliceShift shift;
    shift.name = slice.name;
    shift.images = slice.images;
    features.emplace_back();
    if (slice.sample.size() >= kLeastImages) {
      features.back() = TestFeatures(base, slice.sample);
      const Rows rows = EmbeddingsOf(slice.sample, dimensions);
      if (rows.count() >= kLeastImages && base_rows.count() >= kLeastImages) {
        shift.embedding =
            space.Test(base_features, space.Map(rows), kFirstPermutations, kShiftSeed);
      }
    }
    slices.push_back(std::move(shift));
  }
  std::vector<ShiftTest*> family;
  std::vector<RepeatableTest> repeatable;
  for (std::size_t s = 0; s < slices.size(); ++s) {
    AppendTests(features[s], family);
    if (!slices[s].embedding) continue;
    family.push_back(&*slices[s].embedding);
    const std::span<const SampledImage> sample = run.slices[s].sample;
    repeatable.push_back({family.back(), [&, sample](std::size_t permutations, std::uint64_t seed) {
                            return space.Test(base_features,
                                              space.Map(EmbeddingsOf(sample, dimensions)),
                                              permutations, seed);
                          }});
  }
  RefineSmallP(repeatable, family.size());
  Decide(family);
  for (std::size_t s = 0; s < slices.size(); ++s) {
    for (ShiftTest& test : features[s]) {
      if (test.drift) slices[s].features.push_back(std::move(test));
    }
    std::stable_sort(slices[s].features.begin(), slices[s].features.end(),
                     [](const ShiftTest& a, const ShiftTest& b) { return a.effect > b.effect; });
    slices[s].drift = !slices[s].features.empty() ||
                      (slices[s].embedding.has_value() && slices[s].embedding->drift);
  }
  return slices;
}

std::vector<Judged> ImagesOf(const DomainTotals& totals) {
  std::vector<Judged> images;
  for (const SampledImage& image : totals.sample) images.push_back({image.key, 0, image.embedding});
  return images;
}

std::vector<Judged> BoxesOf(const DomainTotals& totals) {
  std::vector<Judged> boxes;
  for (const SampledBoxEmbedding& box : totals.box_sample) {
    boxes.push_back({box.image, static_cast<int>(box.class_id), box.embedding});
  }
  return boxes;
}

// Images by how far they, or the farthest of their boxes, are from what the reference knows.
std::vector<OddImage> OddImages(const DomainTotals& run, const Unknowns& images,
                                const Unknowns& boxes) {
  std::map<std::uint64_t, double> farthest_box;  // by the image's key
  for (std::size_t i = 0; i < boxes.ratio.size(); ++i) {
    double& farthest = farthest_box[run.box_sample[i].image];
    farthest = std::max(farthest, boxes.ratio[i]);
  }
  std::vector<OddImage> odd;
  for (std::size_t i = 0; i < run.sample.size(); ++i) {
    const SampledImage& image = run.sample[i];
    const double as_image = i < images.ratio.size() ? images.ratio[i] : 0;
    const auto box = farthest_box.find(image.key);
    const double as_box = box == farthest_box.end() ? 0 : box->second;
    if (std::max(as_image, as_box) <= 1) continue;
    odd.push_back({image.source, image.item, std::max(as_image, as_box),
                   as_image >= as_box ? "far from the reference's pictures"
                                      : "an object unlike any that the reference has"});
  }
  std::stable_sort(odd.begin(), odd.end(),
                   [](const OddImage& a, const OddImage& b) { return a.score > b.score; });
  if (odd.size() > kOddImages) odd.resize(kOddImages);
  return odd;
}

std::vector<ScatterPoint> Scatter(const PrincipalComponents& plane, const Rows& rows) {
  std::vector<ScatterPoint> points;
  for (std::size_t i = 0; i < std::min(rows.count(), kScatterPoints); ++i) {
    const std::vector<double> at = plane.Project(rows.row(i));
    points.push_back({static_cast<float>(at[0]), static_cast<float>(at[1])});
  }
  return points;
}

}  // namespace

DomainShift CompareDomains(const Profile& profile, const DomainTotals& run) {
  const DomainTotals& reference = profile.totals;
  DomainShift shift;
  shift.seed = kShiftSeed;
  shift.permutations = kPermutations;
  shift.reference_images = reference.sample.size();
  shift.run_images = run.sample.size();
  if (reference.sample.empty() || run.sample.empty()) return shift;

  shift.features = TestFeatures(reference.sample, run.sample);
  shift.predictions = TestBoxes(reference.sample, run.sample, profile.classes.size());
  std::vector<ShiftTest*> family;
  AppendTests(shift.features, family);
  AppendTests(shift.predictions, family);

  const std::size_t dimensions = reference.embedding.dimensions();
  const Rows reference_rows = EmbeddingsOf(reference.sample, dimensions);
  const Rows run_rows = EmbeddingsOf(run.sample, dimensions);
  if (reference_rows.count() >= kLeastImages && run_rows.count() >= 2) {
    EmbeddingShift& embedding = shift.embedding.emplace();
    const EmbeddingSpace space(reference_rows, kFrequencies);
    embedding.mmd =
        space.Test(space.Map(reference_rows), space.Map(run_rows), kPermutations, kShiftSeed);
    embedding.reconstruction = TestReconstruction(reference_rows, run_rows);
    MeasureFrechet(reference_rows, run_rows, embedding);
    family.push_back(&embedding.mmd);
    family.push_back(&embedding.reconstruction);
    if (dimensions >= 2) {
      const PrincipalComponents plane = FitPrincipalComponents(FitGaussian(reference_rows), 1, 2);
      if (plane.count() == 2) {
        shift.reference_scatter = Scatter(plane, reference_rows);
        shift.run_scatter = Scatter(plane, run_rows);
      }
    }
  }
  Decide(family);
  shift.drift = AnyDrift(family);

  shift.classes = TestClasses(reference, run, profile.classes);
  std::vector<ShiftTest*> of_classes;
  for (ClassShift& entry : shift.classes) AppendTests(entry.tests, of_classes);
  Decide(of_classes);
  for (ClassShift& entry : shift.classes) {
    entry.drift = std::any_of(entry.tests.begin(), entry.tests.end(),
                              [](const ShiftTest& test) { return test.drift; });
  }
  shift.slices = TestSlices(reference, run);

  const Unknowns images = JudgeUnknown(ImagesOf(reference), ImagesOf(run), dimensions, 1);
  Unknowns boxes =
      JudgeUnknown(BoxesOf(reference), BoxesOf(run), reference.box_embedding.dimensions(),
                   static_cast<int>(profile.classes.size()));
  shift.unknown_images = images.all;
  shift.unknown_boxes = boxes.all;
  shift.unknown_by_class = std::move(boxes.by_group);
  shift.odd_images = OddImages(run, images, boxes);
  return shift;
}

}  // namespace prelabel
