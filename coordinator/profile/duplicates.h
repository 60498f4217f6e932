// Images that a dataset has more than once: copies, and pictures that are nearly the same (another
// quality, another size, a little cropped or brightened). One streaming pass in any order: Add,
// then Finish. Memory does not grow beyond the two limits. Not thread-safe; no disk, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "common/base/float16.h"
#include "common/base/hash.h"
#include "common/base/ids.h"
#include "common/labels/prediction.h"

namespace prelabel {

// Two pictures are nearly the same where the cosine of their embeddings is at least kNearCosine,
// or, since compression and scaling change what a model makes of fine detail and leave light, color
// and shape, at least kRecodedCosine with these as close as that. Measured with NanoDet-g;
// docs/report.md has the figures.
inline constexpr float kNearCosine = 0.97F;
inline constexpr float kRecodedCosine = 0.8F;
inline constexpr float kRecodedMeans = 0.006F;    // of brightness, red, green and blue, each
inline constexpr float kRecodedSpreads = 0.025F;  // of contrast and colorfulness, each
inline constexpr float kRecodedAspect = 1.02F;    // quotient of the two; rounded sizes differ a bit

// Of a picture, what does not depend on fine detail.
struct PictureLook {
  ImageStats stats;
  float aspect = 0;  // width / height
};
bool NearlySame(float cosine, const PictureLook& a, const PictureLook& b);

struct DuplicateLimits {
  // Images of which copies are looked for: those with the lowest hashes of what they look like, so
  // that either all copies of a picture are among them or none. 32 bytes each, twice at times.
  std::size_t same = 1'000'000;
  // Images that are compared with each other, each with all before it: whole stretches of
  // kNearStretch neighbors, drawn at random, since pictures of a burst lie side by side. About
  // 200 bytes each, twice at times.
  std::size_t near = 20'000;
};
inline constexpr std::uint64_t kNearStretch = 64;

struct ImagePlace {
  SourceId source;
  std::uint64_t item = 0;  // within the source
  friend bool operator==(const ImagePlace&, const ImagePlace&) = default;
  bool operator<(const ImagePlace& other) const {
    return std::tie(source.value, item) < std::tie(other.source.value, other.item);
  }
};

struct SimilarGroup {
  std::vector<ImagePlace> images;  // two at least, in dataset order
  float least_cosine = 1;          // of any of them with the first
};

struct SimilarImages {
  std::uint64_t compared = 0;        // images
  std::vector<SimilarGroup> groups;  // most images first, then in dataset order
  std::uint64_t Extra() const;       // images in groups, without the first of each
};

struct DuplicateImages {
  std::uint64_t images = 0;  // that were added
  // Of one size, with all statistics and the embedding equal to the bit: the model saw the same
  // pixels.
  SimilarImages same;
  // Each nearly like the first of its group, and in the group to whose first it is nearest. Of
  // copies only one is here. Absent where no image has an embedding.
  std::optional<SimilarImages> near;
};

class DuplicateFinder {
 public:
  explicit DuplicateFinder(DuplicateLimits limits = {}) : limits_(limits) {}

  // An image that the model looked at, each once. Frames of videos do not belong here: neighbors
  // are nearly the same by nature.
  void Add(ImagePlace place, const ItemResult& result);
  DuplicateImages Finish();  // once, at the end

 private:
  struct Seen {
    Hash128 content{};
    ImagePlace place;
  };
  struct Candidate {
    std::uint64_t key = 0;  // of its stretch
    Hash128 content{};
    ImagePlace place;
    PictureLook look;
    std::vector<Float16> embedding;
  };

  SimilarImages FindSame();
  SimilarImages FindNear();

  DuplicateLimits limits_;
  std::uint64_t images_ = 0;
  std::vector<Seen> seen_;
  std::vector<Candidate> candidates_;
};

}  // namespace prelabel
