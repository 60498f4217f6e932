// Labels, reports and exports of a run, from what its store holds. No model runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/report/report.h"
#include "coordinator/routing/route.h"
#include "coordinator/store/store.h"

namespace prelabel {

inline constexpr char kRunInfoKey[] = "run_info";  // store meta: what the last session measured

// Session figures for the report, kept in the store so that `prelabel report` can show them again.
std::string FormatRunInfo(const RunInfo& info);
RunInfo ParseRunInfo(const std::string& text);

struct WrittenOutputs {
  Report report;
  std::vector<std::filesystem::path> files;  // labels in each format, then the reports
  std::vector<TaskId> damaged;               // tasks whose stored results must be made again
};

// Two passes over the merged labels: the first judges them (assess_run.h), the second feeds the
// job's label formats, the review queue, report.json and report.html.
Result<WrittenOutputs> WriteOutputs(const JobContext& context, Store& store, RunInfo info);

struct ExportedLabels {
  std::filesystem::path path;
  std::vector<TaskId> damaged;  // as above; their items have no labels
};

// `format`: see open_label_writer.h; `raw` with coco-results only. `route`: only labels that go
// that way.
Result<ExportedLabels> ExportLabels(const JobContext& context, Store& store,
                                    const std::string& format, bool raw,
                                    const std::filesystem::path& out,
                                    std::optional<Route> route = {});

// One line that names damaged tasks: "2 stored results were damaged on disk (tasks 3, 9)".
std::string DescribeDamage(const std::vector<TaskId>& damaged);

// The command that goes on with the run in a directory, for a shell, without options.
std::string RunAgainCommand(const RunPaths& paths);

// Every frame of every video that the labels name, as <folder>/<video>/frame_000000.jpg.
// Returns how many; damaged frames are left out.
Result<std::uint64_t> ExportFrames(const JobContext& context, const std::filesystem::path& folder);

}  // namespace prelabel
