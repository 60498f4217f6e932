// Which hosts do not answer: so that ten thousand items of a host that is gone do not each wait for
// it. A core: no clock, no thread.
//
// A host that never answered here is given up for a while after kFailuresToGiveUp fetches in a row
// failed, whatever the reason. One that has answered before is given up only where it cannot be
// connected to: that is true of all of its items, while a slow or broken body is its own. When the
// while is over one fetch is let through; the others go on failing until it has shown the host's
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/clock.h"

namespace prelabel {

enum class HostNews : std::uint8_t {
  kAnswered,      // with what it had to say about the item: a picture, "not found" …
  kFailed,        // no good answer: a server's error, a body too slow or broken
  kNoConnection,  // there was nobody
};

class HostMemory {
 public:
  static constexpr int kFailuresToGiveUp = 3;
  static constexpr Duration kGivenUpFor = std::chrono::seconds(30);
  static constexpr std::size_t kMostHosts = 1024;  // the ones asked for longest ago are forgotten

  struct Advice {
    bool ask = true;      // false: fail at once
    bool retry = true;    // false: one try will do
    bool proven = false;  // it has answered before
    std::string why{};    // where it is not to be asked: what failed the last time
  };

  // Before a fetch. Where `ask` is said, Tell must follow.
  Advice Ask(const std::string& host, TimePoint now);
  // After a fetch with all its tries. `why`: what failed.
  void Tell(const std::string& host, HostNews news, const std::string& why, TimePoint now);
  // A fetch that was stopped says nothing about its host.
  void TellNothing(const std::string& host);

  // Whether any host has ever answered here: if none has, this machine may be what is cut off.
  bool AnyProven() const { return any_proven_; }

  std::size_t size() const { return hosts_.size(); }

 private:
  struct Host {
    bool proven = false;
    int failures = 0;
    TimePoint given_up_until{};
    bool probed = false;  // a fetch is on its way to see
    std::string why;
    std::uint64_t asked = 0;  // when, counted in questions
  };

  void MakeRoom();

  std::map<std::string, Host> hosts_;
  std::uint64_t questions_ = 0;
  bool any_proven_ = false;
};

}  // namespace prelabel
