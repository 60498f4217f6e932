// A small report whose every number is known: two images, a video of three frames and one item that
// could not be read.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "coordinator/report/report.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {

// car: image a (0.75) and, as track 1 of `road`, frames 0 (0.9), 1 (0.8, interpolated), 2 (0.8).
// dog: a raw prediction of 0.0625 in image a. truck: dropped, a raw prediction of 0.5 in image a.
inline void FillSmallRun(TestRun& run) {
  run.job.name = "small <run>";
  run.job.labels.classes["car"] = {"motor car", {}};
  run.job.labels.classes["dog"] = {"dog", 0.5F};
  run.dataset.sources = {ImageSource("photos", {"a.jpg", "bad.jpg"}), VideoSource("road", 3, 2)};
  run.Commit(run.AddDetect(0, 0, 2), {Seen(0, {{0, 0.75F, {0, 0, 10, 10}},
                                               {1, 0.5F, {50, 0, 60, 10}},
                                               {2, 0.0625F, {90, 0, 99, 10}}}),
                                      Unreadable(1, "no picture & no text")});
  run.Commit(run.AddDetect(1, 0, 2, 2),
             {Seen(0, {{0, 0.9F, {0, 0, 100, 50}}}), Seen(2, {{0, 0.8F, {20, 0, 120, 50}}})});
}

inline RunTotals Count(TestRun& run) {
  RunStats stats(run.dataset.sources.size(), run.Classes());
  EXPECT_TRUE(run.Visit([&](const LabeledItem& item) -> Result<void> {
    stats.Add(item);
    return Ok();
  }));
  return stats.Finish();
}

inline RunInfo SmallRunInfo() {
  RunInfo info;
  info.version = "0.1.0";
  info.started = "2024-05-01 12:00";
  info.seconds = 2;
  info.items_run = 4;
  info.items_per_second = 2;
  info.workers = {"host/1", "host/2"};
  info.compute_classes = {"cpu AVX2 fp32"};
  info.retry_command = "prelabel run 'a & b.yaml' --retry-failed";
  return info;
}

inline Report SmallReport(RunInfo info = SmallRunInfo()) {
  TestRun run;
  FillSmallRun(run);
  return BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), std::move(info),
                     {});
}

}  // namespace prelabel
