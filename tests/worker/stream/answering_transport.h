// A coordinator that answers fetches from memory, and the connections to it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/wire/codec.h"
#include "common/wire/transport.h"

namespace prelabel {

// What all connections lead to: files in memory. Thread-safe.
class Files {
 public:
  std::optional<Chunk> Answer(const Fetch& fetch) {
    const std::lock_guard lock(mutex_);
    if (fetch.kind == FetchKind::kNothing) return std::nullopt;
    ++fetches_;
    if (mute_ > 0) {
      --mute_;
      return std::nullopt;
    }
    Chunk chunk{fetch.id, 0, version_, {}, {}};
    const auto found = files_.find(fetch.path);
    if (found == files_.end()) {
      chunk.error = InvalidArgument("no such file");
      return chunk;
    }
    chunk.size = found->second.size();
    if (fetch.offset < chunk.size) chunk.bytes = found->second.substr(fetch.offset, fetch.length);
    return chunk;
  }
  void Put(const std::string& path, std::string bytes) {
    const std::lock_guard lock(mutex_);
    files_[path] = std::move(bytes);
    ++version_;
  }
  // The next so many fetches are not answered.
  void Mute(int fetches) {
    const std::lock_guard lock(mutex_);
    mute_ = fetches;
  }
  int fetches() {
    const std::lock_guard lock(mutex_);
    return fetches_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::uint64_t version_ = 1;
  int mute_ = 0;
  int fetches_ = 0;
};

class AnsweringTransport : public Transport {
 public:
  explicit AnsweringTransport(Files& files) : files_(files) {}
  void Wait(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return woken_ || !answers_.empty(); });
    woken_ = false;
  }
  std::optional<Received> Receive() override {
    const std::lock_guard lock(mutex_);
    if (answers_.empty()) return std::nullopt;
    Received received{{}, std::move(answers_.front()), {}};
    answers_.pop_front();
    return received;
  }
  SendStatus Send(const std::string&, std::string bytes) override {
    const auto message = DecodeWorkerMessage(bytes);
    if (auto chunk = files_.Answer(std::get<Fetch>(message.value()))) {
      const std::lock_guard lock(mutex_);
      answers_.push_back(EncodeCoordinatorMessage(*chunk));
    }
    return SendStatus::kSent;
  }
  void Wake() override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }

 private:
  Files& files_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> answers_;
  bool woken_ = false;
};

}  // namespace prelabel
