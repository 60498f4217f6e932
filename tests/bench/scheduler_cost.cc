#include "tests/bench/scheduler_cost.h"

#include <sys/resource.h>

#include <chrono>
#include <deque>
#include <variant>
#include <vector>

#include "coordinator/scheduler/scheduler.h"
#include "tests/bench/cpu_time.h"

namespace prelabel::bench {
namespace {
constexpr std::uint32_t kItems = 8;
constexpr Duration kTask = std::chrono::milliseconds(80);
}  // namespace

double SchedulerSecondsATask(std::size_t workers, std::uint64_t tasks_a_worker) {
  const std::uint64_t tasks = workers * tasks_a_worker;
  std::vector<TaskRow> rows(tasks);
  for (std::uint64_t i = 0; i < tasks; ++i) {
    rows[i].task = {TaskId(i), TaskKind::kDetect, SourceId(0), i * kItems, kItems, 1};
  }
  Scheduler scheduler(rows, {});
  TimePoint now{};
  const Duration step = kTask / workers;
  std::vector<SchedulerAction> actions;
  for (std::size_t i = 1; i <= workers; ++i) {
    scheduler.OnEvent(WorkerJoined{WorkerId(i), 1, {}}, now, actions);
    scheduler.OnEvent(WorkerCredit{WorkerId(i), 2}, now, actions);
  }
  std::vector<std::deque<Lease>> held(workers + 1);  // by worker
  // What the workers would see of the actions.
  const auto deliver = [&] {
    for (const SchedulerAction& action : actions) {
      if (const auto* assign = std::get_if<AssignTask>(&action)) {
        held[assign->worker.value].push_back({Epoch(1), assign->task.id, assign->attempt});
      } else if (const auto* cancel = std::get_if<CancelTask>(&action)) {
        std::erase_if(held[cancel->worker.value], [&](const Lease& lease) {
          return lease.task == cancel->task && lease.attempt == cancel->attempt;
        });
      }
    }
    actions.clear();
  };
  const double begin = CpuSeconds(RUSAGE_SELF);
  scheduler.Dispatch(now, actions);
  deliver();
  for (std::size_t turn = 0; !scheduler.Finished(); ++turn) {
    const WorkerId worker(1 + turn % workers);
    now += step;
    scheduler.OnEvent(WorkerSeen{worker}, now, actions);
    std::deque<Lease>& own = held[worker.value];
    if (own.empty()) continue;
    const Lease done = own.front();
    own.pop_front();
    scheduler.OnEvent(ResultReceived{worker, done.task, done.attempt, {}}, now, actions);
    scheduler.Dispatch(now, actions);
    deliver();
  }
  return (CpuSeconds(RUSAGE_SELF) - begin) / static_cast<double>(tasks);
}

}  // namespace prelabel::bench
