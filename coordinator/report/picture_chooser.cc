#include "coordinator/report/picture_chooser.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "coordinator/report/html_overlay.h"

namespace prelabel {
namespace {

struct Extreme {
  const char* title;
  ImageFeature feature;
  bool lowest;
};
constexpr std::array<Extreme, 6> kExtremes = {{
    {"Darkest", ImageFeature::kBrightness, true},
    {"Brightest", ImageFeature::kBrightness, false},
    {"Least contrast", ImageFeature::kContrast, true},
    {"Blurriest", ImageFeature::kSharpness, true},
    {"Sharpest or noisiest", ImageFeature::kSharpness, false},
    {"Least color", ImageFeature::kColorfulness, true},
}};

auto OrderOf(double value, SourceId source, std::uint64_t item) {
  return std::make_tuple(value, source.value, item);
}

auto OrderOf(const LowestChooser::Chosen& chosen) {
  return OrderOf(chosen.value, chosen.sample.source, chosen.sample.item);
}

}  // namespace

bool LowestChooser::Wants(double value, SourceId source, std::uint64_t item) const {
  if (!std::isfinite(value) || kept_ == 0) return false;
  return chosen_.size() < kept_ || OrderOf(value, source, item) < OrderOf(chosen_.back());
}

void LowestChooser::Insert(Chosen chosen) {
  const auto same = std::find_if(chosen_.begin(), chosen_.end(),
                                 [&](const Chosen& other) { return other.group == chosen.group; });
  if (same != chosen_.end()) {
    if (OrderOf(*same) <= OrderOf(chosen)) return;
    chosen_.erase(same);
  }
  const auto at = std::find_if(chosen_.begin(), chosen_.end(), [&](const Chosen& other) {
    return OrderOf(chosen) < OrderOf(other);
  });
  chosen_.insert(at, std::move(chosen));
  if (chosen_.size() > kept_) chosen_.pop_back();
}

void LowestChooser::Add(double value, std::string_view group, const LabeledItem& item) {
  if (!Wants(value, item.source, item.item)) return;
  Insert({value, std::string(group), {item.source, item.item, item.labels, {}}});
}

void LowestChooser::Merge(const LowestChooser& other) {
  for (const Chosen& chosen : other.chosen_) {
    if (Wants(chosen.value, chosen.sample.source, chosen.sample.item)) Insert(chosen);
  }
}

void LeastConfidentChooser::Add(const LabeledItem& item, std::string_view group) {
  double sum = 0;
  std::size_t count = 0;
  for (const Label& label : item.labels) {
    if (label.class_id == kDrawnClass) continue;
    sum += double{label.score};
    ++count;
  }
  if (count > 0) lowest_.Add(sum / static_cast<double>(count), group, item);
}

std::vector<Sample> LeastConfidentChooser::Choose() const {
  std::vector<Sample> samples;
  for (const LowestChooser::Chosen& chosen : lowest_.chosen()) {
    samples.push_back(chosen.sample);
    samples.back().note = fmt::format("mean score {:.2f}", chosen.value);
  }
  return samples;
}

GalleryChooser::GalleryChooser() : lowest_(kExtremes.size(), LowestChooser(kKept)) {}

void GalleryChooser::Add(const LabeledItem& item, std::string_view group,
                         const std::array<float, kImageFeatures>& features) {
  for (std::size_t i = 0; i < kExtremes.size(); ++i) {
    const double value = double{features[static_cast<std::size_t>(kExtremes[i].feature)]};
    lowest_[i].Add(kExtremes[i].lowest ? value : -value, group, item);
  }
}

void GalleryChooser::Merge(const GalleryChooser& other) {
  for (std::size_t i = 0; i < kExtremes.size(); ++i) lowest_[i].Merge(other.lowest_[i]);
}

std::vector<SampleGroup> GalleryChooser::Choose() const {
  std::vector<SampleGroup> groups;
  for (std::size_t i = 0; i < kExtremes.size(); ++i) {
    SampleGroup group{kExtremes[i].title, {}};
    for (const LowestChooser::Chosen& chosen : lowest_[i].chosen()) {
      group.samples.push_back(chosen.sample);
      const double value = kExtremes[i].lowest ? chosen.value : -chosen.value;
      group.samples.back().note = fmt::format("{} {}", FeatureName(kExtremes[i].feature),
                                              FeatureText(kExtremes[i].feature, value));
    }
    if (!group.samples.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

void SampledLabels::Add(std::uint64_t key, const LabeledItem& item) {
  if (by_key_.size() >= kept_ && (by_key_.empty() || key > std::prev(by_key_.end())->first)) return;
  by_key_.try_emplace(key, Sample{item.source, item.item, item.labels, {}});
  Trim();
}

void SampledLabels::Merge(const SampledLabels& other) {
  by_key_.insert(other.by_key_.begin(), other.by_key_.end());
  Trim();
}

void SampledLabels::Trim() {
  while (by_key_.size() > kept_) by_key_.erase(std::prev(by_key_.end()));
}

std::vector<Sample> SampledLabels::Find(std::span<const OddImage> odd) const {
  std::map<std::pair<std::uint32_t, std::uint64_t>, const Sample*> by_place;
  for (const auto& [key, sample] : by_key_) by_place[{sample.source.value, sample.item}] = &sample;
  std::vector<Sample> samples;
  for (const OddImage& image : odd) {
    Sample sample{image.source, image.item, {}, image.reason};
    const auto found = by_place.find({image.source.value, image.item});
    if (found != by_place.end()) sample.labels = found->second->labels;
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace prelabel
