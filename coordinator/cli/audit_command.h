// `prelabel audit sample` and `prelabel audit ingest`: a random sample of a run's labels and images
// for people to check, and what they answered.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/audit/audit_sample.h"
#include "coordinator/cli/job_context.h"

namespace prelabel {

struct AuditSampleArguments {
  std::string run;  // the run directory
  std::uint64_t labels = 300;
  std::uint64_t images = 50;
  std::uint64_t seed = 1;
  std::string out;  // folder of the files for people; empty: RUN/audit
};

// Draws the sample of the run's labels, as its job.yaml writes them, and writes it: what was drawn
// to RUN/audit/sample.json, the files for people to the folder. Returns what to tell the user.
// InvalidArgument: no such run, nothing labeled in it, or RUN/audit has answers to another sample.
Result<std::string> SampleForAudit(const AuditSampleArguments& arguments);

struct AuditIngestArguments {
  std::string run;
  std::vector<std::string> answers;  // files, read_answers.h
};

// Adds the answers to RUN/audit/answers.json; they replace earlier ones to the same questions. All
// files are read before anything is written. Returns what to tell the user. InvalidArgument with
// file and place: what is wrong in a file; nothing was drawn; the run's labels are others by now.
Result<std::string> IngestAnswers(const AuditIngestArguments& arguments);

// What was drawn and answered in a run.
struct StoredAudit {
  AuditSample sample;
  AuditAnswers answers;
};

// Absent where the run has no answers. InvalidArgument: a file was damaged. Whether the run's
// labels are still those of the sample, its labels_hash says (label_digest.h).
Result<std::optional<StoredAudit>> LoadAudit(const RunPaths& paths);

}  // namespace prelabel
