#include "coordinator/routing/review_file.h"

#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "coordinator/formats/json_text.h"
#include "coordinator/formats/output_file.h"

namespace prelabel {

std::vector<std::string> ReasonsOf(const ReviewItem& item, const ClassMap& classes) {
  std::vector<std::string> reasons;
  if (!item.error.empty()) reasons.push_back("It has no labels: " + item.error + ".");
  if (!item.odd.empty()) reasons.push_back("It stands out: " + item.odd + ".");
  const std::uint32_t labels = item.labels_review + item.labels_manual;
  if (labels > 0) {
    std::string text = fmt::format("Of {} to look at {:.1f} {} expected to be wrong",
                                   labels == 1 ? "1 label" : fmt::format("{} labels", labels),
                                   item.expected_wrong, labels == 1 ? "is" : "are");
    if (item.category >= 0) {
      const Category& category = classes.categories[static_cast<std::size_t>(item.category)];
      text += (labels == 1 ? ": " : ", mostly ") + category.name;
    }
    reasons.push_back(text + ".");
  }
  if (item.labels_manual > 0) {
    reasons.push_back(fmt::format("{} of a class that is better drawn by hand.",
                                  item.labels_manual == 1
                                      ? std::string("1 label is")
                                      : fmt::format("{} labels are", item.labels_manual)));
  }
  return reasons;
}

std::string FormatQueuedItem(const QueuedItem& queued, std::size_t rank, const Dataset& dataset,
                             const ItemNames& names, const ClassMap& classes) {
  const ReviewItem& item = queued.item;
  std::string line;
  auto out = std::back_inserter(line);
  fmt::format_to(out, "{{\"rank\": {}, \"file_name\": {}, \"source\": {}, \"item\": {}", rank,
                 JsonString(names.FileName(item.source, item.item)),
                 JsonString(dataset.sources[item.source.value].name), item.item);
  if (item.at) fmt::format_to(out, ", \"timestamp\": {:.6f}", *item.at);
  fmt::format_to(out,
                 ", \"expected_errors\": {:.3f}, \"seconds\": {:.1f}, \"minutes\": {:.2f}, "
                 "\"labels_review\": {}, \"labels_manual\": {}, \"reasons\": [",
                 item.expected_errors, item.seconds, queued.minutes, item.labels_review,
                 item.labels_manual);
  const char* separator = "";
  for (const std::string& reason : ReasonsOf(item, classes)) {
    fmt::format_to(out, "{}{}", separator, JsonString(reason));
    separator = ", ";
  }
  return line + "]}";
}

Result<void> WriteReviewQueue(const std::filesystem::path& file, std::span<const QueuedItem> queue,
                              const Dataset& dataset, const ClassMap& classes) {
  const ItemNames names(dataset);
  PRELABEL_TRY(OutputFile lines, OutputFile::Create(file));
  for (std::size_t i = 0; i < queue.size(); ++i) {
    lines.Append(FormatQueuedItem(queue[i], i + 1, dataset, names, classes) + "\n");
    PRELABEL_TRY(lines.Spill());
  }
  return lines.Commit();
}

}  // namespace prelabel
