// Protobuf encoding of messages and payloads (adapter; protobuf's headers stay in codec.cc).
// Decoding never trusts its input: limits are checked, and what is malformed is an InvalidArgument
// with the reason. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/wire/messages.h"

namespace prelabel {

std::string EncodeWorkerMessage(const WorkerMessage& message);
std::string EncodeCoordinatorMessage(const CoordinatorMessage& message);
Result<WorkerMessage> DecodeWorkerMessage(std::string_view bytes);
Result<CoordinatorMessage> DecodeCoordinatorMessage(std::string_view bytes);

// The part of a TaskResult that is stored: items or tracks. Equal values give equal bytes.
std::string EncodeTaskPayload(const TaskResult& result);
// Fills `items` and `tracks` only.
Result<TaskResult> DecodeTaskPayload(std::string_view bytes);

}  // namespace prelabel
