#include "coordinator/launch/ssh_launcher.h"

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

#include "common/base/doubling_pause.h"
#include "coordinator/launch/local_launcher.h"
#include "coordinator/launch/shell_words.h"

namespace prelabel {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval{10};
constexpr Duration kFirstPause = std::chrono::milliseconds(500);
constexpr Duration kLongestPause = std::chrono::minutes(1);
constexpr Duration kWorked = std::chrono::minutes(1);
constexpr int kSshFailed = 255;        // ssh(1), EXIT STATUS
constexpr int kTermStatus = 128 + 15;  // worker/main.cc: it left because of SIGTERM

// What the other host's shell runs, with the number of lines of keys as $1 and the worker's words
// behind. Standard input brings the keys and then stays open: when it ends, so that the connection
// or the coordinator is gone, the worker is told to leave. The watcher holds none of ssh's
// channels, or these would stay open after the worker.
constexpr const char* kScript =
    "lines=$1; shift; keys=; nl=$(printf \"\\nx\"); nl=${nl%x}; "
    "while test $lines -gt 0 && IFS= read -r line; do "
    "keys=$keys$line$nl; lines=$((lines - 1)); done; "
    "exec 3<&0; "
    "if test -n \"$keys\"; then printf %s \"$keys\" | \"$@\" --keys - & "
    "else \"$@\" </dev/null & fi; worker=$!; "
    "(cat <&3 >/dev/null; kill -TERM $worker) >/dev/null 2>&1 & watcher=$!; "
    "wait $worker; status=$?; kill $watcher 2>/dev/null; exit $status";

std::string FileName(std::string host) {
  std::replace(host.begin(), host.end(), '/', '_');
  return host;
}

}  // namespace

std::vector<std::string> SshArguments(const SshWorkers& workers, const std::string& host,
                                      const std::string& allocation) {
  // Nobody is there to answer questions; a host that is gone is noticed within two minutes.
  std::vector<std::string> words{"-oBatchMode=yes", "-oServerAliveInterval=15",
                                 "-oServerAliveCountMax=8"};
  words.insert(words.end(), workers.options.options.begin(), workers.options.options.end());
  const auto lines = std::count(workers.keys.begin(), workers.keys.end(), '\n');
  std::vector<std::string> command{"exec", "sh", "-c", kScript, "sh", std::to_string(lines)};
  command.insert(command.end(), workers.command.begin(), workers.command.end());
  command.insert(command.end(), {"--allocation", allocation});
  words.insert(words.end(), {"--", host, ShellLine(command)});
  return words;
}

SshLauncher::SshLauncher(SshWorkers workers) : workers_(std::move(workers)) {
  for (const std::string& name : workers_.options.hosts) hosts_.emplace_back().name = name;
}

SshLauncher::~SshLauncher() { SshLauncher::Terminate(std::chrono::milliseconds(0)); }

Result<void> SshLauncher::StartOn(Host& host) {
  host.allocation =
      host.started == 0 ? host.name : host.name + "/" + std::to_string(host.started + 1);
  ProcessOptions process;
  process.program = workers_.ssh;
  process.arguments = SshArguments(workers_, host.name, host.allocation);
  process.log = workers_.log_dir / ("worker-" + FileName(host.name) + ".log");
  process.input = workers_.keys;
  process.hold_input = true;
  PRELABEL_TRY(WorkerProcess started, WorkerProcess::Start(process));
  host.process.emplace(std::move(started));
  ++host.started;
  host.started_at = now_;
  return Ok();
}

void SshLauncher::Submit(int count) {
  std::vector<Host*> free;
  for (Host& host : hosts_) {
    if (!host.process && now_ >= host.not_before) free.push_back(&host);
  }
  std::stable_sort(free.begin(), free.end(),
                   [](const Host* a, const Host* b) { return a->failed < b->failed; });
  for (Host* host : free) {
    if (count-- <= 0) return;
    if (const Result<void> started = StartOn(*host); !started) {
      news_.refused.push_back(started.error());
      return;
    }
    ++news_.accepted;
  }
}

LauncherNews SshLauncher::Poll(TimePoint now) {
  now_ = now;
  LauncherNews news = std::exchange(news_, {});
  news.ended = Reap();
  return news;
}

std::vector<Allocation> SshLauncher::Allocations() const {
  std::vector<Allocation> all;
  for (const Host& host : hosts_) {
    if (host.process) all.push_back({host.allocation, true});
  }
  return all;
}

void SshLauncher::Cancel(const std::vector<std::string>& ids) {
  for (Host& host : hosts_) {
    if (host.process && std::find(ids.begin(), ids.end(), host.allocation) != ids.end()) {
      host.process->CloseInput();
    }
  }
}

std::vector<EndedAllocation> SshLauncher::Reap() {
  std::vector<EndedAllocation> ended;
  for (Host& host : hosts_) {
    if (!host.process) continue;
    const auto exit = host.process->Poll();
    if (!exit) continue;
    EndedAllocation end;
    end.id = host.allocation;
    end.log = workers_.log_dir / ("worker-" + FileName(host.name) + ".log");
    end.ending = exit->status == kTermStatus ? AllocationEnd::kTaken : EndingOf(exit->status);
    end.status = exit->status == kTermStatus  ? "was told to leave"
                 : exit->status == kSshFailed ? "could not be reached, or its connection broke"
                                              : exit->text;
    if (end.ending == AllocationEnd::kFailed || end.ending == AllocationEnd::kUnusable) {
      ++host.failed;
      if (now_ - host.started_at >= kWorked) host.failed_in_row = 0;
      host.not_before = now_ + DoublingPause(kFirstPause, host.failed_in_row++, kLongestPause);
    }
    host.process.reset();
    ended.push_back(std::move(end));
  }
  return ended;
}

std::vector<EndedAllocation> SshLauncher::Terminate(std::chrono::milliseconds grace) {
  std::vector<EndedAllocation> ended = Reap();
  const auto any = [this] {
    return std::any_of(hosts_.begin(), hosts_.end(),
                       [](const Host& host) { return host.process.has_value(); });
  };
  for (Host& host : hosts_) {
    if (host.process) host.process->CloseInput();
  }
  const auto deadline = steady_clock::now() + grace;
  while (any() && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollInterval);
    for (EndedAllocation& end : Reap()) ended.push_back(std::move(end));
  }
  for (Host& host : hosts_) host.process.reset();
  return ended;
}

}  // namespace prelabel
