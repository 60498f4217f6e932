// The names and numbers that exports and reports give to the items of a dataset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// The dataset outlives this.
class ItemNames {
 public:
  explicit ItemNames(const Dataset& dataset);

  // Images: the path relative to the source's root, behind the source's name where another source
  // has an image of the same path. Frames: <video>/frame_000000.jpg, 0-based.
  std::string FileName(SourceId source, std::uint64_t item) const;

  // Position in the dataset plus 1. Unreadable items count, so that no other item's id depends on
  // whether they could be read.
  std::uint64_t ImageId(SourceId source, std::uint64_t item) const;

 private:
  const Dataset& dataset_;
  std::vector<std::string> prefix_;    // by source; ends with '/' or is empty
  std::vector<std::uint64_t> before_;  // by source: items of the sources before it
};

}  // namespace prelabel
