// How a run is doing, as a value: the coordinator makes one every second, writes it to status.json
// beside the log and serves it on its page; `prelabel status` reads it. Pure, except where a path
// is named.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/scheduler/scheduler.h"

namespace prelabel {

// Of an unfinished task: running and queued at a worker; blocked by other tasks; pending, it may be
// given out; failed, it waits to be tried again.
inline constexpr std::array<std::string_view, 5> kTaskStates{"running", "queued", "blocked",
                                                             "pending", "failed"};
// See RunStatus::Worker.
inline constexpr std::array<std::string_view, 4> kWorkerStates{"loading", "idle", "working",
                                                               "benched"};

struct RunStatus {
  std::string job;      // its name
  std::string version;  // of prelabel
  // running, paused (somebody asked for it), waiting (the store takes nothing; `reason` says why),
  // draining (workers are told to leave), writing (labels and reports), stopped, failed, finished.
  std::string state = "running";
  std::string reason;
  std::string written;  // UTC
  std::string started;  // UTC, of this coordinator; empty where none works on the run
  std::string endpoint;
  std::string launcher;  // what the launcher is at; empty: workers join by themselves
  std::string page;      // its address; empty: there is none
  std::string report;    // path of report.html; empty until this coordinator has written it
  std::uint64_t items = 0;
  std::uint64_t items_done = 0;    // quarantined ones included
  std::uint64_t items_failed = 0;  // quarantined
  std::uint64_t tasks = 0;
  std::uint64_t tasks_done = 0;
  std::uint64_t looks = 0;  // second looks, items
  std::uint64_t looks_done = 0;
  bool linking = false;  // every item is done, tracks are being made

  // Of this coordinator's session.
  double items_per_second = 0;        // since its first result; 0: not known yet
  std::optional<double> eta_seconds;  // until the last item, at that rate
  std::uint64_t workers_joined = 0;
  std::uint64_t workers_left = 0;
  std::uint64_t failed_attempts = 0;
  std::uint64_t tasks_quarantined = 0;
  double compute_seconds = 0;  // of models, at all workers
  std::uint64_t result_bytes = 0;

  struct Worker {
    std::uint64_t id = 0;
    std::string host;
    std::uint32_t slots = 0;
    // loading (it has not said yet that it wants work), idle, working, benched (everything failed
    // there, it gets nothing for a while: `reason`).
    std::string state;
    std::string reason;
    std::string device;    // "cpu", "cuda:NAME"
    std::uint64_t held{};  // tasks, running ones included
    std::uint64_t running{};
    std::uint64_t items_done{};  // committed
    std::uint64_t failures{};    // attempts that failed there
    double silent_seconds{};     // since its last message
    // Of its process, in physical memory; 0: not known.
    std::uint64_t resident_bytes{};
  };
  std::vector<Worker> workers;  // by id

  // What went wrong, the same words counted together, the latest first.
  struct Failure {
    std::string kind;  // attempt, quarantined, worker
    std::string reason;
    std::uint64_t count = 0;
    std::string last;  // UTC
    std::string what;  // the last one: "task 12", "worker 3 on gpu-1"
  };
  std::vector<Failure> failures;

  // Why each unfinished task is not done yet. Neighbors that wait for the same share a line.
  struct Unfinished {
    std::uint64_t first = 0;  // task ids
    std::uint64_t last = 0;
    std::string kind;  // TaskKindName
    std::string why;   // a sentence
    // One of kTaskStates; empty in files of coordinators that did not say.
    std::string state{};
    std::optional<std::uint64_t> worker{};  // where it is running or queued
  };
  std::vector<Unfinished> unfinished;
  bool more = false;  // there are too many lines: the rest is left out

  // The end of the log without what is usual (assignments, commits): JSON objects, oldest first.
  std::vector<std::string> log;
};

// The sentence for a task, e.g. "runs on worker 3 (gpu-1) for 12 s, item 5 of 8".
// `host`: of the worker that the status names; may be empty.
std::string WhyUnfinished(const TaskStatus& status, const std::string& host);

// One of kTaskStates.
std::string UnfinishedState(const TaskStatus& status);

std::string FormatRunStatus(const RunStatus& status);              // JSON, version 1
Result<RunStatus> ParseRunStatus(const std::string& text);         // InvalidArgument: not that
std::string FormatWorkers(const RunStatus& status);                // its `workers` alone
std::string DescribeRunStatus(const RunStatus& status, bool all);  // for a terminal

// m:ss or h:mm:ss; what is below 0 s is 0:00.
std::string FormatTimeLeft(double seconds);

// Replaces the file, without waiting for the disk. A status that cannot be written stops nothing.
void WriteRunStatus(const RunStatus& status, const std::filesystem::path& path);

}  // namespace prelabel
