#include "coordinator/profile/domain_stats.h"

#include <algorithm>
#include <cmath>

#include "common/base/hash.h"
#include "common/base/random.h"
#include "coordinator/profile/score_bin.h"

namespace prelabel {
namespace {

constexpr std::string_view kFurtherSlices = "further slices";

std::uint64_t KeyOf(std::string_view text) {
  const Hash128 hash = HashBytes(text);
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | hash[i];
  return key;
}

// Keeps the `limit` lowest keys once twice as many have come, so that adding costs little.
template <class T>
void KeepLowest(std::vector<T>& sample, std::size_t limit) {
  if (sample.size() <= limit) return;
  std::nth_element(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(limit),
                   sample.end(), [](const T& a, const T& b) { return a.key < b.key; });
  sample.resize(limit);
}

template <class T>
void AddToSample(std::vector<T>& sample, std::size_t limit, T&& entry) {
  sample.push_back(std::move(entry));
  if (sample.size() >= 2 * limit) KeepLowest(sample, limit);
}

template <class T>
void Sort(std::vector<T>& sample, std::size_t limit) {
  KeepLowest(sample, limit);
  std::sort(sample.begin(), sample.end(), [](const T& a, const T& b) { return a.key < b.key; });
}

std::size_t Bin(double part, std::size_t bins) {
  const double bin = std::floor(part * static_cast<double>(bins));
  return static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(bins - 1)));
}

template <class Array>
void AddTo(Array& sum, const Array& other) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
}

void AddTo(ClassDomain& sum, const ClassDomain& other) {
  sum.seen += other.seen;
  sum.images += other.images;
  AddTo(sum.scores, other.scores);
  AddTo(sum.areas, other.areas);
  AddTo(sum.aspects, other.aspects);
  if (sum.embedding_sum.empty()) {
    sum.embedding_sum = other.embedding_sum;
  } else if (other.embedding_sum.size() == sum.embedding_sum.size()) {
    AddTo(sum.embedding_sum, other.embedding_sum);
  }
  sum.embeddings += other.embeddings;
}

SampledBox Describe(const Prediction& prediction, int width, int height) {
  const double w = std::max(prediction.box.Width(), 1e-3F);
  const double h = std::max(prediction.box.Height(), 1e-3F);
  const double share = w * h / (std::max(width, 1) * static_cast<double>(std::max(height, 1)));
  return {prediction.class_id, prediction.score, static_cast<float>(std::min(share, 1.0)),
          static_cast<float>(w / h)};
}

SliceDomain& FindSlice(std::vector<SliceDomain>& slices, std::string_view name) {
  const auto find = [&](std::string_view wanted) {
    return std::find_if(slices.begin(), slices.end(),
                        [&](const SliceDomain& slice) { return slice.name == wanted; });
  };
  auto found = find(name);
  if (found == slices.end() && slices.size() >= kSliceLimit) found = find(kFurtherSlices);
  if (found != slices.end()) return *found;
  slices.push_back({});
  slices.back().name = slices.size() > kSliceLimit ? kFurtherSlices : name;
  return slices.back();
}

}  // namespace

std::size_t JackknifeGroup(std::string_view group) { return KeyOf(group) % kJackknifeGroups; }

void Reliability::Merge(const Reliability& other) {
  if (other.empty()) return;
  if (empty()) {
    *this = other;
    return;
  }
  for (std::size_t i = 0; i < std::min(cells_.size(), other.cells_.size()); ++i) {
    cells_[i].boxes += other.cells_[i].boxes;
    cells_[i].right += other.cells_[i].right;
  }
  if (objects.size() < other.objects.size()) objects.resize(other.objects.size());
  for (std::size_t i = 0; i < other.objects.size(); ++i) objects[i] += other.objects[i];
}

DomainStats::DomainStats(std::size_t classes) { totals_.classes.resize(classes); }

