// The part of a job's `cluster` that says who starts workers and how many: `launcher`, `workers`
// and `slurm`.
#pragma once

#include "common/job/job_spec.h"
#include "common/job/map_reader.h"

namespace prelabel {

// `cluster`: of that section; its `listen` is looked at, and left to its own reader.
void DecodeLaunchers(MapReader& cluster, Mistakes& mistakes, ClusterOptions& options);

const char* LauncherName(LauncherKind kind);  // as the job has it

}  // namespace prelabel
