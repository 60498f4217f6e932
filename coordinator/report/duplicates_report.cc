#include "coordinator/report/duplicates_report.h"

#include <algorithm>
#include <utility>

#include "coordinator/formats/item_names.h"
#include "coordinator/profile/duplicates.h"

namespace prelabel {
namespace {

SimilarReport Name(const SimilarImages& found, const ItemNames& names) {
  SimilarReport report;
  report.compared = found.compared;
  report.groups = found.groups.size();
  report.extra = found.Extra();
  for (const SimilarGroup& group : found.groups) {
    if (report.largest.size() == kDuplicateGroupsNamed) break;
    SimilarGroupReport named{group.images.size(), {}, group.least_cosine};
    for (const ImagePlace& place : group.images) {
      if (named.names.size() == kDuplicatesNamed) break;
      named.names.push_back(names.FileName(place.source, place.item));
    }
    report.largest.push_back(std::move(named));
  }
  return report;
}

}  // namespace

DuplicatesReport NameDuplicates(const DuplicateImages& found, const Dataset& dataset) {
  const ItemNames names(dataset);
  DuplicatesReport report{found.images, Name(found.same, names), {}};
  if (found.near) report.near = Name(*found.near, names);
  return report;
}

}  // namespace prelabel
