#include "coordinator/cli/report_pictures.h"

#include <utility>
#include <vector>

#include "coordinator/profile/image_features.h"

namespace prelabel {

ReportPictures::ReportPictures(const Dataset& dataset, std::span<const OddImage> odd)
    : dataset_(dataset), odd_(odd) {
  for (const OddImage& image : odd) {
    odd_samples_[{image.source, image.item}] = {image.source, image.item, {}, image.reason};
  }
}

void ReportPictures::Add(const LabeledItem& item, std::string_view group) {
  samples_.Add(item);
  if (item.raw == nullptr) return;
  least_confident_.Add(item, group);
  gallery_.Add(item, group, FeaturesOf(*item.raw));
  const auto odd = odd_samples_.find({item.source, item.item});
  if (odd != odd_samples_.end()) odd->second.labels = item.labels;
}

void ReportPictures::Take(const PictureReader& read, Report& report) const {
  report.samples = TakeSamples(samples_.Choose(), dataset_, read);
  report.least_confident = TakeSamples(least_confident_.Choose(), dataset_, read, kThumbWidth);
  std::vector<Sample> odd;
  for (const OddImage& image : odd_) odd.push_back(odd_samples_.at({image.source, image.item}));
  report.odd = TakeSamples(odd, dataset_, read, kThumbWidth);
  for (const SampleGroup& group : gallery_.Choose()) {
    std::vector<SamplePicture> pictures = TakeSamples(group.samples, dataset_, read, kThumbWidth);
    if (!pictures.empty()) report.gallery.push_back({group.title, std::move(pictures)});
  }
}

}  // namespace prelabel
