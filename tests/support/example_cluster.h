// A run with any number of workers that no process stands behind: the real scheduler and collector,
// fed with results and failures. For looking at the live page, testing it and measuring it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coordinator/scheduler/scheduler.h"
#include "coordinator/status/run_status.h"
#include "coordinator/status/status_collector.h"

namespace prelabel {

class ExampleCluster {
 public:
  // Tasks of 8 items. One worker in 40 does not get ready; one is benched; failures have reasons,
  // and one host a name, that are markup.
  ExampleCluster(std::size_t workers, std::uint64_t tasks);

  // Time passes: about one in `share` of the tasks at workers is done.
  void Step(Duration duration, std::uint64_t share);

  // As the coordinator makes it. `utc`: now.
  RunStatus Status(const std::string& utc) const;

 private:
  void Raise(const SchedulerEvent& event);
  void Dispatch();
  void Apply(const std::vector<SchedulerAction>& actions);

  std::uint64_t items_;
  std::uint64_t items_done_ = 0;
  TimePoint now_ = std::chrono::seconds(1000);
  Scheduler scheduler_;
  StatusCollector collector_;
  std::vector<AssignTask> given_;
  std::uint64_t turn_ = 0;
  std::vector<std::string> log_;
};

}  // namespace prelabel
