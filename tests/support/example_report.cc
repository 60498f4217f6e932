#include "tests/support/example_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr std::uint64_t kImages = 12'480;

// Numerical Recipes' linear congruential generator: the same everywhere.
class Dice {
 public:
  double Uniform() {
    state_ = state_ * 1664525U + 1013904223U;
    return state_ / 4294967296.0;
  }
  double Normal() { return Uniform() + Uniform() + Uniform() + Uniform() - 2; }  // sd 0.58

 private:
  std::uint32_t state_ = 7;
};

struct ExampleClass {
  const char* name;
  std::uint64_t labels;
  double quality;  // how well scores tell right from wrong, [0, 1]
  Verdict verdict;
  bool calibrated = true;
};

const std::array<ExampleClass, 24> kClasses = {{
    {"person", 48'210, 0.95, Verdict::kAutomate},
    {"car", 31'877, 0.97, Verdict::kAutomate},
    {"bicycle", 9'406, 0.82, Verdict::kAutomate},
    {"traffic light", 7'312, 0.74, Verdict::kReview},
    {"truck", 5'190, 0.66, Verdict::kReview},
    {"bus", 3'044, 0.90, Verdict::kAutomate},
    {"dog", 2'871, 0.86, Verdict::kAutomate},
    {"backpack", 2'530, 0.45, Verdict::kByHand},
    {"handbag", 1'904, 0.35, Verdict::kByHand},
    {"motorcycle", 1'610, 0.80, Verdict::kReview},
    {"chair", 1'422, 0.58, Verdict::kReview},
    {"umbrella", 988, 0.78, Verdict::kReview},
    {"bench", 845, 0.55, Verdict::kReview},
    {"stop sign", 402, 0.93, Verdict::kAutomate},
    {"bird", 377, 0.50, Verdict::kByHand},
    {"cat", 301, 0.84, Verdict::kReview},
    {"train", 212, 0.88, Verdict::kReview},
    {kHostileName, 160, 0.60, Verdict::kReview},
    {"parking meter", 96, 0.55, Verdict::kReview},
    {"suitcase", 71, 0.5, Verdict::kReview},
    {"scooter", 44, 0.5, Verdict::kReview, false},
    {"horse", 12, 0.6, Verdict::kReview},
    {"kite", 3, 0.4, Verdict::kReview},
    {"boat", 0, 0.5, Verdict::kNoLabels},
}};

double RightAt(double score, double quality) {
  return std::clamp(1 - (1 - quality) * 2.4 * (1.15 - score), 0.02, 0.995);
}

// Falls with the score for classes of low quality, has a second hump for good ones.
double Density(double score, double quality) {
  return std::exp(-3 * score) + quality * quality * 1.5 * std::exp(-18 * std::pow(score - 0.8, 2));
}

ClassStats StatsOf(const ExampleClass& example) {
  ClassStats stats;
  double sum = 0;
  for (std::size_t i = 6; i < kScoreBins; ++i) sum += Density((i + 0.5) / 20, example.quality);
  for (std::size_t i = 1; i < kScoreBins; ++i) {
    const double score = (i + 0.5) / 20;
    const auto count =
        static_cast<std::uint64_t>(Density(score, example.quality) / sum * example.labels);
    stats.raw_scores[i] = count * (i < 6 ? 4 : 1);
    stats.raw_predictions += stats.raw_scores[i];
    if (i < 6) continue;
    stats.label_scores[i] = count;
    stats.labels += count;
    stats.score_sum += static_cast<std::uint64_t>(count * score * 1e6);
  }
  stats.images = stats.labels - stats.labels / 4;
  return stats;
}

Interval Around(double value, double width) {
  return {std::max(0.0, value - width), std::min(1.0, value + 0.8 * width)};
}

ClassConfidence ConfidenceOf(const ClassStats& stats, const ExampleClass& example) {
  ClassConfidence confidence;
  confidence.labels = stats.labels;
  confidence.mean_score = stats.MeanScore();
  confidence.mean_score_interval = Around(confidence.mean_score, 0.008);
  confidence.calibrated = example.calibrated;
  double right = 0;
  double kept = 0;
  for (std::size_t i = kScoreBins; i-- > 6;) {
    const double score = (i + 0.5) / 20;
    const double here = example.calibrated ? RightAt(score, example.quality) : 0;
    const auto boxes = example.calibrated ? 4 + stats.label_scores[i] / 12 : 0;
    confidence.reliability.insert(
        confidence.reliability.begin(),
        {static_cast<float>(i) / 20, static_cast<float>(i + 1) / 20, boxes,
         static_cast<std::uint64_t>(here * static_cast<double>(boxes)), stats.label_scores[i]});
    for (int part = 4; part >= 0; --part) {
      // A fifth of the bin's labels in each of its five steps, what is left over in the lowest.
      const std::uint64_t in_part =
          stats.label_scores[i] / 5 + (part == 0 ? stats.label_scores[i] % 5 : 0);
      kept += static_cast<double>(in_part);
      right += static_cast<double>(in_part) * here;
      const double precision = kept == 0 ? here : right / kept;
      confidence.curve.insert(
          confidence.curve.begin(),
          {static_cast<float>(5 * i + part) / 100, static_cast<std::uint64_t>(kept), precision,
           Around(precision, 0.02 + 0.5 / std::sqrt(kept + 4))});
    }
  }
  if (!example.calibrated || stats.labels == 0) return confidence;
  confidence.expected_precision = right / kept;
  confidence.interval = Around(confidence.expected_precision, 0.02 + 0.5 / std::sqrt(kept + 4));
  confidence.difference_of_confidences = confidence.expected_precision + 0.012;
  confidence.average_thresholded_confidence =
      confidence.expected_precision - (example.quality < 0.6 ? 0.14 : 0.018);
  confidence.thin_share = stats.labels < 400 ? 0.62 : 0.04;
  return confidence;
}

std::string Percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

ClassVerdict VerdictOf(const ClassConfidence& confidence, const ExampleClass& example) {
  ClassVerdict verdict;
  verdict.verdict = example.verdict;
  if (example.verdict == Verdict::kNoLabels || confidence.labels == 0) {
    verdict.verdict = Verdict::kNoLabels;
    verdict.reasons = {"No label of this class was written."};
    return verdict;
  }
  if (!example.calibrated) {
    verdict.reasons = {
        "Nothing is known about how often labels of this class are right: the reference has no "
        "ground truth for it."};
    verdict.next = "Audit 30 labels of this class.";
    verdict.labels_review = confidence.labels;
    return verdict;
  }
  const std::string sentence =
      fmt::format("{} of the labels are expected to be right ({} to {}).",
                  Percent(confidence.expected_precision), Percent(confidence.interval.low),
                  Percent(confidence.interval.high));
  if (example.verdict == Verdict::kByHand) {
    verdict.reasons = {sentence + " Under 55 % drawing anew is quicker than correcting.",
                       "Estimates of precision disagree by 14 points."};
    verdict.next = "A higher threshold may leave those that are right.";
    verdict.labels_manual = confidence.labels;
    return verdict;
  }
  if (example.verdict == Verdict::kAutomate) {
    for (const ThresholdPoint& point : confidence.curve) {
      if (point.expected_precision < 0.95 || 2 * point.kept < confidence.labels) continue;
      verdict.auto_threshold = point.threshold;
      verdict.labels_auto = point.kept;
      verdict.precision_auto = point.expected_precision;
      verdict.precision_auto_interval = point.interval;
      break;
    }
  }
  verdict.labels_review = confidence.labels - verdict.labels_auto;
  if (verdict.auto_threshold > 1) {
    verdict.verdict = Verdict::kReview;
    verdict.reasons = {sentence, "No threshold is known to reach 95 %."};
    verdict.next = "Audit 120 labels of this class.";
    return verdict;
  }
  verdict.reasons = {
      fmt::format("From a score of {:.2f} on, {} of the labels are expected to be right ({} to "
                  "{}).",
                  verdict.auto_threshold, Percent(verdict.precision_auto),
                  Percent(verdict.precision_auto_interval.low),
                  Percent(verdict.precision_auto_interval.high)),
      sentence, "Drift from the reference was found in brightness and sharpness."};
  verdict.next = "Auditing 200 labels would make this a guarantee.";
  return verdict;
}

FeatureHistogram HistogramAround(ImageFeature feature, double mean, double spread, Dice& dice) {
  FeatureHistogram histogram{};
  for (int i = 0; i < 2000; ++i) {
    ++histogram[FeatureBin(feature, static_cast<float>(mean + spread * dice.Normal()))];
  }
  return histogram;
}

ShiftTest Test(std::string name, std::string statistic, double effect, double threshold, double p,
               double reference_mean = 0, double run_mean = 0) {
  ShiftTest test;
  test.name = std::move(name);
  test.statistic = std::move(statistic);
  test.effect = effect;
  test.threshold = threshold;
  test.p = p;
  test.q = std::min(1.0, 3 * p);
  test.significant = test.q <= 0.05;
  test.drift = test.significant && effect > threshold;
  test.reference_mean = reference_mean;
  test.run_mean = run_mean;
  return test;
}

constexpr const char* kDistance = "Wasserstein-1 / reference's standard deviation";

void AddFeatures(Assessment& assessment, DomainShift& shift) {
  struct Row {
    double reference, run, spread, effect, p;
  };
  constexpr std::array<Row, kImageFeatures> kRows = {{{0.47, 0.31, 0.18, 0.89, 0.0005},
                                                      {0.24, 0.21, 0.07, 0.31, 0.0005},
                                                      {2.95, 2.31, 0.60, 0.92, 0.0005},
                                                      {7.31, 6.80, 0.50, 0.44, 0.0005},
                                                      {0.19, 0.16, 0.10, 0.22, 0.002},
                                                      {0.05, -0.06, 0.11, 0.71, 0.0005},
                                                      {-1.7, -1.2, 0.12, 0.40, 0.004},
                                                      {0.41, 0.415, 0.25, 0.04, 0.31}}};
  Dice dice;
  for (std::size_t i = 0; i < kImageFeatures; ++i) {
    const auto feature = static_cast<ImageFeature>(i);
    const Row& row = kRows[i];
    assessment.features[i] = HistogramAround(feature, row.run, row.spread, dice);
    assessment.reference->features[i] = HistogramAround(feature, row.reference, row.spread, dice);
    shift.features.push_back(Test(std::string(FeatureName(feature)), kDistance, row.effect, 0.5,
                                  row.p, row.reference, row.run));
  }
}

void AddScatter(DomainShift& shift) {
  Dice dice;
  for (int i = 0; i < 600; ++i) {
    shift.reference_scatter.push_back(
        {static_cast<float>(3 * dice.Normal()), static_cast<float>(1.6 * dice.Normal())});
    const double cluster = i % 5 == 0 ? 3.4 : 0.5;
    shift.run_scatter.push_back({static_cast<float>(cluster + 2 * dice.Normal()),
                                 static_cast<float>(-0.4 * cluster + 1.2 * dice.Normal())});
  }
}

void AddSlices(DomainShift& shift) {
  const std::array<const char*, 5> names = {"folder: city/day", "folder: city/night",
                                            "folder: rural", "source 2: dashcam 0:00–5:00",
                                            "weather: rain"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    SliceShift slice;
    slice.name = names[i];
    slice.images = 4'000 - 700 * i;
    slice.embedding = Test("embedding", "MMD²", i == 1 ? 0.21 : 0.02, 0.05, i == 1 ? 0.0005 : 0.2);
    if (i == 1) {
      slice.features = {Test("brightness", kDistance, 1.9, 0.5, 0.0005, 0.47, 0.12),
                        Test("sharpness", kDistance, 1.2, 0.5, 0.0005, 2.95, 2.02)};
    } else if (i == 4) {
      slice.features = {Test("contrast", kDistance, 0.8, 0.5, 0.001, 0.24, 0.16)};
    }
    slice.drift = slice.embedding->drift || !slice.features.empty();
    shift.slices.push_back(std::move(slice));
  }
}

DomainShift ExampleShift(Assessment& assessment) {
  DomainShift shift;
  shift.reference_images = 1'920;
  shift.run_images = 2'000;
  EmbeddingShift embedding;
  embedding.mmd = Test("embedding", "MMD²", 0.083, 0.05, 0.0005);
  embedding.frechet = 4.31;
  embedding.frechet_reference = 1.17;
  embedding.frechet_images = 960;
  embedding.frechet_dimensions = 16;
  embedding.reconstruction =
      Test("reconstruction error", "AUC - 0.5", 0.11, 0.15, 0.0005, 0.21, 0.29);
  shift.embedding = embedding;
  AddFeatures(assessment, shift);
  shift.predictions = {Test("score", kDistance, 0.28, 0.5, 0.0005, 0.61, 0.54),
                       Test("boxes per image", kDistance, 0.61, 0.5, 0.0005, 5.1, 8.9),
                       Test("class shares", "total variation", 0.19, 0.25, 0.0005),
                       Test("box area", kDistance, 0.12, 0.5, 0.03, 0.081, 0.064),
                       Test("box aspect", kDistance, 0.05, 0.5, 0.4, 0.9, 0.92)};
  for (std::uint16_t id = 0; id < 6; ++id) {
    ClassShift entry;
    entry.class_id = id;
    entry.seen_reference = 900 - 100 * id;
    entry.seen_run = 40'000 / (id + 1);
    entry.tested = id < 5;
    if (entry.tested) {
      const std::string of = std::string(" of ") + kClasses[id].name;
      entry.tests = {Test("score" + of, kDistance, id == 4 ? 0.8 : 0.1, 0.5, 0.001, 0.6, 0.45),
                     Test("box area" + of, kDistance, 0.2, 0.5, 0.2, 0.08, 0.07)};
      entry.drift = id == 4;
    }
    shift.classes.push_back(std::move(entry));
    shift.unknown_by_class.push_back(
        {entry.seen_run, 0.07 + 0.02 * id, 0.02 + 0.02 * id, 0.01 + 0.02 * id, 0.035 + 0.02 * id});
  }
  AddSlices(shift);
  shift.unknown_images = {2'000, 0.171, 0.121, 0.094, 0.149};
  shift.unknown_boxes = {4'000, 0.093, 0.043, 0.028, 0.058};
  for (std::uint64_t i = 0; i < 6; ++i) {
    shift.odd_images.push_back(
        {SourceId(0), 17 * i, 9.1 - static_cast<double>(i),
         i % 2 == 0 ? "far from the reference's pictures" : "objects unlike any known class"});
  }
  AddScatter(shift);
  shift.drift = true;
  shift.seed = 20240501;
  shift.permutations = 2'000;
  return shift;
}

AuditResult ExampleAudit(const Report& report) {
  AuditResult audit;
  audit.seed = 42;
  audit.boxes_drawn = 400;
  audit.boxes_answered = 396;
  audit.images_drawn = 40;
  audit.images_answered = 40;
  for (std::size_t c = 0; c < report.classes.size(); ++c) {
    ClassAudit entry;
    entry.labels = report.classes[c].stats.labels;
    if (c < 4) {
      entry.checked = 120 - 25 * c;
      entry.right = entry.checked * (97 - 6 * c) / 100;
      entry.precision = static_cast<double>(entry.right) / static_cast<double>(entry.checked);
      entry.precision_interval = Around(entry.precision, 0.04);
      entry.objects = 210 - 50 * c;
      entry.found = entry.objects * 3 / 4;
      entry.recall = 0.75;
      entry.recall_interval = {0.68, 0.81};
    }
    if (c == 1) {
      entry.guaranteed_threshold = 0.46F;
      entry.guaranteed_labels = 24'000;
    }
    audit.classes.push_back(entry);
  }
  audit.all = audit.classes[0];
  audit.all.labels = report.totals.all.labels;
  audit.all.checked = 330;
  audit.all.right = 301;
  return audit;
}

RoutingTotals SumOf(const std::vector<ClassVerdict>& verdicts) {
  RoutingTotals totals;
  for (const ClassVerdict& verdict : verdicts) {
    totals.labels_auto += verdict.labels_auto;
    totals.labels_review += verdict.labels_review;
    totals.labels_manual += verdict.labels_manual;
  }
  totals.hours_by_hand = 331;
  totals.hours_left = 118;
  totals.hours_left_interval = {104, 139};
  totals.hours_saved = 213;
  totals.hours_saved_interval = {192, 227};
  return totals;
}

void AddPictures(Report& report, const std::vector<SamplePicture>& pictures) {
  if (pictures.empty()) return;
  Dice dice;
  std::size_t next = 0;
  const auto take = [&](std::string note) {
    SamplePicture picture = pictures[next++ % pictures.size()];
    picture.note = std::move(note);
    picture.boxes.clear();
    for (int i = 0; i < 4; ++i) {
      const auto x = static_cast<float>(dice.Uniform() * 0.7 * picture.width);
      const auto y = static_cast<float>(dice.Uniform() * 0.6 * picture.height);
      picture.boxes.push_back({{x, y, x + 0.22F * static_cast<float>(picture.width),
                                y + 0.33F * static_cast<float>(picture.height)},
                               static_cast<int>(dice.Uniform() * 8),
                               static_cast<float>(0.3 + 0.69 * dice.Uniform()),
                               false,
                               0});
    }
    return picture;
  };
  for (int i = 0; i < 4; ++i) report.samples.push_back(take(""));
  for (int i = 0; i < 8; ++i) {
    report.odd.push_back(
        take(i % 2 == 0 ? "far from the reference's pictures" : "objects unlike any known class"));
    report.least_confident.push_back(take(fmt::format("weakest label {:.2f}", 0.30 + 0.01 * i)));
  }
  for (const char* title :
       {"Darkest", "Brightest", "Least contrast", "Blurriest", "Grainiest", "Least color"}) {
    PictureGroup group{title, {}};
    for (int i = 0; i < 3; ++i) group.pictures.push_back(take(fmt::format("0.0{}", i + 1)));
    report.gallery.push_back(std::move(group));
  }
}

Report Counted() {
  Report report;
  report.job = "street <scenes> & more";
  report.model = "nanodet-g-coco";
  report.model_license = "Apache-2.0";
  report.model_source = "https://example.com/model";
  report.model_sha256 = "6f1c2a9d0b7e4c5f8a3d1e2b9c0f7a6d5e4b3c2d1f0a9b8c7d6e5f4a3b2c1d0e";
  SourceStats& all = report.totals.all;
  for (const ExampleClass& example : kClasses) {
    const int id = static_cast<int>(report.classes.size()) + 1;
    report.model_classes.emplace_back(example.name);
    report.classes.push_back({{id, example.name}, {example.name}, {0.3F}, StatsOf(example)});
    all.labels += report.classes.back().stats.labels;
    report.totals.raw_predictions += report.classes.back().stats.raw_predictions;
  }
  all.items = kImages;
  all.looked_at = kImages - 3;
  all.labeled = kImages - 911;
  all.quarantined = 3;
  SourceReport photos;
  photos.name = "photos";
  photos.stats = all;
  report.sources = {photos};
  report.quarantined = {{"city/night/0042.jpg", "the file ends early"},
                        {kHostileName, "not a JPEG file"},
                        {"rural/0007.jpg", "No such file or directory"}};
  report.run.version = "0.3.0";
  report.run.started = "2024-05-01 12:00";
  report.run.seconds = 412;
  report.run.items_run = kImages;
  report.run.items_per_second = 30.3;
  report.run.workers = {"host/1", "host/2"};
  report.run.compute_classes = {"cpu AVX2 fp32"};
  report.run.retry_command = "prelabel run job.yaml --retry-failed";
  return report;
}

DuplicatesReport ExampleDuplicates() {
  DuplicatesReport duplicates;
  duplicates.images = kImages - 3;
  duplicates.same = {kImages - 3, 2, 14, {}};
  duplicates.same.largest.push_back({14, {}, 1.0F});
  for (int i = 0; i < 10; ++i) {
    duplicates.same.largest[0].names.push_back(fmt::format("city/day/{:04}.jpg", 40 * i));
  }
  duplicates.same.largest.push_back({2, {"rural/0003.jpg", "rural/0003 (1).jpg"}, 1.0F});
  duplicates.near = SimilarReport{kImages - 3, 61, 75, {}};
  for (int i = 0; i < 15; ++i) {
    duplicates.near->largest.push_back({2,
                                        {fmt::format("city/night/{:04}.jpg", 7 * i), kHostileName},
                                        0.99F - 0.001F * static_cast<float>(i)});
  }
  return duplicates;
}

// 300 images with a tenth of the labels, of which so many are right as fits their class's quality.
OwnLabels ExampleOwnLabels() {
  OwnLabels own;
  own.images = 300;
  own.empty = 12;
  own.without = 3;
  own.unreadable = 2;
  own.all.named = true;
  for (std::size_t c = 0; c < kClasses.size(); ++c) {
    const ExampleClass& example = kClasses[c];
    ClassAgreement& of_class = own.classes.emplace_back();
    of_class.named = c != 3;  // nobody drew traffic lights
    const std::uint64_t labels = example.labels / 10;
    const auto right = static_cast<std::uint64_t>(static_cast<double>(labels) * example.quality);
    for (std::uint64_t image = 0; image < own.images; ++image) {
      const auto here = [&](std::uint64_t all) {
        return all * (image + 1) / own.images - all * image / own.images;
      };
      if (!of_class.named) {
        of_class.unjudged += here(labels);
        own.all.unjudged += here(labels);
        continue;
      }
      const std::uint64_t found = std::min(here(right), here(labels));
      for (ClassAgreement* to : {&of_class, &own.all}) {
        to->precision.Add(here(labels), found);
        to->recall.Add(found + (labels > 0 ? image % 2 : 0), found);
        if (example.verdict != Verdict::kAutomate) continue;
        to->automated.Add(here(labels / 2), std::min(here(labels / 2), found));
      }
    }
  }
  own.classes[0].ignored = 17;
  own.all.ignored = 17;
  own.unwritten = {{"motor cycle", 31, {"motorcycle"}}, {kHostileName, 2, {}}};
  own.problems = {"labels/0007.txt: line 3: data.yaml has no class 91; it names 80",
                  std::string(kHostileName) + ": not well-formed"};
  own.problem_count = 2;
  return own;
}

}  // namespace

Report ExampleReport(const std::vector<SamplePicture>& pictures) {
  Report report = Counted();
  Assessment assessment;
  assessment.reference = ReferenceInfo{"coco-val.profile",
                                       "0d5c9a41e8b7463f9f0e2b7c11d3a865",
                                       "coco val 2017",
                                       "2024-04-11T09:30:00Z",
                                       5'000,
                                       36'781,
                                       {}};
  Verdicts& verdicts = assessment.verdicts;
  for (std::size_t c = 0; c < report.classes.size(); ++c) {
    assessment.confidence.push_back(ConfidenceOf(report.classes[c].stats, kClasses[c]));
    verdicts.classes.push_back(VerdictOf(assessment.confidence.back(), kClasses[c]));
  }
  ExampleClass whole = {"all", report.totals.all.labels, 0.87, Verdict::kReview};
  assessment.all = ConfidenceOf(StatsOf(whole), whole);
  assessment.shift = ExampleShift(assessment);
  assessment.audit = ExampleAudit(report);
  ClassVerdict& car = verdicts.classes[1];
  car.guaranteed = true;
  car.auto_threshold = 0.46F;
  verdicts.sentence =
      "In part, for 58 % of the labels (a proposal, not a guarantee): 5 classes can be automated, "
      "15 need review and 3 are better labeled by hand; 2 classes that the job wants are in "
      "nobody's vocabulary here and have to be drawn by hand.";
  verdicts.gaps = {{"e-scooter", {"scooter", "motorcycle"}}, {kHostileName, {"cat"}}};
  verdicts.assumptions = {
      "Times: 10 s to draw a box, 3 s to check one and as much to remove a wrong one, 2 s to look "
      "through an image.",
      "Objects that have no label are not counted.",
      "Expected precision holds as far as a score means the same here as in the reference."};
  verdicts.totals = SumOf(verdicts.classes);
  report.assessment = std::move(assessment);
  report.duplicates = ExampleDuplicates();
  report.own_labels = ExampleOwnLabels();
  AddPictures(report, pictures);
  return report;
}

Report ExampleWithoutReference(const std::vector<SamplePicture>& pictures) {
  Report report = Counted();
  Assessment assessment;
  assessment.no_reference = "The job names no reference profile (report.reference).";
  Verdicts& verdicts = assessment.verdicts;
  Dice dice;
  for (std::size_t i = 0; i < kImageFeatures; ++i) {
    assessment.features[i] =
        HistogramAround(static_cast<ImageFeature>(i), i == 6 ? -1 : 0.3, 0.15, dice);
  }
  for (std::size_t c = 0; c < report.classes.size(); ++c) {
    ExampleClass unknown = kClasses[c];
    unknown.calibrated = false;
    assessment.confidence.push_back(ConfidenceOf(report.classes[c].stats, unknown));
    ClassVerdict verdict = VerdictOf(assessment.confidence.back(), unknown);
    if (verdict.verdict != Verdict::kNoLabels) {
      verdict.verdict = Verdict::kReview;
      verdict.reasons = {
          "Nothing is known about how often labels of this class are right: there is no reference "
          "profile and no audit."};
      verdict.next =
          "Audit 30 labels of this class. Or name a reference profile with ground truth.";
    }
    verdicts.classes.push_back(std::move(verdict));
  }
  verdicts.sentence =
      "Not yet: nothing is known about how often these labels are right, so all need review; a "
      "reference profile with ground truth or an audit of 690 labels would change that.";
  verdicts.totals = SumOf(verdicts.classes);
  verdicts.totals.hours_left = 240;
  verdicts.totals.hours_left_interval = {130, 400};
  verdicts.totals.hours_saved = 91;
  verdicts.totals.hours_saved_interval = {-69, 201};
  report.assessment = std::move(assessment);
  AddPictures(report, pictures);
  return report;
}

Report ExampleOfAnotherModel() {
  Report report = ExampleReport();
  report.model = "yolo-m-street";
  report.run.started = "2024-06-12 08:15";
  Assessment& assessment = *report.assessment;
  assessment.audit.reset();
  assessment.shift->drift = false;
  for (ShiftTest& test : assessment.shift->features) test.drift = false;
  assessment.shift->embedding->mmd.drift = false;
  report.classes[3].category.name = "traffic cone";
  for (std::size_t c = 0; c < report.classes.size(); c += 2) {
    report.classes[c].stats.labels += report.classes[c].stats.labels / 8;
    ClassConfidence& confidence = assessment.confidence[c];
    confidence.expected_precision = std::min(0.97, confidence.expected_precision + 0.04);
    confidence.interval = Around(confidence.expected_precision, 0.02);
  }
  assessment.verdicts.classes[4].verdict = Verdict::kAutomate;
  assessment.verdicts.classes[4].auto_threshold = 0.55F;
  assessment.verdicts.totals.hours_left = 96;
  assessment.verdicts.totals.hours_saved = 235;
  return report;
}

}  // namespace prelabel
