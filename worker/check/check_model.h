// Tries a model bundle on one picture, or on none, as a lane of the worker would: what
// `prelabel model check` shows. One thread's.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/job/model_card.h"
#include "common/labels/prediction.h"
#include "common/media/image.h"
#include "worker/detect/media_opener.h"
#include "worker/detect/postprocess.h"

namespace prelabel {

struct CheckOptions {
  std::filesystem::path card;
  std::filesystem::path image;  // empty: an input of zeros is timed, and there are no detections
  std::string device = "auto";
  RawLimits limits{.threshold = 0.3F, .nms = 0.6F, .max_per_image = 100};  // a job's defaults
};

// What was found out. Times in seconds.
struct ModelCheck {
  ModelCard card;
  std::uintmax_t weight_bytes = 0;
  std::string backend;  // library and version
  std::string device;   // "cpu" or "cuda:N"
  double load = 0;      // with the checksum and the warm-up
  double an_image = 0;  // median of several runs of the model with one input
  int runs = 0;         // that many
  // With an image: its pixels, and what was found in it.
  Image image;
  std::optional<ItemResult> item;
};

// InvalidArgument: the card, its weights or the device. Else what reading the picture or running
// the model gave.
Result<ModelCheck> CheckModel(const CheckOptions& options, const MediaOpener& media,
                              const Clock& clock);

}  // namespace prelabel
