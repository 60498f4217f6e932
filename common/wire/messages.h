// The messages of the protocol as values. docs/protocol lists who sends what when; prelabel.proto
// is the encoding and names the version. W→C: worker to coordinator; C→W: the way back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/job/model_fusion.h"
#include "common/wire/task.h"

namespace prelabel {

inline constexpr std::uint32_t kProtocolVersion = 8;

// What the bytes of labels may depend on besides model and data (invariant I0).
struct ComputeClass {
  std::string build;      // prelabel's version and the runtime's
  std::string device;     // "cpu", "cuda:NAME"
  std::string cpu;        // CPU capability that the runtime uses, e.g. "AVX2"
  std::string precision;  // "fp32"
  friend bool operator==(const ComputeClass&, const ComputeClass&) = default;
};

// A task under a fence: what its result will be judged by.
struct Lease {
  Epoch epoch;
  TaskId task;
  Attempt attempt;
  friend auto operator<=>(const Lease&, const Lease&) = default;
};

// W→C, first. The coordinator answers Welcome or Reject.
struct Hello {
  std::uint32_t protocol_version = kProtocolVersion;
  std::string worker_uuid;  // one a process
  std::string hostname;
  // One a session. The upper 32 bits are drawn once a process, the lower ones count its sessions:
  // a second process under the same uuid is told apart from the first one joining again.
  std::uint64_t nonce = 0;
  std::uint32_t slots = 1;  // tasks that it runs at once
  ComputeClass compute;
  std::uint64_t process_id = 0;  // on its host
  std::vector<Lease> held;       // of an earlier session: tasks unfinished or unacknowledged
  std::string run;               // whose tasks these are: the Welcome's of that session
  std::string allocation{};      // what its launcher calls its place; empty: it has none
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
  std::chrono::milliseconds lease{6000};  // without a heartbeat the tasks go elsewhere
  // Those of Hello's leases that are the worker's again, under this epoch and a new attempt. It
  // forgets the others.
  struct Grant {
    Lease held;
    Attempt attempt;
  };
  std::vector<Grant> granted;
  // Which run this is: a task's number means another task in another run, and nothing that was held
  // of one is granted in the other.
  std::string run;
  // Path of the model.yaml that second looks by another model are for; empty: there are none. It is
  // loaded when the first of them comes.
  std::string second_model_card;
  // Of a job with several models; then model_card is the first one's. Empty otherwise.
  ModelFusion fusion{};
  // The worker opens no path itself: it fetches what it needs from the coordinator (Fetch).
  bool stream = false;
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

// How far a worker is with a task that it has started.
struct RunningTask {
  TaskId task;
  Attempt attempt;
  std::uint32_t items_done = 0;  // have passed the model: the item at this position is in it
  std::uint32_t items_read = 0;  // have been decoded: the item at this position is being decoded
  friend bool operator==(const RunningTask&, const RunningTask&) = default;
};

// W→C, every heartbeat interval, and soon after an item was begun. Any message counts as life;
// this one says besides whether the model gets on. Answered by an Ack with its sequence.
struct Heartbeat {
  std::uint64_t items_done = 0;  // since the worker started
  std::uint64_t sequence = 0;    // counts up from 1 within a session
  std::vector<RunningTask> running{};
  // Cancel messages that have arrived in this session, and tasks that go on although they were
  // called back: what must be tried alone is given to a worker that has seen all and has none.
  std::uint64_t cancels = 0;
  std::uint32_t strays = 0;
  std::uint64_t resident_bytes = 0;  // of the worker's process; 0: not known
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
  // Of a link task in rounds: frames to look at before the video is linked again; ascending.
  std::vector<std::int64_t> wanted{};
};

// W→C. Resent until acknowledged.
struct ResultMessage {
  Epoch epoch;
  std::vector<EncodedResult> results;
};

// Why a task could not be run at all.
enum class FailureKind : std::uint8_t {
  kTransient,  // try again later, or elsewhere
  kPermanent,  // trying elsewhere will not help
  kTooLarge    // its result does not fit a message: smaller tasks may
};

// W→C. The task could not be run at all; its items are not to blame one by one.
struct Failure {
  Epoch epoch;
  TaskId task;
  Attempt attempt;
  std::string reason;
  FailureKind kind = FailureKind::kTransient;
  std::optional<std::uint32_t> position;  // of the item that it failed at, where that is known
};

// C→W. The result is durable (kCommitted, kDuplicate) or not wanted (kStale): forget it.
// It answers a Heartbeat, too, also when it is empty.
enum class AckStatus : std::uint8_t { kCommitted, kDuplicate, kStale };
struct Ack {
  struct Item {
    TaskId task;
    Attempt attempt;
    AckStatus status = AckStatus::kCommitted;
  };
  std::vector<Item> items;
  std::uint64_t heartbeat = 0;  // sequence of the last one that has arrived; 0: none
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

inline constexpr std::uint32_t kMaxChunkBytes = 1U << 20;

// W→C, on a connection of its own, without a Hello: part of something that the coordinator reads
// for a worker that streams. Answered by a Chunk of the same id; answers may come in another order.
enum class FetchKind : std::uint8_t {
  kFile,        // its bytes
  kVideoIndex,  // of the video at `path`: EncodeVideoIndex of codec.h
  kNothing      // only says what was received; no answer
};
struct Fetch {
  std::uint64_t id = 0;  // of the connection's own
  FetchKind kind = FetchKind::kFile;
  std::string path;  // as an Assignment or the Welcome has it; of an archive's member the archive
  std::uint64_t offset = 0;
  std::uint32_t length = 0;    // 1 to kMaxChunkBytes; of kNothing 0
  std::uint64_t received = 0;  // Chunks that have come through this connection
};

// C→W.
struct Chunk {
  std::uint64_t id = 0;
  std::uint64_t size = 0;        // of the whole, bytes
  std::uint64_t version = 0;     // another one where the file was written to in between
  std::string bytes{};           // fewer than were asked for only at the end
  std::optional<Error> error{};  // then nothing else counts
};

using WorkerMessage =
    std::variant<Hello, Credit, Heartbeat, ResultMessage, Failure, Goodbye, Fetch>;
using CoordinatorMessage = std::variant<Welcome, Reject, Assign, Ack, Cancel, Drain, Chunk>;

}  // namespace prelabel
