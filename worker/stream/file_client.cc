#include "worker/stream/file_client.h"

#include <algorithm>
#include <utility>

#include "common/base/kept_memory.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr std::chrono::milliseconds kLongestWait{200};

}  // namespace

FileClient::FileClient(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), requests_(options_.limits) {
  KeepFreedMemory();  // every chunk is a block of 1 MiB
}

FileClient::~FileClient() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (transport_) transport_->Wake();
    CloseWith(Unavailable("the worker is leaving"));
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

FileClient::Part::~Part() {
  if (client_ != nullptr) client_->Forget(id_);
}

Result<Chunk> FileClient::Part::Wait() { return client_->Take(id_); }

FileClient::Part FileClient::Ask(FetchKind kind, const std::string& path, std::uint64_t offset,
                                 std::uint32_t length) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = ++last_id_;
  Waiting& waiting = waiting_[id];
  if (closed_) {
    waiting.outcome = Result<Chunk>(*closed_);
    return {*this, id};
  }
  requests_.Add(Fetch{id, kind, path, offset, length, 0}, clock_.Now());
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  if (transport_) transport_->Wake();
  return {*this, id};
}

Result<Chunk> FileClient::Take(std::uint64_t id) {
  std::unique_lock lock(mutex_);
  Waiting& waiting = waiting_.at(id);
  changed_.wait(lock, [&] { return waiting.outcome.has_value(); });
  return std::move(*waiting.outcome);
}

void FileClient::Forget(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(id);
  requests_.Drop(id);
}

void FileClient::EndAll(const Error& error) {
  for (auto& [id, waiting] : waiting_) {
    if (waiting.outcome) continue;
    waiting.outcome = Result<Chunk>(error);
    requests_.Drop(id);
  }
}

void FileClient::CloseWith(const Error& error) {
  closed_ = error;
  EndAll(error);
}

void FileClient::Close() {
  {
    const std::lock_guard lock(mutex_);
    CloseWith(Unavailable("the worker is leaving"));
  }
  changed_.notify_all();
}

void FileClient::Interrupt() {
  {
    const std::lock_guard lock(mutex_);
    EndAll(Unavailable("reading was interrupted"));
  }
  changed_.notify_all();
}

void FileClient::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    TimePoint now = clock_.Now();
    if (!transport_ || requests_.Stuck(now)) {
      auto connected = options_.connect();
      if (connected) {
        transport_ = std::move(connected).value();
        requests_.Restart(now);
      } else {
        CloseWith(connected.error());
        changed_.notify_all();
        return;
      }
    }
    if (const auto since = requests_.WaitingSince(); since && now - *since > options_.give_up) {
      EndAll(Unavailable("the coordinator does not answer"));
      changed_.notify_all();
    }
    const std::vector<Fetch> fetches = requests_.Send(now);
    lock.unlock();
    for (const Fetch& fetch : fetches) transport_->Send({}, EncodeWorkerMessage(fetch));
    transport_->Wait(kLongestWait);
    std::vector<Chunk> chunks;
    while (auto received = transport_->Receive()) {
      auto message = TakeCoordinatorMessage(std::move(received->bytes));
      if (!message) continue;  // not of this protocol: silence will tell
      if (auto* chunk = std::get_if<Chunk>(&message.value())) chunks.push_back(std::move(*chunk));
    }
    lock.lock();
    now = clock_.Now();
    for (Chunk& chunk : chunks) {
      if (!requests_.OnChunk(chunk, now)) continue;
      const auto waiting = waiting_.find(chunk.id);
      if (waiting == waiting_.end() || waiting->second.outcome) continue;
      waiting->second.outcome =
          chunk.error ? Result<Chunk>(*chunk.error) : Result<Chunk>(std::move(chunk));
    }
    if (!chunks.empty()) changed_.notify_all();
  }
}

Result<std::string> FileClient::ReadAll(FetchKind kind, const std::string& path,
                                        std::uint64_t offset, std::uint64_t length,
                                        std::uint64_t most) {
  const auto part_length = [](std::uint64_t bytes) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, kMaxChunkBytes));
  };
  PRELABEL_TRY(Chunk first,
               Ask(kind, path, offset, part_length(std::max<std::uint64_t>(length, 1))).Wait());
  const std::uint64_t there = first.size > offset ? first.size - offset : 0;
  const std::uint64_t wanted = std::min(length, there);
  if (wanted > most) {
    return DataLoss("the file is larger than " + std::to_string(most >> 20) + " MiB");
  }
  std::string bytes = std::move(first.bytes);
  bytes.resize(std::min<std::uint64_t>(bytes.size(), wanted));
  if (bytes.size() == wanted) return bytes;
  const Error changed = Unavailable("was changed while it was read");
  if (bytes.size() < kMaxChunkBytes) return changed;
  std::vector<Part> parts;
  for (std::uint64_t at = bytes.size(); at < wanted; at += kMaxChunkBytes) {
    parts.push_back(Ask(kind, path, offset + at, part_length(wanted - at)));
  }
  bytes.reserve(wanted);
  for (Part& part : parts) {
    PRELABEL_TRY(const Chunk chunk, part.Wait());
    if (chunk.version != first.version || chunk.size != first.size) return changed;
    bytes += chunk.bytes;
  }
  if (bytes.size() != wanted) return changed;
  return bytes;
}

}  // namespace prelabel
