#include "coordinator/stream/file_server.h"

#include <iterator>
#include <new>
#include <utility>

#include "common/base/kept_memory.h"
#include "common/media/file_part.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr int kReaders = 4;  // disks and network file systems answer several at once sooner
constexpr Duration kLookEvery = std::chrono::seconds(5);

Chunk Answered(const Fetch& fetch, Result<FilePart> part) {
  Chunk chunk{fetch.id, 0, 0, {}, {}};
  if (!part) {
    chunk.error = part.error();
    return chunk;
  }
  chunk.size = part.value().size;
  chunk.version = part.value().version;
  chunk.bytes = std::move(part.value().bytes);
  return chunk;
}

}  // namespace

FileServer::FileServer(Reader read, std::function<void()> wake, FlowLimits limits)
    : read_(std::move(read)), wake_(std::move(wake)), flow_(limits) {
  KeepFreedMemory();  // every chunk is a block of 1 MiB
  for (int i = 0; i < kReaders; ++i) threads_.emplace_back([this] { ReadAll(); });
}

FileServer::~FileServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void FileServer::ReadAll() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return ending_ || !reads_.empty(); });
    if (ending_) return;
    const ChunkFlow::Read read = std::move(reads_.front());
    reads_.pop_front();
    lock.unlock();
    Chunk chunk;
    try {
      chunk = Answered(read.fetch, read_(read.fetch));
    } catch (const std::bad_alloc&) {
      chunk = Answered(read.fetch, Unavailable("the coordinator has not enough memory to read it"));
    }
    Answer answer{read.peer, read.fetch.length, EncodeChunk(std::move(chunk))};
    lock.lock();
    answers_.push_back(std::move(answer));
    if (answers_.size() == 1) wake_();
  }
}

void FileServer::OnFetch(const std::string& peer, Fetch fetch, TimePoint now) {
  const std::uint64_t id = fetch.id;
  if (flow_.OnFetch(peer, std::move(fetch), now)) return;
  refusals_.push_back({peer, 0,
                       EncodeChunk(Answered(Fetch{id, FetchKind::kFile, {}, 0, 0, 0},
                                            Unavailable("too many fetches of this worker wait")))});
}

void FileServer::BeginReads() {
  std::vector<ChunkFlow::Read> begun = flow_.Begin();
  if (begun.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    std::move(begun.begin(), begun.end(), std::back_inserter(reads_));
  }
  work_.notify_all();
}

void FileServer::Send(Transport& transport, TimePoint now) {
  std::deque<Answer> ready = std::exchange(refusals_, {});
  {
    const std::lock_guard lock(mutex_);
    std::move(answers_.begin(), answers_.end(), std::back_inserter(ready));
    answers_.clear();
  }
  for (Answer& answer : ready) {
    const bool read = answer.length > 0;
    if (read && !flow_.Knows(answer.peer)) continue;
    if (transport.Send(answer.peer, std::move(answer.message)) != SendStatus::kSent) {
      flow_.Forget(answer.peer);  // it begins anew through another connection
      continue;
    }
    if (read) flow_.OnSent(answer.peer, answer.length);
  }
  if (now >= next_look_) {
    next_look_ = now + kLookEvery;
    flow_.ForgetSilent(now);
  }
  BeginReads();
}

}  // namespace prelabel
