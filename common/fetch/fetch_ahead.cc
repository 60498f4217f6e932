#include "common/fetch/fetch_ahead.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace prelabel {

struct FetchAhead::State {
  enum class Stage { kWaits, kRunning, kCame, kTaken };
  struct Entry {
    Stage stage = Stage::kWaits;
    std::size_t wanted = 0;  // tokens that name it
    std::optional<Result<std::string>> body;
  };

  const Fetch fetch;
  const Options options;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Entry> entries;
  std::deque<std::string> waiting;  // may name what is wanted no more
  std::vector<std::thread> threads;
  std::size_t held_bytes = 0;  // of bodies that came
  std::size_t held_items = 0;  // that came or are on their way ahead
  bool ended = false;

  State(Fetch f, Options o) : fetch(std::move(f)), options(std::move(o)) {}

  static std::size_t BytesOf(const Entry& entry) {
    return entry.body && *entry.body ? entry.body->value().size() : 0;
  }

  bool MayBegin() const {
    return !waiting.empty() && held_bytes < options.max_bytes && held_items < options.max_items;
  }

  // What came for an entry goes, and makes room.
  void Drop(Entry& entry) {
    held_bytes -= BytesOf(entry);
    --held_items;
    entry.body.reset();
    changed.notify_all();
  }

  void Loop() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return ended || MayBegin(); });
      if (ended) return;
      const std::string url = std::move(waiting.front());
      waiting.pop_front();
      const auto entry = entries.find(url);
      if (entry == entries.end() || entry->second.stage != Stage::kWaits) continue;
      entry->second.stage = Stage::kRunning;
      ++held_items;
      lock.unlock();
      Result<std::string> body = fetch(url);
      lock.lock();
      const auto now = entries.find(url);  // who runs stays in the map
      now->second.body = std::move(body);
      now->second.stage = Stage::kCame;
      held_bytes += BytesOf(now->second);
      if (now->second.wanted == 0) {
        Drop(now->second);
        entries.erase(now);
      }
      changed.notify_all();
    }
  }

  void Expect(const std::vector<std::string>& urls) {
    const std::lock_guard lock(mutex);
    for (const std::string& url : urls) {
      const auto [entry, is_new] = entries.try_emplace(url);
      ++entry->second.wanted;
      if (is_new) waiting.push_back(url);
    }
    changed.notify_all();
  }

  void Forget(const std::vector<std::string>& urls) {
    const std::lock_guard lock(mutex);
    for (const std::string& url : urls) {
      const auto entry = entries.find(url);
      if (entry == entries.end() || --entry->second.wanted > 0) continue;
      if (entry->second.stage == Stage::kRunning) continue;  // its thread will see
      if (entry->second.stage == Stage::kCame) Drop(entry->second);
      entries.erase(entry);
    }
    // Those whose entries are gone would pile up while there is no room.
    while (!waiting.empty() && !entries.contains(waiting.front())) waiting.pop_front();
  }
};

FetchAhead::FetchAhead(Fetch fetch, Options options)
    : state_(std::make_shared<State>(std::move(fetch), std::move(options))) {}

FetchAhead::~FetchAhead() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->changed.notify_all();
  }
  if (state_->options.close) state_->options.close();
  for (std::thread& thread : state_->threads) thread.join();
}

std::shared_ptr<void> FetchAhead::Expect(std::vector<std::string> urls) {
  if (urls.empty()) return nullptr;
  state_->Expect(urls);
  {
    const std::lock_guard lock(state_->mutex);
    while (state_->threads.size() < state_->options.at_once) {
      state_->threads.emplace_back([state = state_.get()] { state->Loop(); });
    }
  }
  struct Token {
    std::shared_ptr<State> state;
    std::vector<std::string> urls;
    Token(std::shared_ptr<State> s, std::vector<std::string> u)
        : state(std::move(s)), urls(std::move(u)) {}
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() { state->Forget(urls); }
  };
  return std::make_shared<Token>(state_, std::move(urls));
}

Result<std::string> FetchAhead::Take(const std::string& url) {
  State& state = *state_;
  {
    std::unique_lock lock(state.mutex);
    const auto running = [&] {
      const auto entry = state.entries.find(url);
      return entry != state.entries.end() && entry->second.stage == State::Stage::kRunning;
    };
    state.changed.wait(lock, [&] { return !running(); });
    const auto entry = state.entries.find(url);
    if (entry != state.entries.end()) {
      State::Entry& known = entry->second;
      const bool came = known.stage == State::Stage::kCame;
      known.stage = State::Stage::kTaken;
      if (came) {
        state.held_bytes -= State::BytesOf(known);
        --state.held_items;
        Result<std::string> body = std::move(*known.body);
        known.body.reset();
        state.changed.notify_all();
        return body;
      }
    }
  }
  return state.fetch(url);
}

}  // namespace prelabel
