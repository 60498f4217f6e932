// What a run's raw predictions depend on (invariant I6). A run directory is bound to it: results
// made under another fingerprint are never mixed with new ones. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"

namespace prelabel {

struct RunFingerprint {
  std::string model_sha256;   // "none" where the job has no model
  std::string preprocessing;  // input size, resize rule, channels, mean, std; "none"
  std::string sampling;       // keyframes by source
  float raw_threshold = 0;
  float raw_nms = 0;
  int raw_max_per_image = 0;
};

// `ensemble`: the description of several models, of which `card` is the common one; empty: there is
// one model.
RunFingerprint MakeFingerprint(const JobSpec& job, const ModelCard& card,
                               const std::string& ensemble = {});

// One "field: value" a line; numbers survive the round trip.
std::string FormatFingerprint(const RunFingerprint& fingerprint);
Result<RunFingerprint> ParseFingerprint(const std::string& text);

// Whether a job may go on with a run's results: model, pre-processing and sampling equal;
// threshold, NMS and maximum equal or tighter. InvalidArgument names every field that differs.
Result<void> CheckFingerprint(const RunFingerprint& run, const RunFingerprint& job);

}  // namespace prelabel
