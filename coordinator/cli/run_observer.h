// Watches a run: counts, draws the progress line, writes the log and looks after the workers that
// it started.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/cli/progress.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/launch/fleet.h"
#include "coordinator/server/server.h"
#include "coordinator/status/control.h"
#include "coordinator/status/run_status.h"
#include "coordinator/status/status_collector.h"

namespace prelabel {

class RunObserver : public ServerObserver {
 public:
  // `rows` as the scheduler got them; `failed_items`: quarantined before. `fleet` may be null
  // (workers join by themselves).
  // `max_failed_items`: the run ends early where more items are quarantined.
  RunObserver(const std::vector<TaskRow>& rows, std::uint64_t failed_items, Progress& progress,
              RunLog& log, Fleet* fleet, std::optional<std::uint64_t> max_failed_items);

  // Where the status is written every two seconds (run_status.h); nowhere by default. `known`:
  // what does not change (names and addresses).
  void WriteStatusTo(std::filesystem::path path, RunStatus known);

  // Told of the status every second; must not block.
  std::function<void(const std::shared_ptr<const RunStatus>&)> on_status;

  // Told of every local worker process that ends by itself: its process id and how.
  std::function<void(std::uint64_t, const std::string&)> on_process_end;
  // Told of workers that should leave because there is nothing for them to do.
  std::function<void(WorkerId)> on_dismiss;

  // What people asked for since the last call; may be empty.
  std::function<std::vector<ControlCommand>()> take_commands;
  // Told to give out nothing more, or to go on; and that the run shall stop.
  std::function<void(bool)> on_pause;
  std::function<void()> on_cancel;

  // Asks for the first workers; later ones follow by OnTurn. See failure().
  void StartWorkers(const Scheduler& scheduler, TimePoint now);

  void OnWorkerJoined(const WorkerInfo& worker) override;
  void OnWorkerLeft(const WorkerInfo& worker, const std::string& reason) override;
  void OnWorkerMemory(WorkerId worker, std::uint64_t resident_bytes) override;
  void OnCommitted(const std::vector<EncodedResult>& results) override;
  void OnQuarantined(const QuarantinedTask& task) override;
  void OnRefusedMessage(const std::string& reason) override;
  void OnDecision(const SchedulerAction& action) override;
  void OnStoreTrouble(const Error* error) override;
  void OnDraining() override;
  bool OnTurn(const Scheduler& scheduler, TimePoint now) override;

  // Draws the end of the progress line and tells the last status.
  void Finish(const Scheduler& scheduler, TimePoint now);

  // Why the run cannot go on (there are no workers and will be none), or empty.
  const std::string& failure() const { return failure_; }
  // Why the run ended although it could have gone on (max_failed_items); empty: it did not.
  const std::string& ended_early() const { return ended_early_; }
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
  void Obey(const ControlCommand& command);
  void TellStatus(const Scheduler& scheduler, TimePoint now);

  Progress& progress_;
  RunLog& log_;
  Fleet* fleet_;
  TimePoint next_watch_{};
  std::vector<TaskSize> sizes_;  // by task
  ProgressState state_;
  std::uint64_t items_in_this_session_ = 0;
  std::vector<std::string> worker_names_;
  std::set<std::string> compute_classes_;
  std::set<std::string> devices_;
  std::string last_reason_;  // with which a worker left
  StatusCollector collector_;
  std::string store_trouble_;
  bool draining_ = false;
  bool paused_ = false;
  std::filesystem::path status_path_;
  RunStatus known_;
  TimePoint next_status_{};
  TimePoint next_file_{};
  std::string failure_;
  bool failed_for_good_ = false;
  std::optional<std::uint64_t> max_failed_items_;
  std::string ended_early_;
};

}  // namespace prelabel
