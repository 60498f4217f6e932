#include "coordinator/audit/label_digest.h"

#include <bit>
#include <cstdint>

namespace prelabel {

void LabelDigest::Add(const LabeledItem& item, std::string_view name) {
  if (!item.looked_at && item.labels.empty()) return;
  hasher_.AddNumber(name.size());
  hasher_.Add(name);
  hasher_.AddNumber(item.looked_at && item.error.empty() ? 1 : 0);
  for (const Label& label : item.labels) {
    if (label.class_id == kDrawnClass) continue;
    const std::string& category =
        classes_.categories[static_cast<std::size_t>(label.category)].name;
    hasher_.AddNumber(category.size());
    hasher_.Add(category);
    for (const float value :
         {label.score, label.box.x1, label.box.y1, label.box.x2, label.box.y2}) {
      hasher_.AddNumber(std::bit_cast<std::uint32_t>(value));
    }
  }
}

std::string LabelDigest::Finish() const { return ToHex(hasher_.Finish()); }

}  // namespace prelabel
