#include "coordinator/audit/label_digest.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace prelabel {

LabelDigest::LabelDigest(const ClassMap& classes, InterpolationMethod interpolation) {
  hasher_.AddNumber(static_cast<std::uint64_t>(interpolation));
  for (const Category& category : classes.categories) {
    hasher_.AddNumber(category.name.size());
    hasher_.Add(category.name);
  }
}

void LabelDigest::Add(const LabeledItem& item, std::string_view name) {
  if (!item.looked_at && item.labels.empty()) return;
  hasher_.AddNumber(name.size());
  hasher_.Add(name);
  hasher_.AddNumber(item.looked_at && item.error.empty() ? 1 : 0);
  std::vector<std::pair<int, std::uint32_t>> between;  // category and track
  for (const Label& label : item.labels) {
    if (label.class_id == kDrawnClass) continue;
    if (label.source == LabelSource::kInterpolated) {
      between.emplace_back(label.category, label.track_id);
      continue;
    }
    hasher_.AddNumber(static_cast<std::uint64_t>(label.category));
    for (const float value :
         {label.score, label.box.x1, label.box.y1, label.box.x2, label.box.y2}) {
      hasher_.AddNumber(std::bit_cast<std::uint32_t>(value));
    }
  }
  std::sort(between.begin(), between.end());  // their order in the item is that of their scores
  for (const auto& [category, track] : between) {
    hasher_.AddNumber(static_cast<std::uint64_t>(category));
    hasher_.AddNumber(track);
  }
}

std::string LabelDigest::Finish() const { return ToHex(hasher_.Finish()); }

}  // namespace prelabel
