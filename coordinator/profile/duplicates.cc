#include "coordinator/profile/duplicates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "common/base/random.h"

namespace prelabel {
namespace {

Hash128 ContentOf(const ItemResult& result) {
  Hasher hasher;
  hasher.AddNumber(static_cast<std::uint64_t>(result.width));
  hasher.AddNumber(static_cast<std::uint64_t>(result.height));
  const ImageStats& stats = result.stats;
  for (const float value :
       {stats.brightness, stats.contrast, stats.sharpness, stats.entropy, stats.mean_red,
        stats.mean_green, stats.mean_blue, stats.colorfulness}) {
    hasher.AddNumber(std::bit_cast<std::uint32_t>(value));
  }
  for (const Float16 value : result.embedding) hasher.AddNumber(value);
  return hasher.Finish();
}

// Different stretches have different keys, of 2³² sources and 2³⁸ images in each.
std::uint64_t StretchKey(const ImagePlace& place) {
  return MixBits(std::uint64_t{place.source.value} << 32 ^ place.item / kNearStretch);
}

// Sorts in an order without ties and keeps the `limit` first.
template <class T, class Less>
void KeepFirst(std::vector<T>& values, std::size_t limit, Less less) {
  std::sort(values.begin(), values.end(), less);
  if (values.size() > limit)
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(limit), values.end());
}

// Drops all but the `limit` first once twice as many have come, so that adding costs little.
template <class T, class Less>
void Trim(std::vector<T>& values, std::size_t limit, Less less) {
  if (values.size() < 2 * std::max<std::size_t>(limit, 1)) return;
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(limit);
  std::nth_element(values.begin(), end, values.end(), less);
  values.erase(end, values.end());
}

constexpr auto kByContent = [](const auto& a, const auto& b) {
  return a.content != b.content ? a.content < b.content : a.place < b.place;
};
constexpr auto kByStretch = [](const auto& a, const auto& b) {
  return a.key != b.key ? a.key < b.key : a.place < b.place;
};

// Of length 1; empty where it has no direction.
std::vector<float> UnitVector(std::span<const Float16> embedding) {
  std::vector<float> values;
  double squares = 0;
  for (const Float16 bits : embedding) {
    values.push_back(HalfToFloat(bits));
    squares += static_cast<double>(values.back()) * values.back();
  }
  if (!(squares > 0) || !std::isfinite(squares)) return {};
  const double scale = 1 / std::sqrt(squares);
  for (float& value : values) value = static_cast<float>(value * scale);
  return values;
}

// The first ones of groups. Their vectors, of length 1, stand in blocks, value by value, so that
// sums of many run side by side in vector registers and are the same with registers of any width.
class Leaders {
 public:
  explicit Leaders(std::size_t dimensions) : dimensions_(dimensions) {}

  void Add(std::span<const float> vector, const PictureLook& look) {
    if (count() % kBlock == 0) values_.resize(values_.size() + dimensions_ * kBlock);
    float* block = values_.data() + count() / kBlock * dimensions_ * kBlock;
    for (std::size_t d = 0; d < dimensions_; ++d) block[d * kBlock + count() % kBlock] = vector[d];
    looks_.push_back(look);
  }

  struct Nearest {
    std::size_t position = 0;
    float cosine = 0;
  };
  // Of those that are nearly the same the one with the highest cosine, the first of equal ones.
  std::optional<Nearest> Find(std::span<const float> vector, const PictureLook& look) const {
    std::optional<Nearest> best;
    for (std::size_t first = 0; first < count(); first += kBlock) {
      const float* block = values_.data() + first * dimensions_;
      std::array<float, kBlock> cosines{};
      for (std::size_t d = 0; d < dimensions_; ++d) {
        const float value = vector[d];
        for (std::size_t i = 0; i < kBlock; ++i) cosines[i] += value * block[d * kBlock + i];
      }
      for (std::size_t i = 0; i < std::min(kBlock, count() - first); ++i) {
        if (best && cosines[i] <= best->cosine) continue;
        if (NearlySame(cosines[i], look, looks_[first + i])) best = {first + i, cosines[i]};
      }
    }
    return best;
  }

 private:
  static constexpr std::size_t kBlock = 64;

