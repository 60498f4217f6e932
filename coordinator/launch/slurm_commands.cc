#include "coordinator/launch/slurm_commands.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "coordinator/launch/shell_words.h"

namespace prelabel {
namespace {

constexpr int kUsageStatus = 2;        // worker/main.cc
constexpr int kTermStatus = 128 + 15;  // the same: it left because of SIGTERM

bool IsNumber(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The fields of "a|b|c|", without the spaces at their ends.
std::vector<std::string> SplitFields(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t end = line.find('|'); end != std::string::npos; end = line.find('|', begin)) {
    std::string field = line.substr(begin, end - begin);
    while (!field.empty() && field.back() == ' ') field.pop_back();
    fields.push_back(std::move(field));
    begin = end + 1;
  }
  return fields;
}

// squeue(1), JOB STATE CODES. `code`: a status as of wait(2).
void DescribeEnd(const std::string& state, int code, SlurmJob& job) {
  const int status = WIFEXITED(code) ? WEXITSTATUS(code) : -1;
  const auto end = [&job](AllocationEnd ending, std::string text) {
    job.ending = ending;
    job.status = std::move(text);
  };
  if (state == "COMPLETED") return end(AllocationEnd::kLeft, "exited with status 0");
  if (state == "CANCELLED") return end(AllocationEnd::kTaken, "was cancelled");
  if (state == "PREEMPTED") return end(AllocationEnd::kTaken, "was preempted");
  if (state == "TIMEOUT") return end(AllocationEnd::kTaken, "reached its time limit");
  if (state == "DEADLINE") return end(AllocationEnd::kTaken, "reached its deadline");
  if (state == "NODE_FAIL") return end(AllocationEnd::kTaken, "lost its node");
  if (state == "REVOKED") return end(AllocationEnd::kTaken, "was revoked");
  if (state == "OUT_OF_MEMORY") {
    return end(AllocationEnd::kFailed, "ran out of memory; cluster.slurm.memory gives it more");
  }
  if (state == "BOOT_FAIL") return end(AllocationEnd::kFailed, "had a node that did not boot");
  // Slurm's warning before the time limit, or somebody's `scancel --signal=TERM`.
  if (status == kTermStatus) return end(AllocationEnd::kTaken, "was told to leave");
  if (status == kUsageStatus) return end(AllocationEnd::kUnusable, "exited with status 2");
  if (status >= 0) {
    return end(AllocationEnd::kFailed, "exited with status " + std::to_string(status));
  }
  end(AllocationEnd::kFailed, "was killed by signal " + std::to_string(WTERMSIG(code)));
}

}  // namespace

std::filesystem::path LogOfSlurmJob(const std::filesystem::path& log_dir, const std::string& id) {
  return log_dir / ("worker-" + id + ".log");
}

std::vector<std::string> SubmitCommand(const SlurmWorkers& workers, int count) {
  const SlurmOptions& options = workers.options;
  // Slurm replaces %A and %a, and reads %% as %.
  std::string log = workers.log_dir.string();
  for (std::size_t i = log.find('%'); i != std::string::npos; i = log.find('%', i + 2)) {
    log.insert(i, 1, '%');
  }
  std::vector<std::string> words{
      "sbatch", "--parsable", "--job-name=" + workers.name, "--array=1-" + std::to_string(count),
      "--ntasks=1", "--cpus-per-task=" + std::to_string(options.cpus_per_task),
      "--output=" + LogOfSlurmJob(log, "%A_%a").string(), "--open-mode=append",
      // A minute before the time limit: the worker hands back and leaves.
      "--signal=B:TERM@60",
      // What is lost is asked for anew; Slurm would wait for two minutes before it did so itself.
      "--no-requeue"};
  for (const auto& [flag, value] :
       {std::pair<const char*, const std::string&>{"--partition=", options.partition},
        {"--account=", options.account},
        {"--qos=", options.qos},
        {"--time=", options.time},
        {"--gres=", options.gres},
        {"--mem=", options.memory}}) {
    if (!value.empty()) words.push_back(flag + value);
  }
  words.insert(words.end(), options.options.begin(), options.options.end());
  return words;
}

std::string SubmitScript(const SlurmWorkers& workers) {
  // exec: the signal goes to the worker itself.
  std::string script = "#!/bin/sh\nexec " + ShellLine(workers.command) +
                       " --allocation \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"";
  if (!workers.keys.empty()) script += " --keys - <" + QuoteForShell(workers.keys.string());
  return script + "\n";
}

Result<std::string> ParseSubmitted(const std::string& output) {
  // "71", or "71;cluster"; a site's own plugins may say something before.
  const std::size_t end = output.find_last_not_of('\n');
  const std::size_t line = output.find_last_of('\n', end) + 1;  // npos + 1 is 0
  const std::string last =
      end == std::string::npos ? std::string() : output.substr(line, end + 1 - line);
  std::string id = last.substr(0, last.find(';'));
  if (!IsNumber(id)) return Internal("sbatch said no job's number but '" + last + "'");
  return id;
}

std::vector<std::string> QueueCommand(const std::string& name) {
  return {"squeue",  "--noheader",     "--states=all",
          "--array", "--name=" + name, "--Format=JobArrayID:|,State:|,exit_code:|"};
}

std::vector<SlurmJob> ParseQueue(const std::string& output) {
  std::vector<SlurmJob> jobs;
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    const std::vector<std::string> fields = SplitFields(output.substr(begin, end - begin));
    begin = end + 1;
    if (fields.size() != 3) continue;
    int code = 0;
    const std::string& number = fields[2];
    if (std::from_chars(number.data(), number.data() + number.size(), code).ec != std::errc()) {
      continue;
    }
    SlurmJob job;
    job.id = fields[0];
    const std::string& state = fields[1];
    constexpr std::array kWaiting = {"PENDING",      "CONFIGURING",  "REQUEUED",     "REQUEUE_FED",
                                     "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"};
    constexpr std::array kRunning = {"RUNNING",   "COMPLETING", "SUSPENDED", "STOPPED",
                                     "SIGNALING", "STAGE_OUT",  "RESIZING"};
    const auto is = [&state](const char* name) { return state == name; };
    if (std::any_of(kWaiting.begin(), kWaiting.end(), is)) {
      job.state = SlurmJob::State::kWaiting;
    } else if (std::any_of(kRunning.begin(), kRunning.end(), is)) {
      job.state = SlurmJob::State::kRunning;
    } else {
      job.state = SlurmJob::State::kEnded;
      DescribeEnd(state, code, job);
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::vector<std::string> CancelCommand(const std::vector<std::string>& ids) {
  std::vector<std::string> words{"scancel", "--quiet"};
  words.insert(words.end(), ids.begin(), ids.end());
  return words;
}

std::vector<std::string> CancelAllCommand(const std::string& name) {
  return {"scancel", "--quiet", "--name=" + name};
}

}  // namespace prelabel
