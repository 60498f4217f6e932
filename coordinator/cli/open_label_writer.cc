#include "coordinator/cli/open_label_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/job/classify_rules.h"
#include "common/job/label_formats.h"

namespace prelabel {

Result<std::unique_ptr<LabelWriter>> OpenLabelWriter(const std::string& format, bool raw,
                                                     const JobContext& context,
                                                     const std::filesystem::path& path) {
  if (context.card.task == "classify") {
    PRELABEL_TRY(CheckClassifyFormat(format));
  }
  const LabelFileInfo info{context.job.name, PRELABEL_VERSION};
  const Dataset& dataset = context.dataset;
  const ClassMap& classes = context.classes;
  if (format == "coco") return OpenCocoWriter(path, dataset, classes, info);
  if (format == "mot") return OpenMotWriter(path, dataset, classes);
  if (format == "cvat") {
    return OpenCvatWriter(
        path, dataset, classes, info,
        {.min_iou = context.job.output.cvat_min_iou, .interpolation = context.job.interpolation});
  }
  if (format == "datumaro") return OpenDatumaroWriter(path, dataset, classes);
  if (format == "jsonl") return OpenJsonlWriter(path, dataset, classes);
  if (format == "labelstudio") {
    return OpenLabelStudioWriter(path, dataset, classes, context.job.output.cvat_min_iou);
  }
  if (format == "voc") return OpenVocWriter(path, dataset, classes, info);
  if (format == "yolo") return OpenYoloWriter(path, dataset, classes, info, YoloTask::kDetect);
  if (format == "yolo-segment") {
    return OpenYoloWriter(path, dataset, classes, info, YoloTask::kSegment);
  }
  if (format == "coco-results") {
    return OpenCocoResultsWriter(path, dataset, classes, context.card,
                                 raw ? CocoResultsKind::kRaw : CocoResultsKind::kLabels);
  }
  return InvalidArgument(fmt::format("unknown format \"{}\"; write one of {}", format,
                                     fmt::join(ExportFormats(), ", ")));
}

std::filesystem::path DefaultLabelPath(const std::string& format, bool raw, const RunPaths& paths) {
  if (format == "coco-results") {
    return paths.Labels() / (raw ? "coco-results-raw.json" : "coco-results.json");
  }
  if (format == "coco") return paths.Labels() / "coco.json";
  if (format == "jsonl") return paths.Labels() / "labels.jsonl";
  return paths.Labels() / format;
}

std::vector<std::string> ExportFormats() {
  std::vector<std::string> formats = LabelFormats();
  formats.emplace_back("coco-results");
  return formats;
}

}  // namespace prelabel
