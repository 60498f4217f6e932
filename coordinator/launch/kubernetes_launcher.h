// Workers as pods of a Kubernetes cluster, by kubectl. One of its commands runs at a time, and
// nobody waits for it. Not thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/launch/command.h"
#include "coordinator/launch/kubernetes_commands.h"
#include "coordinator/launch/kubernetes_pods.h"
#include "coordinator/launch/launcher.h"
#include "coordinator/launch/look_interval.h"

namespace prelabel {

class KubernetesLauncher : public Launcher {
 public:
  // Before anything is asked for, pods and keys that an earlier coordinator of the run left are
  // removed, and the Secret with the keys is made.
  explicit KubernetesLauncher(KubernetesWorkers workers);
  // As Terminate.
  ~KubernetesLauncher() override;
  KubernetesLauncher(const KubernetesLauncher&) = delete;
  KubernetesLauncher& operator=(const KubernetesLauncher&) = delete;

  std::string Noun() const override { return "Kubernetes pod"; }
  void Submit(int count) override { to_submit_ += count; }
  LauncherNews Poll(TimePoint now) override;
  std::vector<Allocation> Allocations() const override { return pods_; }
  int Submitting() const override { return to_submit_ + static_cast<int>(in_submission_.size()); }
  void Cancel(const std::vector<std::string>& ids) override;
  void LookSoon() override { looks_.Shorten(); }

  // Deletes all pods and the Secret; Kubernetes sends SIGTERM, and SIGKILL after the grace period.
  // Returns when kubectl has said so, or after ten seconds for each. How they end is not known.
  std::vector<EndedAllocation> Terminate(std::chrono::milliseconds grace) override;

 private:
  enum class Kind { kCleanUp, kDropKeys, kGiveKeys, kSubmit, kLook, kRead, kDelete };

  void StartNext(TimePoint now, LauncherNews& news);
  void StartSubmission(TimePoint now, LauncherNews& news);
  void Start(Kind kind, const std::vector<std::string>& words, const std::string& input,
             TimePoint now, LauncherNews& news);
  void Finish(const CommandOutcome& outcome, TimePoint now, LauncherNews& news);
  void FinishSubmission(const CommandOutcome& outcome, LauncherNews& news);
  void FinishReading(const CommandOutcome& outcome, LauncherNews& news);
  void Refuse(Error error, LauncherNews& news);
  void Compare(const std::vector<KubernetesPod>& listed, LauncherNews& news);
  void EndPod(EndedAllocation ended, LauncherNews& news);
  bool IsBeingRead(const std::string& id) const;

  KubernetesWorkers workers_;
  std::unique_ptr<Command> command_;  // the one that runs
  Kind kind_ = Kind::kCleanUp;        // of that
  Kind preparing_ = Kind::kCleanUp;   // what comes first; kSubmit: all is prepared
  bool over_ = false;
  int to_submit_ = 0;
  int named_ = 0;  // pods so far
  std::vector<std::string> in_submission_;
  std::vector<std::string> to_delete_;
  std::vector<std::string> in_deletion_;
  TimePoint delete_after_{};
  std::deque<EndedAllocation> to_read_;  // failed ones whose log is wanted before they are told of
  std::vector<Allocation> pods_;
  LookInterval looks_;
};

}  // namespace prelabel
