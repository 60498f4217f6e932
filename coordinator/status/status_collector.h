// What a run's status says of workers, failures and waiting tasks: counted as it happens, put
// together on demand. Pure: times are arguments. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/server/server.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

class StatusCollector {
 public:
  // `utc`: now, as UtcNow() has it.
  void OnWorkerJoined(const WorkerInfo& worker);
  void OnWorkerLeft(const WorkerInfo& worker, const std::string& reason, const std::string& utc);
  void OnWorkerMemory(WorkerId worker, std::uint64_t resident_bytes);
  void OnCommitDecided(const CommitResult& commit);
  void OnAttemptFailed(const TaskFailures& failures, const std::string& utc);
  // `items`: of the dataset, that the task was about.
  void OnCommitted(const EncodedResult& result, std::uint32_t items);
  void OnQuarantined(const QuarantinedTask& task, const std::string& utc);

  std::size_t workers() const { return present_.size(); }

  // Sets tasks, workers, failures, what is unfinished, and the counts of this session.
  void Fill(RunStatus& status, const Scheduler& scheduler, TimePoint now) const;

 private:
  struct Present {
    WorkerInfo info;
    std::uint64_t items_done = 0;
    std::uint64_t resident_bytes = 0;
  };
  void AddFailure(const char* kind, const std::string& reason, const std::string& what,
                  const std::string& utc);

  std::map<WorkerId, Present> present_;
  std::map<TaskId, WorkerId> deciding_;       // commits that are decided and not durable yet
  std::vector<RunStatus::Failure> failures_;  // the latest first, some at most
  std::uint64_t joined_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t failed_attempts_ = 0;
  std::uint64_t quarantined_ = 0;
  std::uint64_t compute_micros_ = 0;
  std::uint64_t result_bytes_ = 0;
};

}  // namespace prelabel
