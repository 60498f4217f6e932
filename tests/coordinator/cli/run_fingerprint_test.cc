// Invariant I6: what may and what may not change between two sessions of one run.
#include "coordinator/cli/run_fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunFingerprint Some() {
  JobSpec job;
  job.data.resize(2);
  job.data[0].kind = SourceKind::kVideo;
  job.data[0].keyframe_every = 5;
  job.labels.raw_threshold = 0.05F;
  job.labels.nms = 0.6F;
  job.labels.max_per_image = 100;
  ModelCard card;
  card.layout = "dense";
  card.sha256 = "abc123";
  card.input = {
      416, 416, "stretch", "bgr", {103.53F, 116.28F, 123.675F}, {57.375F, 57.12F, 58.395F}};
  return MakeFingerprint(job, card);
}

std::string WhatDiffers(const RunFingerprint& run, const RunFingerprint& job) {
  const auto checked = CheckFingerprint(run, job);
  if (checked) return "";
  EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(checked.error().message, HasSubstr("output.dir"));  // what to do
  return checked.error().message;
}

TEST(RunFingerprint, SurvivesTheRoundTrip) {
  const RunFingerprint made = Some();
  const auto read = ParseFingerprint(FormatFingerprint(made));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read.value().model_sha256, "abc123");
  EXPECT_EQ(read.value().preprocessing,
            "416x416 stretch bgr mean 103.53 116.28 123.675 std 57.375 57.12 58.395");
  EXPECT_EQ(read.value().sampling, "every-5 images");
  EXPECT_EQ(read.value().raw_threshold, 0.05F);
  EXPECT_EQ(read.value().raw_nms, 0.6F);
  EXPECT_EQ(read.value().raw_max_per_image, 100);
  EXPECT_EQ(WhatDiffers(made, read.value()), "");
}

TEST(RunFingerprint, DamageIsDataLoss) {
  for (const std::string text :
       {"", "model: abc\n", "nonsense",
        "model: a\nraw_threshold: 0.05x\nraw_nms: 1\nraw_max_per_image: 1\n"}) {
    const auto read = ParseFingerprint(text);
    ASSERT_TRUE(read.has_error()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kDataLoss);
  }
}

TEST(RunFingerprint, NamesEachFieldThatDiffers) {
  const RunFingerprint run = Some();
  RunFingerprint job = run;
  job.model_sha256 = "def456";
  EXPECT_THAT(WhatDiffers(run, job),
              HasSubstr("model (sha256): the run has abc123, the job def456"));
  EXPECT_THAT(WhatDiffers(run, job), Not(HasSubstr("pre-processing")));
  job = run;
  job.preprocessing = "320x320";
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("pre-processing"));
  job = run;
  job.sampling = "every-2 images";
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("keyframes by source"));
  job.model_sha256 = "def456";  // and all of them at once
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("model (sha256)"));
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("keyframes by source"));
}

TEST(RunFingerprint, LimitsMayOnlyBeTightened) {
  const RunFingerprint run = Some();
  RunFingerprint job = run;
  job.raw_threshold = 0.2F;
  job.raw_nms = 0.5F;
  job.raw_max_per_image = 50;
  EXPECT_EQ(WhatDiffers(run, job), "");
  job = run;
  job.raw_threshold = 0.04F;
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("labels.raw_threshold: the run has 0.05, the job "
                                               "0.04 (may only be raised)"));
  job = run;
  job.raw_nms = 0.7F;
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("labels.nms"));
  job = run;
  job.raw_max_per_image = 101;
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("labels.max_per_image"));
}

TEST(RunFingerprint, SourcesMayBeAddedBehindOthers) {
  const RunFingerprint run = Some();
  RunFingerprint job = run;
  job.sampling += " every-1";
  EXPECT_EQ(WhatDiffers(run, job), "");
  job.sampling = "every-1 " + run.sampling;
  EXPECT_THAT(WhatDiffers(run, job), HasSubstr("keyframes by source"));
  RunFingerprint shorter = run;
  shorter.sampling = "every-5";
  EXPECT_THAT(WhatDiffers(run, shorter), HasSubstr("keyframes by source"));
  job = shorter;
  job.sampling = "every-50";  // begins with the same letters, but is another sampling
  EXPECT_THAT(WhatDiffers(shorter, job), HasSubstr("keyframes by source"));
}

TEST(RunFingerprint, AJobWithoutAModelHasOne) {
  JobSpec job;
  job.data.resize(2);
  for (DataSource& source : job.data) {
    source.kind = SourceKind::kVideo;
    source.keyframes_from = "/data/drawn.xml";
  }
  const RunFingerprint made = MakeFingerprint(job, ModelCard{});
  EXPECT_EQ(made.sampling, "drawn drawn");
  const auto read = ParseFingerprint(FormatFingerprint(made));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read.value().model_sha256, "none");
  EXPECT_EQ(WhatDiffers(made, read.value()), "");
  EXPECT_THAT(WhatDiffers(made, Some()), HasSubstr("model (sha256): the run has none, the job"));
  // What the file says may change.
  job.data[0].keyframes_from = "/data/other.xml";
  EXPECT_EQ(WhatDiffers(made, MakeFingerprint(job, ModelCard{})), "");
}

}  // namespace
}  // namespace prelabel
