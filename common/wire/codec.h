// Protobuf encoding of messages and payloads (adapter; protobuf's headers stay in the codecs).
// Decoding never trusts its input: limits are checked, and what is malformed is an InvalidArgument
// with the reason. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/media/video_index.h"
#include "common/wire/messages.h"

namespace prelabel {

std::string EncodeWorkerMessage(const WorkerMessage& message);
std::string EncodeCoordinatorMessage(const CoordinatorMessage& message);
// The same of a Chunk, in the place of its bytes: fastest where they have 64 bytes of room behind.
std::string EncodeChunk(Chunk chunk);
Result<WorkerMessage> DecodeWorkerMessage(std::string_view bytes);
Result<CoordinatorMessage> DecodeCoordinatorMessage(std::string_view bytes);
// The same; a Chunk's bytes stay where they are.
Result<CoordinatorMessage> TakeCoordinatorMessage(std::string bytes);

// The part of a TaskResult that is stored: items or tracks. Equal values give equal bytes.
std::string EncodeTaskPayload(const TaskResult& result);
// Fills `items` and `tracks` only.
Result<TaskResult> DecodeTaskPayload(std::string_view bytes);

// All that reading frames depends on: without header_frames and edited_out.
std::string EncodeVideoIndex(const VideoIndex& index);
Result<VideoIndex> DecodeVideoIndex(std::string_view bytes);

}  // namespace prelabel
