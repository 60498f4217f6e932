#include "coordinator/report/shift_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "coordinator/report/html_overlay.h"
#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kNamed = 5;  // classes and slices in a sentence

struct Direction {
  const char* less;
  const char* more;
};
// By ImageFeature: "Pictures are darker".
constexpr std::array<Direction, kImageFeatures> kDirections = {
    {{"darker", "brighter"},
     {"lower in contrast", "higher in contrast"},
     {"blurrier", "sharper or noisier"},
     {"more uniform", "more varied in their grays"},
     {"less colorful", "more colorful"},
     {"more bluish", "more reddish"},
     {"smaller", "larger"},
     {"narrower", "wider"}}};

std::string FeatureSentence(std::size_t i, const ShiftTest& test) {
  const auto feature = static_cast<ImageFeature>(i);
  const std::string run = FeatureText(feature, test.run_mean);
  const std::string reference = FeatureText(feature, test.reference_mean);
  // Shapes may differ where means do not.
  if (run == reference) {
    return fmt::format("Pictures vary otherwise in {} (mean {} in both).", test.name, run);
  }
  return fmt::format(
      "Pictures are {}: {} is {} on average, {} in the reference.",
      test.run_mean < test.reference_mean ? kDirections[i].less : kDirections[i].more, test.name,
      run, reference);
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kNamed) text += fmt::format(" and {} more", names.size() - kNamed);
  return text;
}

void AddUnknown(std::vector<std::string>& sentences, const UnknownShare& unknown,
                const char* things) {
  if (unknown.count == 0 || unknown.low <= 0) return;
  sentences.push_back(
      fmt::format("{} of {} are unlike nearly all of the reference's; 5 % would be usual "
                  "({} too many, 95 % interval {}).",
                  ShareText(unknown.share), things, ShareText(unknown.excess),
                  IntervalText({unknown.low, unknown.high})));
}

}  // namespace

std::vector<std::string> ShiftSentences(const Report& report, const DomainShift& shift) {
  std::vector<std::string> sentences;
  if (shift.embedding && (shift.embedding->mmd.drift || shift.embedding->reconstruction.drift)) {
    sentences.emplace_back("As a whole, pictures look different to the model.");
  }
  std::vector<std::size_t> features;
  for (std::size_t i = 0; i < std::min(shift.features.size(), kImageFeatures); ++i) {
    if (shift.features[i].drift) features.push_back(i);
  }
  std::stable_sort(features.begin(), features.end(), [&](std::size_t a, std::size_t b) {
    return shift.features[a].effect > shift.features[b].effect;
  });
  for (const std::size_t i : features) sentences.push_back(FeatureSentence(i, shift.features[i]));
  for (const ShiftTest& test : shift.predictions) {
    if (!test.drift) continue;
    std::string text = "Predictions differ in " + test.name;
    if (test.reference_mean != 0 || test.run_mean != 0) {
      text += fmt::format(": {:.3g} on average, {:.3g} in the reference", test.run_mean,
                          test.reference_mean);
    }
    sentences.push_back(text + ".");
  }
  std::vector<std::string> classes;
  for (const ClassShift& entry : shift.classes) {
    if (!entry.drift) continue;
    classes.push_back(entry.class_id < report.model_classes.size()
                          ? report.model_classes[entry.class_id]
                          : fmt::format("class {}", entry.class_id));
  }
  if (!classes.empty()) {
    sentences.push_back("Classes whose predictions differ: " + Listed(classes) + ".");
  }
  AddUnknown(sentences, shift.unknown_images, "pictures");
  AddUnknown(sentences, shift.unknown_boxes, "boxes");
  std::vector<std::string> slices;
  for (const SliceShift& slice : shift.slices) {
    if (slice.drift) slices.push_back(slice.name);
  }
  if (!slices.empty()) sentences.push_back("Parts that differ: " + Listed(slices) + ".");
  if (sentences.empty()) {
    sentences.emplace_back(
        "Nothing that was compared differs from the reference both beyond chance and by much.");
  }
  return sentences;
}

}  // namespace prelabel
