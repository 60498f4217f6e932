// Chooses the pictures that a report shows for a reason: least confident labels, extremes of image
// quality, and the labels of those that stand out from the reference. One pass, bounded memory, the
// same ones in any order of Add and Merge. Not thread-safe; distinct objects may be filled at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/profile/domain_stats.h"
#include "coordinator/report/sample_chooser.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

// The `kept` items with the lowest values, at most one of each group: frames near each other look
// alike, and one of them says it all.
class LowestChooser {
 public:
  explicit LowestChooser(std::size_t kept) : kept_(kept) {}

  void Add(double value, std::string_view group, const LabeledItem& item);
  void Merge(const LowestChooser& other);

  struct Chosen {
    double value = 0;
    std::string group;
    Sample sample;
  };
  // Ascending values; then in dataset order.
  const std::vector<Chosen>& chosen() const { return chosen_; }

 private:
  bool Wants(double value, SourceId source, std::uint64_t item) const;
  void Insert(Chosen chosen);

  std::size_t kept_;
  std::vector<Chosen> chosen_;
};

// Items whose labels of the model have the lowest mean score.
class LeastConfidentChooser {
 public:
  static constexpr std::size_t kKept = 12;

  // `group`: as in DomainStats.
  void Add(const LabeledItem& item, std::string_view group);
  void Merge(const LeastConfidentChooser& other) { lowest_.Merge(other.lowest_); }
  // Notes say the mean score.
  std::vector<Sample> Choose() const;

 private:
  LowestChooser lowest_{kKept};
};

struct SampleGroup {
  std::string title;  // "Darkest"
  std::vector<Sample> samples;
};

// The darkest, brightest, blurriest … pictures.
class GalleryChooser {
 public:
  static constexpr std::size_t kKept = 3;  // of each

  GalleryChooser();
  // `features`: FeaturesOf of an item that the model looked at.
  void Add(const LabeledItem& item, std::string_view group,
           const std::array<float, kImageFeatures>& features);
  void Merge(const GalleryChooser& other);
  // Notes say the feature's value.
  std::vector<SampleGroup> Choose() const;

 private:
  std::vector<LowestChooser> lowest_;  // parallel to the kinds in picture_chooser.cc
};

// Labels of the images that DomainStats samples, so that odd ones among them can be shown with
// their boxes.
class SampledLabels {
 public:
  explicit SampledLabels(std::size_t kept = kImageSample) : kept_(kept) {}

  // `key`: ImageKey of the item's name, as DomainStats takes it. Items that the model looked at.
  void Add(std::uint64_t key, const LabeledItem& item);
  void Merge(const SampledLabels& other);
  // In the order of `odd`, the reason as the note; those that were not kept have no labels.
  std::vector<Sample> Find(std::span<const OddImage> odd) const;

 private:
  void Trim();

  std::size_t kept_;
  std::map<std::uint64_t, Sample> by_key_;
};

}  // namespace prelabel
