// What the scheduler alone costs, without sockets and disk.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prelabel::bench {

// CPU seconds a task of a run of `workers` workers with `tasks_a_worker` tasks each, from the first
// dispatch to the end of the run: results come one by one, from the workers in turn, each followed
// by a dispatch as where nothing arrives at the same time.
double SchedulerSecondsATask(std::size_t workers, std::uint64_t tasks_a_worker);

}  // namespace prelabel::bench
