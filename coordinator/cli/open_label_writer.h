// The label formats by their names.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/formats/label_writer.h"

namespace prelabel {

// `format`: one of label_formats.h, or coco-results, of which `raw` is what the model said.
// InvalidArgument: there is no such format, or it cannot hold this dataset. The context outlives
// the writer.
Result<std::unique_ptr<LabelWriter>> OpenLabelWriter(const std::string& format, bool raw,
                                                     const JobContext& context,
                                                     const std::filesystem::path& path);

// The file or folder below the run's labels that a format is written to.
std::filesystem::path DefaultLabelPath(const std::string& format, bool raw, const RunPaths& paths);

// What `prelabel export` writes: those of label_formats.h, and coco-results.
std::vector<std::string> ExportFormats();

}  // namespace prelabel
