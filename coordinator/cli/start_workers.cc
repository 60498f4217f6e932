#include "coordinator/cli/start_workers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "common/job/yaml_document.h"
#include "common/wire/key_files.h"
#include "coordinator/launch/kubernetes_launcher.h"
#include "coordinator/launch/local_launcher.h"
#include "coordinator/launch/pod_template.h"
#include "coordinator/launch/shell_words.h"
#include "coordinator/launch/slurm_launcher.h"
#include "coordinator/launch/ssh_launcher.h"

namespace prelabel {
namespace {

constexpr const char* kAllocationFlag = "--allocation";

// What Slurm's programs take as a job's name without another meaning.
std::string PlainName(std::string name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  for (char& c : name) {
    if (kPlain.find(c) == std::string_view::npos) c = '_';
  }
  return name;
}

// What may be part of a pod's name (RFC 1123), which has at most 63 characters in all.
std::string NameOfPods(const std::string& job, const std::string& run, const std::string& epoch) {
  constexpr std::size_t kMost = 20;
  std::string name = job.substr(0, kMost);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) c = '-';
  }
  return fmt::format("prelabel-{}-{}-{}", name, run.substr(0, 8), epoch);
}

// Of a start of the coordinator, and so its own.
std::string NameOfSecret(const std::string& run, const std::string& epoch) {
  return fmt::format("prelabel-{}-{}", run, epoch);
}

// One that was killed left its Secret behind, and the next one may have been killed before it
// removed that.
std::vector<std::string> SecretsBefore(const std::string& run, Epoch epoch) {
  constexpr std::uint64_t kLooksBack = 50;
  std::vector<std::string> names;
  for (std::uint64_t i = epoch.value; i > 1 && names.size() < kLooksBack; --i) {
    names.push_back(NameOfSecret(run, std::to_string(i - 1)));
  }
  return names;
}

// The worker's program where `command` names none: the one beside this one.
Result<std::string> ProgramOf(const std::string& command) {
  if (!command.empty()) return command;
  PRELABEL_TRY(const auto program, FindSiblingProgram("prelabel-worker"));
  return program.string();
}

// A worker process on this machine, but for its allocation.
Result<std::vector<std::string>> LocalCommand(const JobContext& context,
                                              const std::string& endpoint, bool keys) {
  std::vector<std::string> words = WorkerArguments(context, endpoint);
  PRELABEL_TRY(std::string program, ProgramOf(""));
  words.insert(words.begin(), std::move(program));
  if (keys) words.insert(words.end(), {"--keys", "-"});
  return words;
}

}  // namespace

std::string ReachableEndpoint(std::string endpoint) {
  constexpr std::string_view kAll = "tcp://0.0.0.0:";
  char host[256] = {};
  if (endpoint.starts_with(kAll) && gethostname(host, sizeof host - 1) == 0) {
    endpoint.replace(0, kAll.size(), fmt::format("tcp://{}:", host));
  }
  return endpoint;
}

std::vector<std::string> WorkerArguments(const JobContext& context, const std::string& endpoint) {
  const ClusterOptions& cluster = context.job.cluster;
  std::vector<std::string> words{"--connect", endpoint, "--data-root", "/"};
  if (cluster.launcher == LauncherKind::kLocal) {
    words.insert(words.end(), {"--workers-here", std::to_string(cluster.workers.max)});
  }
  words.insert(words.end(), {"--wait", "60", "--device", cluster.device, "--precision",
                             PrecisionName(cluster.precision)});
  const FetchOptions& fetch = context.job.fetch;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(fetch.timeout).count();
  for (const auto& [flag, value] : {std::pair<const char*, std::int64_t>{"timeout", seconds},
                                    {"max-mib", fetch.max_mib},
                                    {"cache-mib", fetch.cache_mib}}) {
    words.insert(words.end(), {fmt::format("--fetch-{}", flag), std::to_string(value)});
  }
  if (!fetch.cache.empty()) words.insert(words.end(), {"--fetch-cache", fetch.cache.string()});
  return words;
}

