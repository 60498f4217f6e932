// How a run is doing, as a value: the coordinator writes it to status.json beside the log every two
// seconds, `prelabel status` reads it. Pure, except where a path is named.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/scheduler/scheduler.h"

namespace prelabel {

struct RunStatus {
  // running, waiting (the store takes nothing; `reason` says why), stopped, ended early, finished.
  std::string state = "running";
  std::string reason;
  std::string written;  // UTC
  std::string endpoint;
  std::string launcher;  // what the launcher is at; empty: workers join by themselves
  std::uint64_t items = 0;
  std::uint64_t items_done = 0;    // quarantined ones included
  std::uint64_t items_failed = 0;  // quarantined
  std::uint64_t tasks = 0;
  std::uint64_t tasks_done = 0;

  struct Worker {
    std::uint64_t id = 0;
    std::string host;
    std::uint32_t slots = 0;
    std::string state;  // "works", "benched for 12 s"
  };
  std::vector<Worker> workers;

  // Why each unfinished task is not done yet. Neighbors that wait for the same share a line.
  struct Unfinished {
    std::uint64_t first = 0;  // task ids
    std::uint64_t last = 0;
    std::string kind;  // TaskKindName
    std::string why;   // a sentence
  };
  std::vector<Unfinished> unfinished;
  bool more = false;  // there are too many lines: the rest is left out
};

// The sentence for a task, e.g. "runs on worker 3 (gpu-1) for 12 s, item 5 of 8".
// `host`: of the worker that the status names; may be empty.
std::string WhyUnfinished(const TaskStatus& status, const std::string& host);

std::string FormatRunStatus(const RunStatus& status);              // JSON, version 1
Result<RunStatus> ParseRunStatus(const std::string& text);         // InvalidArgument: not that
std::string DescribeRunStatus(const RunStatus& status, bool all);  // for a terminal

// Replaces the file, without waiting for the disk. A status that cannot be written stops nothing.
void WriteRunStatus(const RunStatus& status, const std::filesystem::path& path);

}  // namespace prelabel
