// From a job to what starts its workers: which program runs with which arguments, and by which
// launcher.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/launch/allocation_policy.h"
#include "coordinator/launch/kubernetes_commands.h"
#include "coordinator/launch/launcher.h"
#include "coordinator/launch/slurm_commands.h"

namespace prelabel {

// What another machine can connect to: this host's name in place of "all addresses".
std::string ReachableEndpoint(std::string endpoint);

// What workers that a job starts get, but for their keys and their allocation.
std::vector<std::string> WorkerArguments(const JobContext& context, const std::string& endpoint);

AllocationLimits LimitsOf(const ClusterOptions& cluster);

// The job's launcher; none has started yet. `run`: its name, that no other run has; `epoch`: of
// this coordinator. `endpoint`: where it listens. `keys`: for `prelabel-worker --keys -`, empty
// without encryption. The job has a launcher. InvalidArgument: the worker's program is not there, a
// file for the keys cannot be made in the run directory, or the template of pods is wrong.
Result<std::unique_ptr<Launcher>> MakeLauncher(const JobContext& context, const std::string& run,
                                               Epoch epoch, const std::string& endpoint,
                                               const std::string& keys);

// The same for Slurm: what it is asked for. `keys`: whether there are any.
Result<SlurmWorkers> SlurmWorkersOf(const JobContext& context, const std::string& run,
                                    const std::string& endpoint, bool keys);

// The same for Kubernetes. `epoch`: as a text. `keys`: empty without encryption.
Result<KubernetesWorkers> KubernetesWorkersOf(const JobContext& context, const std::string& run,
                                              const std::string& epoch, const std::string& endpoint,
                                              const std::string& keys);

// `prelabel launch JOB --dry-run`: the commands and scripts by which `prelabel run` would start the
// job's first workers, as a shell has them. What only a run knows (its port, its name) is named in
// capitals. InvalidArgument: the job has no launcher, or the worker's program is not there.
Result<std::string> DescribeLaunch(const JobContext& context);

}  // namespace prelabel
