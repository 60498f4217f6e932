#include "coordinator/launch/slurm_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/launch/shell_words.h"

namespace prelabel {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

SlurmWorkers Workers() {
  SlurmWorkers workers;
  workers.name = "prelabel-x-1";
  workers.command = {"/opt/it's/prelabel-worker", "--connect", "tcp://head:5577", "--fetch-cache",
                     "/a b"};
  workers.keys = "/runs/x/worker.keys";
  workers.log_dir = "/runs/100%";
  return workers;
}

TEST(ShellWords, QuotesWhatAShellWouldChange) {
  EXPECT_EQ(ShellLine({"plain-1.2", "--a=b/c", "", "a b", "it's", "$HOME", "*"}),
            "plain-1.2 --a=b/c '' 'a b' 'it'\\''s' '$HOME' '*'");
}

TEST(SlurmCommands, SubmitsAnArrayWithWhatTheJobAsksFor) {
  SlurmWorkers workers = Workers();
  EXPECT_THAT(
      SubmitCommand(workers, 3),
      ElementsAre("sbatch", "--parsable", "--job-name=prelabel-x-1", "--array=1-3", "--ntasks=1",
                  "--cpus-per-task=1", "--output=/runs/100%%/worker-%A_%a.log",
                  "--open-mode=append", "--signal=B:TERM@60", "--no-requeue"));
  workers.options.partition = "gpu";
  workers.options.time = "02:00:00";
  workers.options.gres = "gpu:1";
  workers.options.memory = "8G";
  workers.options.cpus_per_task = 4;
  workers.options.options = {"--constraint=a b"};
  const std::vector<std::string> words = SubmitCommand(workers, 1);
  for (const char* word : {"--array=1-1", "--cpus-per-task=4", "--partition=gpu", "--time=02:00:00",
                           "--gres=gpu:1", "--mem=8G", "--constraint=a b"}) {
    EXPECT_THAT(words, Contains(word));
  }
  EXPECT_THAT(words, Not(Contains(StartsWith("--account"))));
}

TEST(SlurmCommands, TheScriptBecomesTheWorker) {
  EXPECT_EQ(SubmitScript(Workers()),
            "#!/bin/sh\n"
            "exec '/opt/it'\\''s/prelabel-worker' --connect tcp://head:5577 --fetch-cache '/a b' "
            "--allocation \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\" "
            "--keys - </runs/x/worker.keys\n");
  SlurmWorkers open = Workers();
  open.keys.clear();
  EXPECT_THAT(SubmitScript(open), Not(testing::HasSubstr("--keys")));
}

// As Slurm 22.05 answers.
TEST(SlurmCommands, ReadsTheNumberOfAJob) {
  EXPECT_EQ(ParseSubmitted("71\n").value(), "71");
  EXPECT_EQ(ParseSubmitted("71;big\n").value(), "71");
  EXPECT_EQ(ParseSubmitted("Your budget: 4 h\n71\n").value(), "71");
  for (const char* text : {"", "\n", "none\n", "Submitted batch job 71\n"}) {
    EXPECT_TRUE(ParseSubmitted(text).has_error()) << text;
  }
}

TEST(SlurmCommands, ReadsTheQueue) {
  const std::vector<SlurmJob> jobs =
      ParseQueue("2_1|PENDING|0|\n2_2|RUNNING|0|\n2_3|COMPLETING|15|\nnonsense\n2_4|RUNNING|x|\n");
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].id, "2_1");
  EXPECT_EQ(jobs[0].state, SlurmJob::State::kWaiting);
  EXPECT_EQ(jobs[1].state, SlurmJob::State::kRunning);
  EXPECT_EQ(jobs[2].state, SlurmJob::State::kRunning);
  EXPECT_THAT(ParseQueue(""), IsEmpty());
}

TEST(SlurmCommands, TellsWhatWasTakenFromWhatFailed) {
  const auto end = [](const std::string& fields) { return ParseQueue("5_1|" + fields + "|\n")[0]; };
  const auto ending = [&](const std::string& fields) { return end(fields).ending; };
  EXPECT_EQ(ending("COMPLETED|0"), AllocationEnd::kLeft);
  for (const char* fields : {"CANCELLED|15", "CANCELLED|36608", "PREEMPTED|0", "TIMEOUT|0",
                             "NODE_FAIL|0", "FAILED|36608"}) {  // 36608: 143 << 8, after SIGTERM
    EXPECT_EQ(ending(fields), AllocationEnd::kTaken) << fields;
  }
  EXPECT_EQ(ending("FAILED|512"), AllocationEnd::kUnusable);
  EXPECT_EQ(ending("FAILED|256"), AllocationEnd::kFailed);
  EXPECT_EQ(end("FAILED|256").status, "exited with status 1");
  EXPECT_EQ(end("FAILED|11").status, "was killed by signal 11");
  EXPECT_EQ(ending("OUT_OF_MEMORY|0"), AllocationEnd::kFailed);
}

}  // namespace
}  // namespace prelabel
