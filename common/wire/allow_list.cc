#include "common/wire/allow_list.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "common/wire/key_files.h"

namespace prelabel {

namespace fs = std::filesystem;

AllowList::AllowList(AllowListOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), next_read_(clock.Now() + kAllowListPeriod) {}

Result<std::unique_ptr<AllowList>> AllowList::Open(AllowListOptions options, const Clock& clock) {
  std::unique_ptr<AllowList> list(new AllowList(std::move(options), clock));
  if (const std::string problem = list->Read(); !problem.empty()) return InvalidArgument(problem);
  return list;
}

void AllowList::Add(const std::string& public_key, const std::string& name) {
  const auto [at, is_new] = user_of_.emplace(public_key, name + "/" + public_key);
  users_.insert(at->second);
}

std::string AllowList::Read() {
  user_of_.clear();
  users_.clear();
  for (const auto& [key, name] : options_.fixed) Add(key, name);
  if (options_.folder.empty()) return {};
  if (auto trusted = CheckKeyFolder(options_.folder); !trusted) return trusted.error().ToString();
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(options_.folder, error), end; !error && at != end;
       at.increment(error)) {
    const fs::path& file = at->path();
    if (file.extension() == ".pub" && file.filename().string().front() != '.') {
      files.push_back(file);
    }
  }
  if (error) return options_.folder.string() + ": cannot be listed: " + error.message();
  std::sort(files.begin(), files.end());  // which of two names a key has must not vary
  std::string problems;
  for (const fs::path& file : files) {
    auto key = LoadPublicKey(file);
    if (key) {
      Add(key.value(), file.stem().string());
    } else {
      problems += (problems.empty() ? "" : "\n") + key.error().ToString();
    }
  }
  return problems;
}

void AllowList::ReadAgainWhenDue() {
  const TimePoint now = clock_.Now();
  if (now < next_read_) return;
  next_read_ = now + kAllowListPeriod;
  std::string problem = Read();
  if (problem == problem_) return;
  problem_ = std::move(problem);
  if (!problem_.empty() && options_.on_problem) options_.on_problem(problem_);
}

std::optional<std::string> AllowList::UserOf(const std::string& public_key) {
  ReadAgainWhenDue();
  const auto found = user_of_.find(public_key);
  return found == user_of_.end() ? std::nullopt : std::optional<std::string>(found->second);
}

bool AllowList::Allows(const std::string& user_id) {
  ReadAgainWhenDue();
  return users_.contains(user_id);
}

}  // namespace prelabel
