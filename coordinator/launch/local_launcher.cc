#include "coordinator/launch/local_launcher.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval{10};

}  // namespace

Result<fs::path> FindSiblingProgram(const std::string& name) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return Internal("cannot read /proc/self/exe: " + error.message());
  const fs::path program = self.parent_path() / name;
  if (access(program.c_str(), X_OK) != 0) {
    return InvalidArgument(std::string(std::strerror(errno)) + "; install or build it next to " +
                               self.filename().string(),
                           program.string());
  }
  return program;
}

Result<fs::path> FindProgram(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const fs::path program = fs::path(folders.substr(0, end)) / name;
    if (end > 0 && access(program.c_str(), X_OK) == 0) return program;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return InvalidArgument(name + " is on no folder of PATH; install it");
}

AllocationEnd EndingOf(int status) {
  constexpr int kUsageStatus = 2;  // worker/main.cc
  if (status == 0) return AllocationEnd::kLeft;
  return status == kUsageStatus ? AllocationEnd::kUnusable : AllocationEnd::kFailed;
}

LocalLauncher::LocalLauncher(LaunchOptions options) : options_(std::move(options)) {}

LocalLauncher::~LocalLauncher() { LocalLauncher::Terminate(std::chrono::milliseconds(0)); }

Result<void> LocalLauncher::Start(int count) {
  for (int i = 0; i < count; ++i) {
    PRELABEL_TRY(StartOne());
  }
  return outcome::success();
}

Result<void> LocalLauncher::StartOne() {
  const int number = started_ + 1;
  ProcessOptions process;
  process.program = options_.program;
  process.arguments = options_.arguments;
  if (!options_.id_flag.empty()) {
    process.arguments.insert(process.arguments.end(), {options_.id_flag, std::to_string(number)});
  }
  process.log = options_.log_dir / ("worker-" + std::to_string(number) + ".log");
  process.input = options_.input;
  PRELABEL_TRY(WorkerProcess started, WorkerProcess::Start(process));
  ++started_;
  const pid_t pid = started.pid();
  running_.push_back({number, pid, std::move(process.log), std::move(started)});
  return outcome::success();
}

void LocalLauncher::Submit(int count) {
  const int before = started_;
  if (const Result<void> started = Start(count); !started) {
    news_.refused.push_back(started.error());
  }
  news_.accepted += started_ - before;
}

LauncherNews LocalLauncher::Poll(TimePoint /*now*/) {
  LauncherNews news = std::exchange(news_, {});
  news.ended = Reap();
  return news;
}

std::vector<Allocation> LocalLauncher::Allocations() const {
  std::vector<Allocation> all;
  for (const Worker& worker : running_) all.push_back({std::to_string(worker.number), true});
  return all;
}

void LocalLauncher::Cancel(const std::vector<std::string>& ids) {
  for (const Worker& worker : running_) {
    if (std::find(ids.begin(), ids.end(), std::to_string(worker.number)) != ids.end()) {
      worker.process.Signal(SIGTERM);
    }
  }
}

std::vector<EndedAllocation> LocalLauncher::Reap() {
  std::vector<EndedAllocation> exited;
  std::erase_if(running_, [&](Worker& worker) {
    const auto exit = worker.process.Poll();
    if (!exit) return false;
    exited.push_back({std::to_string(worker.number), EndingOf(exit->status), exit->text, worker.log,
                      static_cast<std::uint64_t>(worker.pid)});
    return true;
  });
  return exited;
}

void LocalLauncher::Signal(int signal) const {
  for (const Worker& worker : running_) worker.process.Signal(signal);
}

std::vector<EndedAllocation> LocalLauncher::Terminate(std::chrono::milliseconds grace) {
  std::vector<EndedAllocation> exited = Reap();
  const auto collect = [&] {
    for (EndedAllocation& worker : Reap()) exited.push_back(std::move(worker));
  };
  if (grace.count() > 0) {
    Signal(SIGTERM);
    const auto deadline = steady_clock::now() + grace;
    while (collect(), !running_.empty() && steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kPollInterval);
    }
  }
  Signal(SIGKILL);
  while (collect(), !running_.empty()) std::this_thread::sleep_for(kPollInterval);
  std::sort(exited.begin(), exited.end(),
            [](const auto& a, const auto& b) { return std::stoi(a.id) < std::stoi(b.id); });
  return exited;
}

}  // namespace prelabel
