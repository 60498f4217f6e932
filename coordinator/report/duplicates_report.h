// Images that a run has more than once, with the names that people know them by. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/scan/dataset.h"

namespace prelabel {

struct DuplicateImages;  // coordinator/profile/duplicates.h

inline constexpr std::size_t kDuplicateGroupsNamed = 50;  // of a kind
inline constexpr std::size_t kDuplicatesNamed = 10;       // of a group

struct SimilarGroupReport {
  std::uint64_t images = 0;
  std::vector<std::string> names;  // as in the labels: the first of them, in dataset order
  float least_cosine = 1;          // of any of them with the first
};

struct SimilarReport {
  std::uint64_t compared = 0;               // images
  std::uint64_t groups = 0;                 // of two and more
  std::uint64_t extra = 0;                  // images in these, without the first of each
  std::vector<SimilarGroupReport> largest;  // most images first
};

struct DuplicatesReport {
  std::uint64_t images = 0;           // that the model looked at; frames of videos are left out
  SimilarReport same;                 // copies
  std::optional<SimilarReport> near;  // absent where the model has no feature map
};

DuplicatesReport NameDuplicates(const DuplicateImages& found, const Dataset& dataset);

}  // namespace prelabel
