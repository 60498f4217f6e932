// The allow-list: a folder of public keys, read again while running, so that adding a file lets a
// worker in and removing one revokes it. Not thread-safe: belongs to the transport's loop.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/wire/authorizer.h"

namespace prelabel {

struct AllowListOptions {
  std::filesystem::path folder;              // of *.pub files; empty: none
  std::map<std::string, std::string> fixed;  // public key → name; never revoked
  // Told what is wrong with the folder later on; whatever is wrong lets nobody in.
  std::function<void(const std::string&)> on_problem;
};

inline constexpr Duration kAllowListPeriod = std::chrono::seconds(1);

class AllowList : public Authorizer {
 public:
  // Reads the folder once. InvalidArgument: it, or a file in it, cannot be trusted or read.
  // `clock` must outlive the list.
  static Result<std::unique_ptr<AllowList>> Open(AllowListOptions options, const Clock& clock);

  // A user id is "NAME/KEY": the file's name without .pub and the key, so that a file of the same
  // name with another key is another user. Both read the folder again when a second has passed.
  std::optional<std::string> UserOf(const std::string& public_key) override;
  bool Allows(const std::string& user_id) override;

  int size() const { return static_cast<int>(user_of_.size()); }

 private:
  AllowList(AllowListOptions options, const Clock& clock);

  // What is wrong, a line each; empty: nothing.
  std::string Read();
  void ReadAgainWhenDue();
  void Add(const std::string& public_key, const std::string& name);

  AllowListOptions options_;
  const Clock& clock_;
  TimePoint next_read_{};
  std::map<std::string, std::string> user_of_;
  std::set<std::string, std::less<>> users_;
  std::string problem_;  // already told
};

}  // namespace prelabel
