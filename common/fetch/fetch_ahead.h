// Fetches what will be asked for soon, several at once, so that who asks does not wait for one slow
// body. Bounded: what waits to be taken is at most so many bytes and items. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

class FetchAhead {
 public:
  using Fetch = std::function<Result<std::string>(const std::string& url)>;

  struct Options {
    std::size_t at_once = 16;  // threads; they start when something is expected
    // No further fetch begins while more than this waits to be taken.
    std::size_t max_bytes = std::size_t{64} << 20;
    std::size_t max_items = 512;
    // Makes fetches under way end, and later ones fail; called once, at the end. Null: they are
    // waited for.
    std::function<void()> close{};
  };

  // `fetch` is called on several threads.
  FetchAhead(Fetch fetch, Options options);
  // Closes, and waits for the fetches under way. Tokens may live on.
  ~FetchAhead();
  FetchAhead(const FetchAhead&) = delete;
  FetchAhead& operator=(const FetchAhead&) = delete;

  // Fetches these, in their order, behind what is expected already. When the token is gone nobody
  // wants them any more: what has not begun is not fetched, what has come is dropped.
  std::shared_ptr<void> Expect(std::vector<std::string> urls);

  // The body: what has come ahead, or is on its way, or else fetched here and now. What is taken is
  // not kept.
  Result<std::string> Take(const std::string& url);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace prelabel
