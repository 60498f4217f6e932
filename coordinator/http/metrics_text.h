// A run's status as Prometheus reads it (text format 0.0.4). Few series, whatever the size of the
// run: nothing is labeled by worker, host, task or item. The adapter of prometheus-cpp.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

// What a scrape is answered with. `age`: of the status.
std::string FormatMetrics(const RunStatus& status, Duration age);

}  // namespace prelabel
