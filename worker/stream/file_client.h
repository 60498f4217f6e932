// Fetches parts of the coordinator's files through a connection of its own, in a thread of its own.
// Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/wire/messages.h"
#include "common/wire/transport.h"
#include "worker/stream/chunk_requests.h"

namespace prelabel {

class FileClient {
 public:
  struct Options {
    // Opens a new connection to the coordinator; called in the client's thread.
    std::function<Result<std::unique_ptr<Transport>>()> connect;
    RequestLimits limits{};
    Duration give_up = std::chrono::minutes(1);  // without any chunk
  };

  // `clock` outlives it. The connection is opened when the first part is asked for.
  FileClient(Options options, const Clock& clock);
  // Ends all waits, Unavailable.
  ~FileClient();
  FileClient(const FileClient&) = delete;
  FileClient& operator=(const FileClient&) = delete;

  // A part that was asked for. Gone, nobody wants it any more.
  class Part {
   public:
    Part(FileClient& client, std::uint64_t id) : client_(&client), id_(id) {}
    ~Part();
    Part(Part&& other) noexcept : client_(std::exchange(other.client_, nullptr)), id_(other.id_) {}
    Part& operator=(Part&&) = delete;

    // Waits for it; once. Errors are the coordinator's, and Unavailable where it does not answer.
    // They have no context.
    Result<Chunk> Wait();

   private:
    FileClient* client_;
    std::uint64_t id_;
  };

  // Does not wait. 1 <= length <= kMaxChunkBytes.
  Part Ask(FetchKind kind, const std::string& path, std::uint64_t offset, std::uint32_t length);

  // Of `length` bytes from `offset` on, or all that there are. DataLoss: more than `most` bytes.
  // Unavailable besides: it was changed while it was read.
  Result<std::string> ReadAll(FetchKind kind, const std::string& path, std::uint64_t offset,
                              std::uint64_t length, std::uint64_t most);

  // Waits under way end, Unavailable. Later ones are not concerned.
  void Interrupt();
  // The same, and later ones fail at once.
  void Close();

 private:
  struct Waiting {
    std::optional<Result<Chunk>> outcome;
  };

  Result<Chunk> Take(std::uint64_t id);
  void Forget(std::uint64_t id);
  void Run();
  // Both with the mutex held.
  void EndAll(const Error& error);
  void CloseWith(const Error& error);

  const Options options_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  ChunkRequests requests_;                    // guarded by mutex_
  std::map<std::uint64_t, Waiting> waiting_;  // by id, guarded by mutex_
  std::uint64_t last_id_ = 0;                 // guarded by mutex_
  std::optional<Error> closed_;               // why nothing more is asked for; guarded by mutex_
  bool ending_ = false;                       // guarded by mutex_
  std::unique_ptr<Transport> transport_;      // replaced by the thread with mutex_ held
  std::thread thread_;
};

}  // namespace prelabel
