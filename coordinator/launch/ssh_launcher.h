// Workers on other machines, each behind an ssh of its own (OpenSSH's client): one a host at most.
// A worker ends when its ssh does, and so with the coordinator. Not thread-safe; belongs to one
// thread, as worker_process.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/job/job_spec.h"
#include "coordinator/launch/launcher.h"
#include "coordinator/launch/worker_process.h"

namespace prelabel {

struct SshWorkers {
  SshOptions options;                // hosts, of which none appears twice
  std::vector<std::string> command;  // of a worker there, but for its allocation and keys
  std::string keys;                  // what it reads from standard input; empty: none
  std::filesystem::path log_dir;     // gets worker-HOST.log
  std::filesystem::path ssh;         // the client, as FindProgram found it
};

// The words behind "ssh" for a host. Pure.
std::vector<std::string> SshArguments(const SshWorkers& workers, const std::string& host,
                                      const std::string& allocation);

class SshLauncher : public Launcher {
 public:
  explicit SshLauncher(SshWorkers workers);
  ~SshLauncher() override;
  SshLauncher(const SshLauncher&) = delete;
  SshLauncher& operator=(const SshLauncher&) = delete;

  std::string Noun() const override { return "ssh worker"; }
  // On the hosts that have none, those first on which the fewest have ended by themselves. A host
  // on which the last one failed is left alone for 0.5 s, 1 s, 2 s … up to a minute, so that none
  // is knocked at without end while others work.
  void Submit(int count) override;
  LauncherNews Poll(TimePoint now) override;
  std::vector<Allocation> Allocations() const override;
  int Submitting() const override { return 0; }
  // The worker hands back what it has, and leaves.
  void Cancel(const std::vector<std::string>& ids) override;
  std::vector<EndedAllocation> Terminate(std::chrono::milliseconds grace) override;

 private:
  struct Host {
    std::string name;
    int started = 0;
    int failed = 0;
    std::uint32_t failed_in_row = 0;  // none of which lasted for a minute
    TimePoint started_at{};
    TimePoint not_before{};
    std::string allocation;  // "NAME", from the second one on "NAME/2"
    std::optional<WorkerProcess> process;
  };

  Result<void> StartOn(Host& host);
  std::vector<EndedAllocation> Reap();

  SshWorkers workers_;
  std::vector<Host> hosts_;
  LauncherNews news_;  // of Submit
  TimePoint now_{};    // of the last Poll
};

}  // namespace prelabel
