#include "coordinator/http/metrics_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<const char*, 8> kStates = {"running", "paused",  "waiting", "draining",
                                                "writing", "stopped", "failed",  "finished"};
constexpr std::array<const char*, 4> kWorkerStates = {"loading", "idle", "working", "benched"};

class Families {
 public:
  void Gauge(const char* name, const char* help, double value,
             std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric& metric = Add(name, help, MetricType::Gauge);
    metric.gauge.value = value;
    metric.label = std::move(labels);
  }
  // In addition to those of `Gauge` before, under other labels.
  void More(double value, std::vector<ClientMetric::Label> labels) {
    ClientMetric& metric = all_.back().metric.emplace_back();
    metric.gauge.value = value;
    metric.label = std::move(labels);
  }
  void Counter(const char* name, const char* help, double value) {
    Add(name, help, MetricType::Counter).counter.value = value;
  }
  std::string Text() const { return prometheus::TextSerializer().Serializer::Serialize(all_); }

 private:
  ClientMetric& Add(const char* name, const char* help, MetricType type) {
    return all_.emplace_back(MetricFamily{name, help, type, {}}).metric.emplace_back();
  }

  std::vector<MetricFamily> all_;
};

double Count(std::uint64_t count) { return static_cast<double>(count); }

void AddWorkers(Families& families, const RunStatus& status) {
  std::uint64_t slots = 0;
  std::uint64_t held = 0;
  std::array<std::uint64_t, kWorkerStates.size()> in_state{};
  for (const RunStatus::Worker& worker : status.workers) {
    slots += worker.slots;
    held += worker.held;
    for (std::size_t i = 0; i < kWorkerStates.size(); ++i) {
      if (worker.state == kWorkerStates[i]) ++in_state[i];
    }
  }
  families.Gauge("prelabel_workers", "Workers that are connected, by what they do.",
                 Count(in_state[0]), {{"state", kWorkerStates[0]}});
  for (std::size_t i = 1; i < kWorkerStates.size(); ++i) {
    families.More(Count(in_state[i]), {{"state", kWorkerStates[i]}});
  }
  families.Gauge("prelabel_worker_slots", "Tasks that the connected workers can run at once.",
                 Count(slots));
  families.Gauge("prelabel_tasks_held", "Copies of tasks that workers hold.", Count(held));
  families.Counter("prelabel_workers_joined_total", "Sessions that workers began.",
                   Count(status.workers_joined));
  families.Counter("prelabel_workers_left_total", "Sessions of workers that ended.",
                   Count(status.workers_left));
}

}  // namespace

std::string FormatMetrics(const RunStatus& status, Duration age) {
  Families families;
  families.Gauge("prelabel_run_info", "The run: its job's name, and prelabel's version.", 1,
                 {{"name", status.job}, {"version", status.version}});
  families.Gauge("prelabel_run_state", "1 for the state that the run is in.",
                 status.state == kStates[0] ? 1 : 0, {{"state", kStates[0]}});
  for (std::size_t i = 1; i < kStates.size(); ++i) {
    families.More(status.state == kStates[i] ? 1 : 0, {{"state", kStates[i]}});
  }
  families.Gauge("prelabel_status_age_seconds", "Since these figures were taken.",
                 std::chrono::duration<double>(age).count());
  families.Gauge("prelabel_items", "Images and frames that the run is to look at.",
                 Count(status.items));
  families.Counter("prelabel_items_done_total",
                   "Images and frames that have ended, quarantined ones included; those of earlier "
                   "starts count.",
                   Count(status.items_done));
  families.Counter("prelabel_items_quarantined_total", "Images and frames that were given up.",
                   Count(status.items_failed));
  families.Gauge("prelabel_tasks", "Tasks of the plan as it is now.", Count(status.tasks));
  families.Counter("prelabel_tasks_done_total", "Tasks that have ended.", Count(status.tasks_done));
  families.Counter("prelabel_tasks_quarantined_total", "Tasks that were given up since the start.",
                   Count(status.tasks_quarantined));
  families.Counter("prelabel_failed_attempts_total", "Attempts at tasks that failed.",
                   Count(status.failed_attempts));
  if (status.eta_seconds) {
    families.Gauge("prelabel_eta_seconds", "Until the last item, at the rate so far.",
                   *status.eta_seconds);
  }
  families.Counter("prelabel_compute_seconds_total", "Time in models, at all workers together.",
                   status.compute_seconds);
  families.Counter("prelabel_result_bytes_total", "Bytes of results that were stored.",
                   Count(status.result_bytes));
  AddWorkers(families, status);
  return families.Text();
}

}  // namespace prelabel
