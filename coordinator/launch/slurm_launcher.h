// Workers as jobs of a Slurm cluster, by its own programs: sbatch, squeue, scancel. One of them
// runs at a time, and nobody waits for it. Needs no accounting. Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/launch/command.h"
#include "coordinator/launch/launcher.h"
#include "coordinator/launch/look_interval.h"
#include "coordinator/launch/slurm_commands.h"

namespace prelabel {

class SlurmLauncher : public Launcher {
 public:
  // Before anything is submitted, jobs of this name that an earlier coordinator left are ended.
  // `workers.keys` is removed at the end. `goodbye`: what Terminate waits for a command at most.
  explicit SlurmLauncher(SlurmWorkers workers, Duration goodbye = std::chrono::seconds(10));
  // As Terminate.
  ~SlurmLauncher() override;
  SlurmLauncher(const SlurmLauncher&) = delete;
  SlurmLauncher& operator=(const SlurmLauncher&) = delete;

  std::string Noun() const override { return "Slurm job"; }
  void Submit(int count) override { to_submit_ += count; }
  LauncherNews Poll(TimePoint now) override;
  std::vector<Allocation> Allocations() const override { return jobs_; }
  int Submitting() const override { return to_submit_ + in_submission_; }
  void Cancel(const std::vector<std::string>& ids) override;
  void LookSoon() override { looks_.Shorten(); }

  // scancel of all; Slurm sends SIGTERM, and SIGKILL after its KillWait. Returns when scancel has
  // said so, or has taken too long. How they end is not known.
  std::vector<EndedAllocation> Terminate(std::chrono::milliseconds grace) override;

 private:
  enum class Kind { kCleanUp, kSubmit, kLook, kCancel };

  void StartNext(TimePoint now, LauncherNews& news);
  void Start(Kind kind, const std::vector<std::string>& words, const std::string& input,
             TimePoint now, LauncherNews& news);
  void Finish(const CommandOutcome& outcome, TimePoint now, LauncherNews& news);
  void Refuse(Error error, LauncherNews& news);
  void Compare(const std::vector<SlurmJob>& listed, LauncherNews& news);

  SlurmWorkers workers_;
  std::unique_ptr<Command> command_;  // the one that runs
  Kind kind_ = Kind::kCleanUp;        // of that
  bool clean_ = false;                // nothing of an earlier coordinator is left
  bool over_ = false;
  int to_submit_ = 0;
  int in_submission_ = 0;
  std::vector<std::string> to_cancel_;
  std::vector<std::string> in_cancellation_;
  TimePoint cancel_after_{};
  std::vector<Allocation> jobs_;
  Duration goodbye_;
  LookInterval looks_;
};

}  // namespace prelabel
