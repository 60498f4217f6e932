// Looks through a message's protobuf encoding before protobuf does, and allocates nothing: a few
// bytes can stand for an object of a hundred, so that decoding a hostile message of 256 MiB as it
// comes would take gigabytes. Within these limits decoding takes a small multiple of the message.
// Pure and thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/result.h"

namespace prelabel {

enum class WireRoot : std::uint8_t {
  kWorkerEnvelope,
  kCoordinatorEnvelope,
  kTaskPayload,
  kVideoIndex
};

struct WireLimits {
  std::size_t text = 4096;                // bytes of a name, path or reason
  std::size_t entries = 1U << 20;         // items, tasks, results, leases … of one kind a message
  std::size_t frames = 1U << 22;          // of a link task
  std::size_t paths = 1U << 22;           // a message
  std::size_t masks = 1U << 22;           // a message
  std::size_t small_numbers = 1U << 24;   // class ids, frame steps, or an index's, a message
  std::size_t unknown_fields = 1U << 16;  // of later versions, a message
};

// InvalidArgument with the reason: over a limit, or not an encoding of the message at all (cut
// short, a field of another type, groups). What passes may still be refused by protobuf or codec.h.
Result<void> CheckWireLimits(WireRoot root, std::string_view bytes, const WireLimits& limits = {});

// For the test that compares the rules with prelabel.proto: "bytes", "message NAME" … as the rule
// for a field of a message has it, or nullptr where there is none.
const char* WireRuleOf(std::string_view message, std::uint32_t field);

}  // namespace prelabel
