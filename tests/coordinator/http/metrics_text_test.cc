// tests/integration/live_page_test.py holds the text to promtool besides.
#include "coordinator/http/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace prelabel {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

RunStatus::Worker Worker(const std::string& state) {
  RunStatus::Worker worker;
  worker.host = "secret-host";
  worker.slots = 4;
  worker.held = 3;
  worker.state = state;
  return worker;
}

TEST(MetricsText, HasTheFiguresOfTheStatus) {
  RunStatus status;
  status.job = "a \"b\"\\c\nd";
  status.version = "1.2.3";
  status.items = 800;
  status.items_done = 100;
  status.compute_seconds = 2.5;
  status.state = "waiting";
  status.workers = {Worker("working"), Worker("working"), Worker("benched")};
  const std::string text = FormatMetrics(status, seconds(2));
  // Escaped as the format demands (prometheus.io, "Exposition formats").
  EXPECT_THAT(text,
              HasSubstr("prelabel_run_info{name=\"a \\\"b\\\"\\\\c\\nd\",version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\n# TYPE prelabel_items_done_total counter\n"
                              "prelabel_items_done_total 100\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_items 800\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_compute_seconds_total 2.5\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_run_state{state=\"running\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_run_state{state=\"waiting\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_workers{state=\"working\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_workers{state=\"idle\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_worker_slots 12\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_tasks_held 9\n"));
  EXPECT_THAT(text, HasSubstr("\nprelabel_status_age_seconds 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("prelabel_eta_seconds")));
  status.eta_seconds = 90;
  EXPECT_THAT(FormatMetrics(status, seconds(0)), HasSubstr("\nprelabel_eta_seconds 90\n"));
}

TEST(MetricsText, HasAsManySeriesWithAThousandWorkersAsWithOne) {
  const auto lines = [](std::size_t workers) {
    RunStatus status;
    status.workers.assign(workers, Worker("working"));
    status.failures.resize(workers);
    const std::string text = FormatMetrics(status, seconds(0));
    EXPECT_THAT(text, Not(HasSubstr("secret-host")));
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(1), lines(1000));
}

}  // namespace
}  // namespace prelabel
