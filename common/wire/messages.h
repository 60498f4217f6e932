// The messages of the protocol as values. docs/protocol lists who sends what when; prelabel.proto
// is the encoding and names the version. W→C: worker to coordinator; C→W: the way back.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/wire/task.h"

namespace prelabel {

inline constexpr std::uint32_t kProtocolVersion = 1;

// What the bytes of labels may depend on besides model and data (invariant I0).
struct ComputeClass {
  std::string build;      // prelabel's version and the runtime's
  std::string device;     // "cpu", "cuda:NAME"
  std::string cpu;        // CPU capability that the runtime uses, e.g. "AVX2"
  std::string precision;  // "fp32"
  friend bool operator==(const ComputeClass&, const ComputeClass&) = default;
};

// W→C, first. The coordinator answers Welcome or Reject.
struct Hello {
  std::uint32_t protocol_version = kProtocolVersion;
  std::string worker_uuid;  // one a process
  std::string hostname;
  std::uint64_t nonce = 0;  // one a session
  std::uint32_t slots = 1;  // tasks that it runs at once
  ComputeClass compute;
};

// C→W. What the worker needs to run any task of the job.
struct Welcome {
  Epoch epoch;
  std::chrono::milliseconds heartbeat{2000};
  std::uint64_t max_message_bytes = std::uint64_t{256} << 20;  // results must be smaller
  std::string model_card;                                      // path of model.yaml
  float raw_threshold = 0;
  float raw_nms = 0;
  std::uint32_t raw_max_per_image = 0;
};

// C→W. The session cannot be: permanent says that trying again will not help.
struct Reject {
  std::string reason;
  bool permanent = false;
};

// W→C. How many tasks the worker is willing to hold at once, running ones included.
// Sent when it changes.
struct Credit {
  std::uint32_t tasks = 0;
};

// W→C. Any message counts as life; this one is sent when there is no other.
struct Heartbeat {
  std::uint64_t items_done = 0;  // since the worker started
};

// C→W.
struct Assign {
  Epoch epoch;
  std::vector<Assignment> tasks;
};

// One finished task, its payload already encoded: the coordinator stores it unopened.
struct EncodedResult {
  TaskId task;
  Attempt attempt;
  std::uint32_t items = 0;         // items in the payload
  std::uint32_t failed_items = 0;  // of these, quarantined
  std::uint64_t compute_micros = 0;
  std::string payload;  // codec.h: EncodeTaskPayload
};

// W→C. Resent until acknowledged.
struct ResultMessage {
  Epoch epoch;
  std::vector<EncodedResult> results;
};

// W→C. The task could not be run at all; its items are not to blame one by one.
struct Failure {
  Epoch epoch;
  TaskId task;
  Attempt attempt;
  std::string reason;
  bool permanent = false;  // trying elsewhere will not help
};

// C→W. The result is durable (kCommitted, kDuplicate) or not wanted (kStale): forget it.
// An empty one answers a Heartbeat.
enum class AckStatus : std::uint8_t { kCommitted, kDuplicate, kStale };
struct Ack {
  struct Item {
    TaskId task;
    Attempt attempt;
    AckStatus status = AckStatus::kCommitted;
  };
  std::vector<Item> items;
};

// C→W. Forget this task if it has not started.
struct Cancel {
  TaskId task;
  Attempt attempt;
};

// C→W. No more work is coming: flush, say Goodbye and leave.
struct Drain {};

// W→C, last. Unfinished tasks go back to the queue at once.
struct Goodbye {
  std::string reason;
};

using WorkerMessage = std::variant<Hello, Credit, Heartbeat, ResultMessage, Failure, Goodbye>;
using CoordinatorMessage = std::variant<Welcome, Reject, Assign, Ack, Cancel, Drain>;

}  // namespace prelabel
