// What is said to a Kubernetes cluster through kubectl. Pure; kubernetes_pods.h reads the answers.
//
// A worker is a bare pod that is never started again in its place. All pods of a run, and the
// Secret with their keys, have the label prelabel/run, so that they are found again, by whoever
// asked for them. Each start of the coordinator has a Secret of another name: a node gives new pods
// what it knows of an immutable Secret while it has older pods with one of that name
// (kubernetes.io, "Secrets", "Immutable Secrets").
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/job_spec.h"

namespace prelabel {

inline constexpr std::size_t kMostAtOnce = 200;  // pods asked for; kubectl makes 50 a second

struct KubernetesWorkers {
  KubernetesOptions options;
  std::string run;                   // what the label says: no other run has it
  std::string prefix;                // of pods' names, which no earlier coordinator of the run used
  std::string pod_template = "{}";   // as ReadPodTemplate has it
  std::vector<std::string> command;  // the worker's program and its arguments
  std::string keys;                  // what it reads from standard input; empty: none
  std::string secret;                // the name of the Secret with them
  std::vector<std::string> old_secrets;  // those of earlier starts, which may still be there
  std::filesystem::path log_dir;         // gets worker-POD.log
};

// One pod: the template, and what it does not say or the launcher must. InvalidArgument: neither
// job nor template has an image.
Result<std::string> PodManifest(const KubernetesWorkers& workers, const std::string& name);
std::string PodName(const KubernetesWorkers& workers, int number);
// The Secret that pods mount; `workers.keys` is in it.
std::string SecretManifest(const KubernetesWorkers& workers);

// kubectl's words for what follows. Creates what standard input has, one manifest after another.
std::vector<std::string> CreateCommand(const KubernetesWorkers& workers);
// The names in its answer, without their kinds. Where some are refused it says the others all the
// same.
std::vector<std::string> ParseCreated(const std::string& output);

std::vector<std::string> ListPodsCommand(const KubernetesWorkers& workers);
std::vector<std::string> PodLogCommand(const KubernetesWorkers& workers, const std::string& name);
// Neither waits until they are gone.
std::vector<std::string> DeletePodsCommand(const KubernetesWorkers& workers,
                                           const std::vector<std::string>& names);
std::vector<std::string> DeleteAllPodsCommand(const KubernetesWorkers& workers);
std::vector<std::string> DeleteSecretsCommand(const KubernetesWorkers& workers,
                                              const std::vector<std::string>& names);

}  // namespace prelabel