AllocationLimits LimitsOf(const ClusterOptions& cluster) {
  AllocationLimits limits;
  limits.min = cluster.workers.min;
  limits.max = cluster.workers.max;
  limits.idle = cluster.workers.idle;
  return limits;
}

Result<SlurmWorkers> SlurmWorkersOf(const JobContext& context, const std::string& run,
                                    const std::string& endpoint, bool keys) {
  const ClusterOptions& cluster = context.job.cluster;
  SlurmWorkers workers;
  workers.options = cluster.slurm;
  workers.name = PlainName(fmt::format("prelabel-{}-{}", context.job.name, run));
  PRELABEL_TRY(std::string program, ProgramOf(cluster.slurm.command));
  workers.command = WorkerArguments(context, ReachableEndpoint(endpoint));
  workers.command.insert(workers.command.begin(), std::move(program));
  // Without a task plugin that binds it, a worker would take all of its node's cores.
  if (cluster.slurm.gres.empty() && (cluster.device == "auto" || cluster.device == "cpu")) {
    workers.command.insert(workers.command.end(),
                           {"--slots", std::to_string(cluster.slurm.cpus_per_task)});
  }
  workers.log_dir = context.paths.dir;
  if (keys) workers.keys = context.paths.dir / "worker.keys";
  return workers;
}

Result<KubernetesWorkers> KubernetesWorkersOf(const JobContext& context, const std::string& run,
                                              const std::string& epoch, const std::string& endpoint,
                                              const std::string& keys) {
  const ClusterOptions& cluster = context.job.cluster;
  KubernetesWorkers workers;
  workers.options = cluster.kubernetes;
  workers.run = run;
  workers.prefix = NameOfPods(context.job.name, run, epoch);
  const std::filesystem::path& file = cluster.kubernetes.pod_template;
  if (!file.empty()) {
    PRELABEL_TRY(const std::string text, ReadYamlFile(file, "pod template"));
    PRELABEL_TRY(workers.pod_template, ReadPodTemplate(text, file.string()));
  }
  const std::string& connect = cluster.kubernetes.connect;
  workers.command =
      WorkerArguments(context, connect.empty() ? ReachableEndpoint(endpoint) : connect);
  workers.command.insert(workers.command.begin(), "prelabel-worker");
  workers.command.insert(workers.command.end(), {"--model-cache", "/cache"});
  // A container sees all cores of its node.
  if (cluster.kubernetes.gpus == 0 && (cluster.device == "auto" || cluster.device == "cpu")) {
    workers.command.insert(workers.command.end(),
                           {"--slots", std::to_string(cluster.kubernetes.cpus)});
  }
  workers.keys = keys;
  workers.secret = NameOfSecret(run, epoch);
  workers.log_dir = context.paths.dir;
  // What is wrong with the pods is known at once.
  PRELABEL_TRY(PodManifest(workers, PodName(workers, 1)));
  return workers;
}

SshWorkers SshWorkersOf(const JobContext& context, const std::string& endpoint) {
  SshWorkers workers;
  workers.options = context.job.cluster.ssh;
  workers.command = WorkerArguments(context, ReachableEndpoint(endpoint));
  workers.command.insert(workers.command.begin(), context.job.cluster.ssh.command);
  workers.log_dir = context.paths.dir;
  return workers;
}

