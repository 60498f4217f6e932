// The part of a job's `cluster` that says who starts workers and how many: `launcher`, `workers`,
// `slurm`, `kubernetes` and `ssh`.
#pragma once

#include <filesystem>

#include "common/job/job_spec.h"
#include "common/job/map_reader.h"

namespace prelabel {

// `cluster`: of that section; its `listen` and `transport` are looked at, and left to their own
// readers. `folder`: what paths resolve against.
void DecodeLaunchers(MapReader& cluster, const std::filesystem::path& folder, Mistakes& mistakes,
                     ClusterOptions& options);

const char* LauncherName(LauncherKind kind);  // as the job has it

}  // namespace prelabel
