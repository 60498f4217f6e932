#include "coordinator/cli/item_slices.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr double kNeighborhoodSeconds = 10;

std::string_view FolderOf(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view(".") : file.substr(0, slash);
}

std::string Clock(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ItemSlices::ItemSlices(const Dataset& dataset) : dataset_(dataset) {
  for (const SourceItems& source : dataset.sources) {
    const bool images = source.kind == SourceKind::kImages && !source.files.empty();
    has_folders_.push_back(
        images && std::any_of(source.files.begin(), source.files.end(), [&](const auto& file) {
          return FolderOf(file) != FolderOf(source.files.front());
        }));
  }
}

const std::vector<std::string>& ItemSlices::Of(SourceId source, std::uint64_t item) {
  slices_.clear();
  const SourceItems& items = dataset_.sources[source.value];
  if (dataset_.sources.size() > 1) slices_.push_back("source: " + items.name);
  if (has_folders_[source.value] != 0) {
    slices_.push_back(fmt::format("folder: {}{}{}", dataset_.sources.size() > 1 ? items.name : "",
                                  dataset_.sources.size() > 1 ? "/" : "",
                                  FolderOf(items.files[item])));
  }
  if (!items.item_notes.empty()) {
    for (const std::uint32_t note : items.item_notes[item]) slices_.push_back(items.notes[note]);
  }
  if (items.kind == SourceKind::kVideo && items.ItemCount() > 0) {
    const double length =
        items.index.TimestampSeconds(static_cast<std::int64_t>(items.ItemCount()) - 1);
    const double stretches =
        std::clamp(std::floor(length / kNeighborhoodSeconds), 1.0, double{kVideoStretches});
    if (stretches > 1) {
      const double each = length / stretches;
      const double at = items.index.TimestampSeconds(static_cast<std::int64_t>(item));
      const double first = std::clamp(std::floor(at / each), 0.0, stretches - 1);
      slices_.push_back(fmt::format("time: {} {}-{}", items.name, Clock(first * each),
                                    Clock((first + 1) * each)));
    }
  }
  return slices_;
}

std::string NeighborhoodOf(const Dataset& dataset, SourceId source, std::uint64_t item,
                           std::string_view file_name) {
  const SourceItems& items = dataset.sources[source.value];
  if (items.kind != SourceKind::kVideo) return std::string(file_name);
  const double at = items.index.TimestampSeconds(static_cast<std::int64_t>(item));
  return fmt::format("{}/{}", items.name, std::floor(at / kNeighborhoodSeconds));
}

}  // namespace prelabel
