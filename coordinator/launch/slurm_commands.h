// What is said to Slurm and how its answers are read. Pure. Tried with Slurm 22.05.
//
// Workers are tasks of job arrays, whose ids are "JOB_TASK". The name of all jobs of a run is one
// that nobody else uses, so that they are found again, by whoever asked for them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "coordinator/launch/launcher.h"

namespace prelabel {

inline constexpr int kMostInAnArray = 1000;  // Slurm's MaxArraySize is 1001 by default

struct SlurmWorkers {
  SlurmOptions options;
  std::string name;                  // of the jobs
  std::vector<std::string> command;  // the worker's program and its arguments
  std::filesystem::path keys;        // file that is its standard input; empty: none
  std::filesystem::path log_dir;     // gets worker-JOB_TASK.log
};

// The words of sbatch for `count` workers (at most kMostInAnArray), and the script that it reads.
std::vector<std::string> SubmitCommand(const SlurmWorkers& workers, int count);
std::string SubmitScript(const SlurmWorkers& workers);
// The job's number in what sbatch says. Internal: something else.
Result<std::string> ParseSubmitted(const std::string& output);

std::vector<std::string> QueueCommand(const std::string& name);

struct SlurmJob {
  enum class State : std::uint8_t { kWaiting, kRunning, kEnded };
  std::string id;
  State state = State::kWaiting;
  // Of one that has ended.
  AllocationEnd ending = AllocationEnd::kFailed;
  std::string status;  // "was cancelled"
};
// Lines that are none of squeue's are left out.
std::vector<SlurmJob> ParseQueue(const std::string& output);

// Ends jobs by their ids, or all of the name.
std::vector<std::string> CancelCommand(const std::vector<std::string>& ids);
std::vector<std::string> CancelAllCommand(const std::string& name);

std::filesystem::path LogOfSlurmJob(const std::filesystem::path& log_dir, const std::string& id);

}  // namespace prelabel
