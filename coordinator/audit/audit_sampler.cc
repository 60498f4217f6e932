#include "coordinator/audit/audit_sampler.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "coordinator/audit/allocation.h"
#include "coordinator/profile/score_bin.h"

namespace prelabel {
namespace {

// Whether something with the key belongs to the `most` lowest ones of a heap.
template <class T>
bool Wanted(const std::vector<T>& heap, const Hash128& key, std::uint64_t most) {
  return heap.size() < most || (most > 0 && key < heap.front().key);
}

constexpr auto kByKey = [](const auto& a, const auto& b) { return a.key < b.key; };

template <class T>
void Keep(std::vector<T>& heap, T candidate, std::uint64_t most) {
  if (heap.size() == most) {
    std::pop_heap(heap.begin(), heap.end(), kByKey);
    heap.pop_back();
  }
  heap.push_back(std::move(candidate));
  std::push_heap(heap.begin(), heap.end(), kByKey);
}

// A file name that every system and every tool takes.
std::string PictureFile(std::size_t number, const std::string& name) {
  constexpr std::size_t kLongest = 60;
  std::string base = name.substr(name.rfind('/') + 1);
  const std::size_t dot = base.rfind('.');
  std::string ending = dot == std::string::npos ? "" : base.substr(dot);
  if (dot != std::string::npos) base.resize(dot);
  for (char& c : ending) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  // Others are not shown by all browsers; they are written as JPEG.
  if (ending != ".jpg" && ending != ".jpeg" && ending != ".png") ending = ".jpg";
  base.resize(std::min(base.size(), kLongest));
  for (char& c : base) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    if (!plain) c = '_';
  }
  return fmt::format("{:04}_{}{}", number, base, ending);
}

}  // namespace

AuditSampler::AuditSampler(const ClassMap& classes, InterpolationMethod interpolation,
                           const AuditPlan& plan)
    : plan_(plan),
      digest_(classes, interpolation),
      categories_(classes.categories.size()),
      labels_(classes.categories.size()) {
  for (std::size_t c = 0; c < categories_.size(); ++c) {
    categories_[c].name = classes.categories[c].name;
  }
}

void AuditSampler::Add(const LabeledItem& item, std::string_view name) {
  digest_.Add(item, name);
  for (std::size_t position = 0; position < item.labels.size(); ++position) {
    const Label& label = item.labels[position];
    if (label.class_id == kDrawnClass) continue;
    const auto c = static_cast<std::size_t>(label.category);
    ++categories_[c].labels;
    ++categories_[c].scores[BinOfScore(label.score, kFineBins)];
    const Hash128 key = HashBytes(fmt::format("label {} {}", position, name), plan_.seed);
    // One of each category is drawn in any case.
    const std::uint64_t most = std::max<std::uint64_t>(plan_.labels, 1);
    if (!Wanted(labels_[c], key, most)) continue;
    Keep(labels_[c],
         {key,
          item.source,
          item.item,
          position,
          item.width,
          item.height,
          std::string(name),
          {label.category, label.score, label.box}},
         most);
  }
  if (!item.looked_at || !item.error.empty()) return;
  ++items_;
  const Hash128 key = HashBytes(fmt::format("image {}", name), plan_.seed);
  if (!Wanted(images_, key, plan_.images)) return;
  ImageCandidate candidate{key, {}};
  candidate.picture.source = item.source;
  candidate.picture.item = item.item;
  candidate.picture.name = name;
  candidate.picture.width = item.width;
  candidate.picture.height = item.height;
  for (const Label& label : item.labels) {
    if (label.class_id == kDrawnClass) continue;
    candidate.picture.labels.push_back({label.category, label.score, label.box});
  }
  Keep(images_, std::move(candidate), plan_.images);
}

AuditSample AuditSampler::Finish(const std::string& job) {
  AuditSample sample;
  sample.job = job;
  sample.seed = plan_.seed;
  sample.labels_hash = digest_.Finish();
  sample.items = items_;
  std::vector<std::uint64_t> sizes;
  for (const AuditCategory& category : categories_) sizes.push_back(category.labels);
  const std::vector<std::uint64_t> drawn = plan_.labels > 0
                                               ? AllocateSample(sizes, plan_.labels)
                                               : std::vector<std::uint64_t>(sizes.size(), 0);
  std::vector<LabelCandidate> labels;
  for (std::size_t c = 0; c < categories_.size(); ++c) {
    categories_[c].drawn = drawn[c];
    std::sort_heap(labels_[c].begin(), labels_[c].end(), kByKey);
    labels_[c].resize(drawn[c]);
    std::move(labels_[c].begin(), labels_[c].end(), std::back_inserter(labels));
  }
  std::sort(labels.begin(), labels.end(), [](const LabelCandidate& a, const LabelCandidate& b) {
    return std::tie(a.source, a.item, a.position) < std::tie(b.source, b.item, b.position);
  });
  for (LabelCandidate& label : labels) {
    if (sample.checked.empty() || sample.checked.back().name != label.name) {
      AuditPicture picture;
      picture.source = label.source;
      picture.item = label.item;
      picture.name = label.name;
      picture.file = PictureFile(sample.checked.size() + 1, label.name);
      picture.width = label.width;
      picture.height = label.height;
      sample.checked.push_back(std::move(picture));
    }
    sample.checked.back().labels.push_back(label.box);
  }
  std::sort(images_.begin(), images_.end(), [](const ImageCandidate& a, const ImageCandidate& b) {
    return std::tie(a.picture.source, a.picture.item) < std::tie(b.picture.source, b.picture.item);
  });
  for (ImageCandidate& image : images_) {
    image.picture.file = PictureFile(sample.whole.size() + 1, image.picture.name);
    sample.whole.push_back(std::move(image.picture));
  }
  sample.categories = std::move(categories_);
  const std::string made_of =
      fmt::format("{} {} {} {}", sample.labels_hash, plan_.seed, plan_.labels, plan_.images);
  sample.id = ToHex(HashBytes(made_of)).substr(0, 8);
  return sample;
}

}  // namespace prelabel
