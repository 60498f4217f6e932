#include "coordinator/cli/control_command.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

RunStatus ThreeWorkers() {
  RunStatus status;
  status.workers.push_back({1, "gpu-1", 2, "working", "", "cuda:A100", 3, 2, 1200, 0, 0.4});
  status.workers.push_back({2, "gpu-2", 1, "idle", "", "cpu", 0, 0, 7, 1, 12});
  status.workers.push_back({31, "gpu-1", 1, "loading", "", "cpu", 0, 0, 0, 0, 0});
  status.workers[0].resident_bytes = 3221225472;
  status.workers[1].resident_bytes = 734003200;
  return status;
}

TEST(ControlCommand, WorkersAreATable) {
  EXPECT_EQ(DescribeWorkers(ThreeWorkers()),
            "worker  host   device     slots  state    tasks  items  failures   memory  silent\n"
            "     1  gpu-1  cuda:A100      2  working      3   1200         0  3221 MB     0 s\n"
            "     2  gpu-2  cpu            1  idle         0      7         1   734 MB    12 s\n"
            "    31  gpu-1  cpu            1  loading      0      0         0        ?     0 s\n");
}

}  // namespace
}  // namespace prelabel