  std::size_t count() const { return looks_.size(); }

  std::size_t dimensions_;
  std::vector<float> values_;
  std::vector<PictureLook> looks_;
};

void LargestFirst(std::vector<SimilarGroup>& groups) {
  std::erase_if(groups, [](const SimilarGroup& group) { return group.images.size() < 2; });
  std::sort(groups.begin(), groups.end(), [](const SimilarGroup& a, const SimilarGroup& b) {
    return a.images.size() != b.images.size() ? a.images.size() > b.images.size()
                                              : a.images.front() < b.images.front();
  });
}

}  // namespace

bool NearlySame(float cosine, const PictureLook& a, const PictureLook& b) {
  if (cosine >= kNearCosine) return true;
  if (!(cosine >= kRecodedCosine)) return false;
  const auto close = [&](float ImageStats::*value, float most) {
    return std::abs(a.stats.*value - b.stats.*value) <= most;
  };
  return a.aspect <= kRecodedAspect * b.aspect && b.aspect <= kRecodedAspect * a.aspect &&
         close(&ImageStats::brightness, kRecodedMeans) &&
         close(&ImageStats::mean_red, kRecodedMeans) &&
         close(&ImageStats::mean_green, kRecodedMeans) &&
         close(&ImageStats::mean_blue, kRecodedMeans) &&
         close(&ImageStats::contrast, kRecodedSpreads) &&
         close(&ImageStats::colorfulness, kRecodedSpreads);
}

std::uint64_t SimilarImages::Extra() const {
  std::uint64_t extra = 0;
  for (const SimilarGroup& group : groups) extra += group.images.size() - 1;
  return extra;
}

void DuplicateFinder::Add(ImagePlace place, const ItemResult& result) {
  ++images_;
  const Hash128 content = ContentOf(result);
  seen_.push_back({content, place});
  Trim(seen_, limits_.same, kByContent);
  if (result.embedding.empty()) return;
  const PictureLook look{result.stats, static_cast<float>(result.width) /
                                           static_cast<float>(std::max(1, result.height))};
  candidates_.push_back({StretchKey(place), content, place, look, result.embedding});
  Trim(candidates_, limits_.near, kByStretch);
}

SimilarImages DuplicateFinder::FindSame() {
  KeepFirst(seen_, limits_.same, kByContent);
  SimilarImages same;
  same.compared = seen_.size();
  for (auto begin = seen_.begin(); begin != seen_.end();) {
    const auto end = std::find_if(begin, seen_.end(),
                                  [&](const Seen& seen) { return seen.content != begin->content; });
    if (end - begin > 1) {
      SimilarGroup& group = same.groups.emplace_back();
      for (auto seen = begin; seen != end; ++seen) group.images.push_back(seen->place);
    }
    begin = end;
  }
  LargestFirst(same.groups);
  return same;
}

SimilarImages DuplicateFinder::FindNear() {
  KeepFirst(candidates_, limits_.near, kByStretch);
  std::sort(candidates_.begin(), candidates_.end(),
            [](const Candidate& a, const Candidate& b) { return a.place < b.place; });
  SimilarImages near;
  near.compared = candidates_.size();
  const std::size_t dimensions = candidates_.front().embedding.size();
  Leaders leaders(dimensions);
  std::set<Hash128> contents;
  for (const Candidate& candidate : candidates_) {
    if (candidate.embedding.size() != dimensions) continue;
    if (!contents.insert(candidate.content).second) continue;
    const std::vector<float> vector = UnitVector(candidate.embedding);
    if (vector.empty()) continue;
    if (const auto nearest = leaders.Find(vector, candidate.look)) {
      SimilarGroup& group = near.groups[nearest->position];
      group.images.push_back(candidate.place);
      group.least_cosine = std::min(group.least_cosine, nearest->cosine);
    } else {
      leaders.Add(vector, candidate.look);
      near.groups.push_back({{candidate.place}, 1.0F});
    }
  }
  LargestFirst(near.groups);
  return near;
}

DuplicateImages DuplicateFinder::Finish() {
  DuplicateImages found;
  found.images = images_;
  found.same = FindSame();
  if (!candidates_.empty()) found.near = FindNear();
  return found;
}

}  // namespace prelabel
