// A card's model by the card's backend.
#pragma once

#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/job/model_card.h"
#include "worker/model/model.h"

namespace prelabel {

// Loads a replica for the calling thread onto a device ("auto", "cpu", "cuda:N"). Errors are those
// of LoadTorchModel and LoadOnnxModel; auto is the CPU where the backend knows nothing else.
// InvalidArgument, too, where the backend does not compute in that precision.
Result<std::unique_ptr<Model>> LoadModel(const ModelCard& card, const std::string& device,
                                         Precision precision = Precision::kFp32);

// The library that runs the card's model, with its version.
std::string DescribeBackend(const ModelCard& card);

// Where LoadModel puts it: "cpu" or "cuda:N".
std::string DeviceOf(const ModelCard& card, const std::string& device);

}  // namespace prelabel
