// The parts of a dataset that reports look at apart: sources, folders, stretches of a video. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/ids.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

inline constexpr std::size_t kVideoStretches = 12;

// The dataset outlives this.
class ItemSlices {
 public:
  explicit ItemSlices(const Dataset& dataset);

  // Those that an item belongs to: "source: NAME" where the job has several; "folder: PATH" below
  // the source's root where its pictures lie in several; "COLUMN: VALUE" of a manifest; "time: NAME
  // 0:40-1:20" of videos, at most kVideoStretches of equal length, none under ten seconds. Valid
  // until the next call.
  const std::vector<std::string>& Of(SourceId source, std::uint64_t item);

 private:
  const Dataset& dataset_;
  std::vector<char> has_folders_;  // by source
  std::vector<std::string> slices_;
};

// The same for frames within ten seconds of a video, and for one image: items that may look alike
// because they are neighbors.
std::string NeighborhoodOf(const Dataset& dataset, SourceId source, std::uint64_t item,
                           std::string_view file_name);

}  // namespace prelabel