void DomainStats::Add(const ItemToAdd& item) {
  const ItemResult& result = item.result;
  SampledImage image;
  image.key = KeyOf(item.name);
  image.source = item.source;
  image.item = result.item;
  image.features = FeaturesOf(result);
  image.embedding = result.embedding;

  ++totals_.images;
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    ++totals_.features[f][FeatureBin(static_cast<ImageFeature>(f), image.features[f])];
  }
  totals_.embedding.Add(result.embedding);

  const std::size_t per_box =
      result.predictions.empty() ? 0 : result.box_embeddings.size() / result.predictions.size();
  const std::size_t group = item.truth.empty() ? 0 : JackknifeGroup(item.group);
  if (!item.truth.empty() && totals_.reliability.empty()) {
    totals_.reliability = Reliability(totals_.classes.size());
    totals_.reliability.objects.resize(totals_.classes.size());
  }
  std::uint64_t seen = 0;
  seen_classes_.clear();
  for (std::size_t i = 0; i < result.predictions.size(); ++i) {
    const Prediction& prediction = result.predictions[i];
    if (prediction.class_id >= totals_.classes.size()) continue;
    ClassDomain& domain = totals_.classes[prediction.class_id];
    const std::size_t bin = BinOfScore(prediction.score, kReliabilityBins);
    ++domain.scores[bin];
    if (i < item.truth.size() && item.truth[i] != Truth::kUnknown &&
        item.truth[i] != Truth::kIgnored) {
      ReliabilityCell& cell = totals_.reliability.at(group, prediction.class_id, bin);
      ++cell.boxes;
      if (item.truth[i] == Truth::kRight) ++cell.right;
    }
    if (prediction.score < kSampledScore) continue;
    const SampledBox box = Describe(prediction, result.width, result.height);
    if (image.boxes.size() < kSampledBoxes) image.boxes.push_back(box);
    if (prediction.score < kSeenScore) continue;
    ++seen;
    ++domain.seen;
    if (std::find(seen_classes_.begin(), seen_classes_.end(), prediction.class_id) ==
        seen_classes_.end()) {
      seen_classes_.push_back(prediction.class_id);
      ++domain.images;
    }
    ++domain.areas[Bin(std::sqrt(static_cast<double>(box.area)), kGeometryBins)];
    ++domain.aspects[Bin((std::log2(static_cast<double>(box.aspect)) + 4) / 8, kGeometryBins)];
    if (per_box == 0) continue;
    const std::span<const Float16> embedding(result.box_embeddings.data() + i * per_box, per_box);
    totals_.box_embedding.Add(embedding);
    domain.embedding_sum.resize(std::max(domain.embedding_sum.size(), per_box));
    for (std::size_t d = 0; d < per_box; ++d) domain.embedding_sum[d] += HalfToFloat(embedding[d]);
    ++domain.embeddings;
    // Another hash than the image's, so that the sample of boxes is not that of images.
    const std::uint64_t key = MixBits(image.key + (i + 1) * SplitMix64::kStep);
    AddToSample(totals_.box_sample, kBoxSample,
                {key, image.key, prediction.class_id, prediction.score,
                 std::vector<Float16>(embedding.begin(), embedding.end())});
  }
  totals_.seen += seen;
  for (const std::string& name : item.slices) {
    SliceDomain& slice = FindSlice(totals_.slices, name);
    ++slice.images;
    slice.seen += seen;
    AddToSample(slice.sample, kSliceSample, SampledImage(image));
  }
  AddToSample(totals_.sample, kImageSample, std::move(image));
}

void DomainStats::AddObjects(std::size_t class_id, std::uint64_t count) {
  if (totals_.reliability.empty()) {
    totals_.reliability = Reliability(totals_.classes.size());
    totals_.reliability.objects.resize(totals_.classes.size());
  }
  if (class_id < totals_.classes.size()) totals_.reliability.objects[class_id] += count;
}

void DomainStats::Merge(const DomainStats& other) {
  totals_.images += other.totals_.images;
  totals_.seen += other.totals_.seen;
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    AddTo(totals_.features[f], other.totals_.features[f]);
  }
  for (std::size_t c = 0; c < totals_.classes.size(); ++c) {
    AddTo(totals_.classes[c], other.totals_.classes[c]);
  }
  totals_.embedding.Merge(other.totals_.embedding);
  totals_.box_embedding.Merge(other.totals_.box_embedding);
  totals_.reliability.Merge(other.totals_.reliability);
  const auto append = [](auto& sample, const auto& others, std::size_t limit) {
    sample.insert(sample.end(), others.begin(), others.end());
    if (sample.size() >= 2 * limit) KeepLowest(sample, limit);
  };
  append(totals_.sample, other.totals_.sample, kImageSample);
  append(totals_.box_sample, other.totals_.box_sample, kBoxSample);
  for (const SliceDomain& theirs : other.totals_.slices) {
    SliceDomain& slice = FindSlice(totals_.slices, theirs.name);
    slice.images += theirs.images;
    slice.seen += theirs.seen;
    append(slice.sample, theirs.sample, kSliceSample);
  }
}

DomainTotals DomainStats::Finish() const {
  DomainTotals totals = totals_;
  Sort(totals.sample, kImageSample);
  Sort(totals.box_sample, kBoxSample);
  for (SliceDomain& slice : totals.slices) Sort(slice.sample, kSliceSample);
  return totals;
}

}  // namespace prelabel
