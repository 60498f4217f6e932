// Watches a run: counts, draws the progress line, writes the log and looks after the workers that
// it started.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/cli/progress.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/launch/fleet.h"
#include "coordinator/server/server.h"

namespace prelabel {

class RunObserver : public ServerObserver {
 public:
  // `rows` as the scheduler got them; `failed_items`: quarantined before. `fleet` may be null
  // (workers join by themselves).
  // `max_failed_items`: the run ends early where more items are quarantined.
  RunObserver(const std::vector<TaskRow>& rows, std::uint64_t failed_items, Progress& progress,
              RunLog& log, Fleet* fleet, std::optional<std::uint64_t> max_failed_items);

  // Where and how the status is written every two seconds (run_status.h); nowhere by default.
  void WriteStatusTo(std::filesystem::path path, std::string endpoint);

  // Told of every local worker process that ends by itself: its process id and how.
  std::function<void(std::uint64_t, const std::string&)> on_process_end;
  // Told of workers that should leave because there is nothing for them to do.
  std::function<void(WorkerId)> on_dismiss;

  // Asks for the first workers; later ones follow by OnTurn. See failure().
  void StartWorkers(const Scheduler& scheduler, TimePoint now);

  void OnWorkerJoined(const WorkerInfo& worker) override;
  void OnWorkerLeft(const WorkerInfo& worker, const std::string& reason) override;
  void OnCommitted(const std::vector<EncodedResult>& results) override;
  void OnQuarantined(const QuarantinedTask& task) override;
  void OnRefusedMessage(const std::string& reason) override;
  void OnDecision(const SchedulerAction& action) override;
  void OnStoreTrouble(const Error* error) override;
  bool OnTurn(const Scheduler& scheduler, TimePoint now) override;
  void OnDrain() override { draining_ = true; }

  // Draws the end of the progress line.
  void Finish(TimePoint now);

  // Why the run cannot go on (there are no workers and will be none), or empty.
  const std::string& failure() const { return failure_; }
  // The same command would fail again: the workers cannot use this job or model.
  bool failed_for_good() const { return failed_for_good_; }
  // Distinct compute classes that have joined, as "build device cpu precision".
  const std::set<std::string>& compute_classes() const { return compute_classes_; }
  // What they ran on: "cpu", "cuda:NAME".
  const std::set<std::string>& devices() const { return devices_; }
  // Everyone that took part, as "host, 2 slots", in the order of joining.
  const std::vector<std::string>& worker_names() const { return worker_names_; }
  std::uint64_t items_in_this_session() const { return items_in_this_session_; }

 private:
  struct TaskSize {
    std::uint32_t items = 0;  // of a detect task
    std::uint32_t looks = 0;  // items of a second look
  };
  static TaskSize SizeOf(const Task& task);

  void WatchFleet(const Scheduler& scheduler, TimePoint now);
  void WriteStatus(const Scheduler& scheduler, TimePoint now) const;

  Progress& progress_;
  RunLog& log_;
  Fleet* fleet_;
  TimePoint next_watch_{};
  bool draining_ = false;
  std::vector<TaskSize> sizes_;  // by task
  ProgressState state_;
  std::uint64_t items_in_this_session_ = 0;
  std::vector<std::string> worker_names_;
  std::set<std::string> compute_classes_;
  std::set<std::string> devices_;
  std::string last_reason_;  // with which a worker left
  std::map<WorkerId, WorkerInfo> present_;
  std::string store_trouble_;
  std::filesystem::path status_path_;
  std::string endpoint_;
  TimePoint next_status_{};
  std::string failure_;
  bool failed_for_good_ = false;
  std::optional<std::uint64_t> max_failed_items_;
  std::string ended_early_;  // why, although it could have gone on (max_failed_items)
};

}  // namespace prelabel
