#include "common/job/classify_rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace prelabel {

Result<void> CheckClassifyJob(const JobSpec& job, const ModelCard& card) {
  if (card.task != "classify") return Ok();
  for (const DataSource& source : job.data) {
    if (source.kind == SourceKind::kVideo) {
      return InvalidArgument(
          fmt::format(
              "{} says what a picture is (task: classify): a video needs a model that finds "
              "objects; give this one frames as images",
              card.name),
          "data");
    }
    if (source.tiling) {
      return InvalidArgument(
          fmt::format("{} says what a picture as a whole is (task: classify); remove tiling",
                      card.name),
          "data");
    }
  }
  for (const std::string& format : job.output.formats) {
    PRELABEL_TRY(CheckClassifyFormat(format));
  }
  return Ok();
}

Result<void> CheckClassifyFormat(const std::string& format) {
  constexpr const char* kOfPlaces[] = {"mot", "voc", "yolo", "yolo-segment"};
  if (std::find(std::begin(kOfPlaces), std::end(kOfPlaces), format) == std::end(kOfPlaces)) {
    return Ok();
  }
  return InvalidArgument(fmt::format("\"{}\" has no place for what a picture as a whole is; write "
                                     "coco, cvat, datumaro, jsonl or labelstudio",
                                     format),
                         "output.formats");
}

}  // namespace prelabel
