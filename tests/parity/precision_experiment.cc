// Expected against measured precision over many random halves of a dataset. Reads predictions with
// their truth, a line each: "IMAGE CLASS SCORE RIGHT" (image: a number; right: 0 or 1), and lines
// "IMAGE" for images without any. Of every half the first is the reference, the second is judged:
// predictions from --threshold up are its labels. --drawn N: the reference is N images of a random
// order instead of half of them. --reference N: the first N images are the reference and the others
// are judged, once. --audit N: N of the labels are drawn and checked.
//
//   precision_experiment --seeds 200 < predictions.txt
//
// Prints a line a half, "overall EXPECTED LOW HIGH MEASURED LABELS", with an audit another one,
// "audited PRECISION LOW HIGH MEASURED LABELS", and a line a class with at least --class-labels
// labels, "class ID EXPECTED LOW HIGH MEASURED LABELS".
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/audit/audit_sampler.h"
#include "coordinator/audit/evaluate_audit.h"
#include "coordinator/confidence/expected_precision.h"
#include "coordinator/profile/score_bin.h"
#include "coordinator/routing/label_precision.h"

namespace prelabel {
namespace {

struct Judged {
  std::uint16_t class_id = 0;
  float score = 0;
  bool right = false;
};
using Images = std::vector<std::vector<Judged>>;

Images ReadImages(std::istream& in, std::size_t& classes) {
  std::map<std::uint64_t, std::vector<Judged>> by_image;
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::uint64_t image = 0;
    unsigned class_id = 0;
    Judged judged;
    fields >> image;
    std::vector<Judged>& of_image = by_image[image];
    if (!(fields >> class_id >> judged.score >> judged.right)) continue;
    judged.class_id = static_cast<std::uint16_t>(class_id);
    classes = std::max<std::size_t>(classes, class_id + 1);
    of_image.push_back(judged);
  }
  Images images;
  for (auto& [image, of_image] : by_image) images.push_back(std::move(of_image));
  return images;
}

struct Options {
  int seeds = 200;
  float threshold = 0.3F;
  std::uint64_t class_labels = 30;
  std::size_t reference = 0;
  std::size_t drawn = 0;
  std::uint64_t audit = 0;
};

void Print(const char* name, double precision, const Interval& interval, double right,
           std::uint64_t labels) {
  fmt::print("{} {:.6f} {:.6f} {:.6f} {:.6f} {}\n", name, precision, interval.low, interval.high,
             right / static_cast<double>(labels), labels);
}

// Labels have no place here, so that their boxes can carry the truth through the sample.
constexpr Box kRightBox{0, 0, 1, 1};
constexpr Box kWrongBox{0, 0, 0, 0};

// A person without fault answers.
AuditAnswers AnswerTruly(const AuditSample& sample) {
  AuditAnswers answers;
  for (const AuditPicture& picture : sample.checked) {
    for (const AuditBox& label : picture.labels) {
      answers.labels.push_back(label.box == kRightBox ? LabelAnswer::kRight : LabelAnswer::kWrong);
    }
  }
  return answers;
}

void Judge(const Images& images, const std::vector<std::size_t>& order, std::size_t reference_size,
           std::size_t classes, const Options& options, std::uint64_t seed) {
  ClassMap map;
  for (std::size_t c = 0; c < classes; ++c) {
    map.categories.push_back({static_cast<int>(c) + 1, std::to_string(c)});
    map.category_of_class.push_back(static_cast<int>(c));
    map.threshold_of_class.push_back(options.threshold);
  }
  Reliability reference(classes);
  reference.objects.resize(classes);
  LabelScores scores(classes);
  std::vector<double> right(classes);
  AuditSampler sampler(map, InterpolationMethod::kLinear,
                       {.labels = options.audit, .images = 0, .seed = seed});
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t group = JackknifeGroup(std::to_string(order[i]));
    LabeledItem item;
    for (const Judged& judged : images[order[i]]) {
      if (i < reference_size) {
        ReliabilityCell& cell =
            reference.at(group, judged.class_id, BinOfScore(judged.score, kReliabilityBins));
        ++cell.boxes;
        if (judged.right) ++cell.right;
      } else if (judged.score >= options.threshold) {
        item.labels.push_back({judged.class_id, judged.score, judged.right ? kRightBox : kWrongBox,
                               LabelSource::kModel, 0, judged.class_id});
        if (judged.right) ++right[judged.class_id];
      }
    }
    scores.Add(item, group);
    sampler.Add(item, std::to_string(order[i]));
  }
  const RunConfidence confidence = EstimateConfidence(scores, map, &reference);
  const ClassConfidence& all = confidence.all;
  const double all_right = std::accumulate(right.begin(), right.end(), 0.0);
  if (all.labels > 0) {
    Print("overall", all.expected_precision, all.interval, all_right, all.labels);
  }
  if (options.audit > 0) {
    const AuditSample sample = sampler.Finish("experiment");
    const LabelPrecision expected(confidence.classes, nullptr);
    const AuditResult audit = EvaluateAudit(sample, AnswerTruly(sample),
                                            {.expected = [&expected](int category, float score) {
                                              return expected.Of(category, score);
                                            }});
    Print("audited", audit.all.precision, audit.all.precision_interval, all_right,
          audit.all.labels);
  }
  for (std::size_t c = 0; c < classes; ++c) {
    const ClassConfidence& of_class = confidence.classes[c];
    if (of_class.labels < options.class_labels || !of_class.calibrated) continue;
    Print(fmt::format("class {}", c).c_str(), of_class.expected_precision, of_class.interval,
          right[c], of_class.labels);
  }
}

int Main(int argc, char** argv) {
  CLI::App app("Expected against measured precision.", "precision_experiment");
  Options options;
  app.add_option("--seeds", options.seeds, "random halves")->capture_default_str();
  app.add_option("--threshold", options.threshold, "of labels")->capture_default_str();
  app.add_option("--class-labels", options.class_labels, "that a class needs to be printed")
      ->capture_default_str();
  app.add_option("--reference", options.reference, "images of the reference, instead of halves");
  app.add_option("--drawn", options.drawn, "images of the reference, instead of half");
  app.add_option("--audit", options.audit, "labels that are drawn and checked");
  CLI11_PARSE(app, argc, argv);
  std::size_t classes = 0;
  const Images images = ReadImages(std::cin, classes);
  std::vector<std::size_t> order(images.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.reference > 0) {
    Judge(images, order, options.reference, classes, options, 0);
    return 0;
  }
  for (int seed = 0; seed < options.seeds; ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    std::vector<std::size_t> shuffled = order;
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[random() % i]);
    }
    Judge(images, shuffled, options.drawn > 0 ? options.drawn : images.size() / 2, classes, options,
          static_cast<std::uint64_t>(seed));
  }
  return 0;
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) { return prelabel::Main(argc, argv); }
