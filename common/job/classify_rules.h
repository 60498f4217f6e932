// What a model that says what a picture is, and nothing about places in it (task: classify), cannot
// be used for. Pure; thread-safe.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"

namespace prelabel {

// InvalidArgument where the card is one of such a model and the job has a video, a tiled source or
// an output format that CheckClassifyFormat refuses. Other cards always fit.
Result<void> CheckClassifyJob(const JobSpec& job, const ModelCard& card);

// InvalidArgument where the format, one of label_formats.h, has no place for what a picture is.
Result<void> CheckClassifyFormat(const std::string& format);

}  // namespace prelabel
