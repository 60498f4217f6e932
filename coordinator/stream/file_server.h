// Answers fetches: reads files in threads of its own, and sends what was read from the loop's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/server/server.h"
#include "coordinator/stream/chunk_flow.h"

namespace prelabel {

struct FilePart;

class FileServer : public FetchService {
 public:
  // Called in several threads.
  using Reader = std::function<Result<FilePart>(const Fetch&)>;

  // `wake`: something can be sent; called in any of its threads.
  FileServer(Reader read, std::function<void()> wake, FlowLimits limits = {});
  // Waits for the reads under way.
  ~FileServer() override;
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;

  void OnFetch(const std::string& peer, Fetch fetch, TimePoint now) override;
  void Send(Transport& transport, TimePoint now) override;

 private:
  struct Answer {
    std::string peer;
    std::uint32_t length = 0;  // that was set aside for it
    std::string message;       // encoded
  };

  void BeginReads();
  void ReadAll();

  const Reader read_;
  const std::function<void()> wake_;
  ChunkFlow flow_;
  std::deque<Answer> refusals_;  // that took no reading
  TimePoint next_look_{};

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<ChunkFlow::Read> reads_;  // guarded by mutex_
  std::deque<Answer> answers_;         // guarded by mutex_
  bool ending_ = false;                // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace prelabel