Result<std::unique_ptr<Launcher>> MakeLauncher(const JobContext& context, const std::string& run,
                                               Epoch epoch, const std::string& endpoint,
                                               const std::string& keys) {
  if (context.job.cluster.launcher == LauncherKind::kSlurm) {
    PRELABEL_TRY(SlurmWorkers workers, SlurmWorkersOf(context, run, endpoint, !keys.empty()));
    if (!keys.empty()) {
      PRELABEL_TRY(ReplaceSecretFile(workers.keys, keys));
    }
    return std::unique_ptr<Launcher>(std::make_unique<SlurmLauncher>(std::move(workers)));
  }
  if (context.job.cluster.launcher == LauncherKind::kKubernetes) {
    PRELABEL_TRY(KubernetesWorkers workers,
                 KubernetesWorkersOf(context, run, std::to_string(epoch.value), endpoint, keys));
    workers.old_secrets = SecretsBefore(run, epoch);
    return std::unique_ptr<Launcher>(std::make_unique<KubernetesLauncher>(std::move(workers)));
  }
  if (context.job.cluster.launcher == LauncherKind::kSsh) {
    SshWorkers workers = SshWorkersOf(context, endpoint);
    PRELABEL_TRY(workers.ssh, FindProgram("ssh"));
    workers.keys = keys;
    return std::unique_ptr<Launcher>(std::make_unique<SshLauncher>(std::move(workers)));
  }
  PRELABEL_TRY(std::vector<std::string> words, LocalCommand(context, endpoint, !keys.empty()));
  LaunchOptions options;
  options.program = words.front();
  options.arguments.assign(words.begin() + 1, words.end());
  options.log_dir = context.paths.dir;
  options.input = keys;
  options.id_flag = kAllocationFlag;
  return std::unique_ptr<Launcher>(std::make_unique<LocalLauncher>(std::move(options)));
}

Result<std::string> DescribeLaunch(const JobContext& context) {
  const ClusterOptions& cluster = context.job.cluster;
  std::string endpoint = cluster.listen;
  if (endpoint.starts_with("tcp://") && endpoint.ends_with(":0")) {
    endpoint.replace(endpoint.size() - 1, 1, "PORT");
  }
  const bool keys = cluster.security != WireSecurity::kNone;
  const std::string count = cluster.workers.min == cluster.workers.max
                                ? std::to_string(cluster.workers.max)
                                : fmt::format("{} to {}", cluster.workers.min, cluster.workers.max);
  if (cluster.launcher == LauncherKind::kNone) {
    return InvalidArgument("cluster.launcher is none: this job starts no workers");
  }
  if (cluster.launcher == LauncherKind::kSlurm) {
    PRELABEL_TRY(const SlurmWorkers workers, SlurmWorkersOf(context, "RUN", endpoint, keys));
    const int first = std::min(cluster.workers.max, kMostInAnArray);
    return fmt::format(
        "# {} workers; at the start, where there is work for all:\n{} <<'EOF'\n{}EOF\n", count,
        ShellLine(SubmitCommand(workers, first)), SubmitScript(workers));
  }
  if (cluster.launcher == LauncherKind::kKubernetes) {
    PRELABEL_TRY(const KubernetesWorkers workers,
                 KubernetesWorkersOf(context, "RUN", "EPOCH", endpoint,
                                     keys ? "KEYS, MADE FOR THE RUN\n" : ""));
    PRELABEL_TRY(const std::string pod, PodManifest(workers, PodName(workers, 1)));
    const std::string create = ShellLine(CreateCommand(workers));
    std::string text;
    if (keys) text = fmt::format("{} <<'EOF'\n{}EOF\n", create, SecretManifest(workers));
    return text + fmt::format(
                      "# {} workers; the names of the others end in -2, -3 …:\n"
                      "{} <<'EOF'\n{}EOF\n",
                      count, create, pod);
  }
  if (cluster.launcher == LauncherKind::kSsh) {
    SshWorkers workers = SshWorkersOf(context, endpoint);
    if (keys) workers.keys = "\n\n\n";  // as many lines as there will be
    std::string text = fmt::format("# {} workers, at most one on each host{}:\n", count,
                                   keys ? ", with keys for this run on standard input" : "");
    for (const std::string& host : cluster.ssh.hosts) {
      std::vector<std::string> line = SshArguments(workers, host, host);
      line.insert(line.begin(), "ssh");
      text += ShellLine(line) + "\n";
    }
    return text;
  }
  PRELABEL_TRY(std::vector<std::string> words, LocalCommand(context, endpoint, keys));
  words.insert(words.end(), {kAllocationFlag, "N"});
  return fmt::format("# {} workers, N from 1{}:\n{}\n", count,
                     keys ? ", each with keys for this run on its standard input" : "",
                     ShellLine(words));
}

}  // namespace prelabel
