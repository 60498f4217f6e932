#include "coordinator/routing/work_time.h"

#include <algorithm>
#include <cstddef>

namespace prelabel {

void WorkCounts::Add(const LabeledItem& item, SourceKind kind) {
  if (item.drawn) return;
  const bool video = kind == SourceKind::kVideo;
  ++(video ? frames : images);
  if (!item.error.empty()) ++(video ? quarantined_frames : quarantined_images);
  int last = -1;  // labels are sorted by category
  for (const Label& label : item.labels) {
    OfCategory& category = categories[static_cast<std::size_t>(label.category)];
    ++(video ? category.video_labels : category.labels);
    if (label.category != last) ++(video ? category.frames : category.images);
    last = label.category;
  }
}

double BreakEven(const ReviewOptions& times) {
  const double check = times.seconds_per_check;
  return std::min(1.0, 2 * check / (times.seconds_per_box + check));
}

}  // namespace prelabel
