// Small reports whose every number is known: two images, a video of three frames and one item that
// could not be read; and two videos of which one is hard to interpolate.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "coordinator/merge/link_input.h"
#include "coordinator/report/report.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {

// car: image a (0.75) and, as track 1 of `road`, frames 0 (0.9), 1 (interpolated), 2 (0.8). Along
// the track scores are smoothed to (3 · .9 + 2 · .8) / 5 = .86 and .84. The car moves by 20 pixels
// and has a size of √(100 · 50): an IoU of 1 - .2 · 20 / 70.71 = .943431 is expected of frame 1,
// and the mean score is (.75 + .86 + .84 + .84 · .943431) / 4 = .810621. dog: a raw prediction of
// 0.0625 in image a. truck: dropped, a raw prediction of 0.5 in image a.
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

// Two videos of 41 frames, one frame in ten looked at. `bend`: a car that stands still but for
// frame 20, where it is 60 of its 100 pixels off to the right. `calm`: one that stands still.
// Left out and interpolated over, frames 10, 20 and 30 of `bend` have an IoU of 70/130, 40/160 and
// 70/130; that is a loss of 6/13 a hundred frames² in the outer gaps and (6/13 + 3/4) / 2 in the
// inner ones (interpolation_trust.h). A gap of ten frames loses 165 times that, a keyframe in its
// middle is worth 125 times that and one in the middle of a half of it 15 times (keyframe_worth.h).
inline void FillBentRun(TestRun& run) {
  run.job.name = "bent";
  run.dataset.sources = {VideoSource("calm", 41, 10), VideoSource("bend", 41, 10)};
  for (std::uint32_t s = 0; s < 2; ++s) {
    std::vector<ItemResult> items;
    Track track{1, 0, {}};
    for (int frame = 0; frame <= 40; frame += 10) {
      const float x = s == 1 && frame == 20 ? 60 : 0;
      const Box box{x, 0, x + 100, 100};
      items.push_back(Seen(frame, {{0, 0.9F, box}}));
      track.keyframes.push_back({frame, box, 0.9F});
    }
    run.Commit(run.AddDetect(s, 0, 5, 10), std::move(items));
    run.Commit(run.AddTask(TaskKind::kLink, s, 0, 0), {}, {track});
    EXPECT_TRUE(run.store.PutMeta(
        LinkOptionsKey(SourceId(s)),
        FormatLinkOptions(run.job.labels, run.Classes(), run.dataset.sources[s])));
  }
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

inline Report BentReport(InterpolationMethod method = InterpolationMethod::kLinear) {
  TestRun run;
  run.job.interpolation = method;
  FillBentRun(run);
  return BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), {}, {});
}

inline Report SmallReport(RunInfo info = SmallRunInfo()) {
  TestRun run;
  FillSmallRun(run);
  return BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), std::move(info),
                     {});
}

}  // namespace prelabel
