#include "common/job/decode_launchers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/job/path_reader.h"

namespace prelabel {
namespace {

constexpr int kMostWorkers = 10000;
constexpr std::array kLaunchers = {LauncherKind::kLocal, LauncherKind::kSlurm,
                                   LauncherKind::kKubernetes, LauncherKind::kSsh,
                                   LauncherKind::kNone};

bool IsOneLine(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// A text that becomes a word of a command line.
void ReadWord(MapReader& reader, const std::string& key, Mistakes& mistakes, std::string* out) {
  reader.Text(key, out);
  const YamlNode* node = reader.Find(key);
  if (node == nullptr || IsOneLine(*out)) return;
  mistakes.Add(node->at, fmt::format("'{}' must be one line", reader.FullName(key)));
}

void ReadOptions(MapReader& reader, Mistakes& mistakes, std::vector<std::string>* out) {
  reader.UniqueTexts("options", out);
  const YamlNode* node = reader.Find("options");
  if (node == nullptr) return;
  for (const YamlNode& item : node->items) {
    if (item.kind != YamlNode::Kind::kScalar || item.text.empty()) continue;
    if (item.text.front() == '-' && IsOneLine(item.text)) continue;
    mistakes.Add(item.at,
                 fmt::format("'{}' holds {}, which is no option; write e.g. '--NAME=VALUE'",
                             reader.FullName("options"), Quoted(item.text)));
  }
}

void DecodeSlurm(MapReader reader, Mistakes& mistakes, SlurmOptions& slurm) {
  ReadWord(reader, "partition", mistakes, &slurm.partition);
  ReadWord(reader, "account", mistakes, &slurm.account);
  ReadWord(reader, "qos", mistakes, &slurm.qos);
  ReadWord(reader, "time", mistakes, &slurm.time);
  ReadWord(reader, "gres", mistakes, &slurm.gres);
  ReadWord(reader, "memory", mistakes, &slurm.memory);
  reader.Integer("cpus_per_task", 1, 65536, &slurm.cpus_per_task);
  ReadOptions(reader, mistakes, &slurm.options);
  ReadWord(reader, "command", mistakes, &slurm.command);
  reader.Finish();
}

void DecodeKubernetes(MapReader reader, const std::filesystem::path& folder, Mistakes& mistakes,
                      KubernetesOptions& kubernetes) {
  ReadWord(reader, "image", mistakes, &kubernetes.image);
  ReadWord(reader, "namespace", mistakes, &kubernetes.name_space);
  ReadWord(reader, "connect", mistakes, &kubernetes.connect);
  const YamlNode* connect = reader.Find("connect");
  if (connect != nullptr && !kubernetes.connect.empty() &&
      !kubernetes.connect.starts_with("tcp://")) {
    mistakes.Add(connect->at, fmt::format("'{}' must be tcp://HOST:PORT, not {}",
                                          reader.FullName("connect"), Describe(*connect)));
  }
  reader.Integer("cpus", 1, 65536, &kubernetes.cpus);
  ReadWord(reader, "memory", mistakes, &kubernetes.memory);
  reader.Integer("gpus", 0, 1024, &kubernetes.gpus);
  if (const YamlNode* pod = reader.Find("template")) {
    if (auto path = ReadPath(*pod, reader.FullName("template"), folder, mistakes)) {
      kubernetes.pod_template = *path;
    }
  }
  ReadOptions(reader, mistakes, &kubernetes.options);
  reader.Finish();
}

// Pods mount nothing by themselves, and their image is nowhere else.
void CheckKubernetes(MapReader& cluster, const YamlNode& launcher, Mistakes& mistakes,
                     const KubernetesOptions& kubernetes) {
  if (!kubernetes.pod_template.empty()) return;
  if (kubernetes.image.empty()) {
    mistakes.Add(launcher.at,
                 "'cluster.launcher' is kubernetes: name the workers' image, e.g. kubernetes: "
                 "{image: 'prelabel:cpu'}");
  }
  const YamlNode* transport = cluster.Find("transport");
  if (transport == nullptr || transport->text != "stream") {
    mistakes.Add((transport == nullptr ? launcher : *transport).at,
                 "'cluster.launcher' is kubernetes, and its pods see no disk of this machine: set "
                 "cluster.transport to stream, or give cluster.kubernetes.template a pod that "
                 "mounts the data and the model");
  }
}

void DecodeSsh(MapReader reader, Mistakes& mistakes, SshOptions& ssh) {
  reader.UniqueTexts("hosts", &ssh.hosts);
  if (const YamlNode* hosts = reader.Find("hosts")) {
    for (const YamlNode& item : hosts->items) {
      if (item.kind != YamlNode::Kind::kScalar || item.text.empty()) continue;
      if (item.text.front() != '-' && IsOneLine(item.text)) continue;
      mistakes.Add(item.at, fmt::format("'{}' holds {}, which is no host", reader.FullName("hosts"),
                                        Quoted(item.text)));
    }
  }
  ReadOptions(reader, mistakes, &ssh.options);
  ReadWord(reader, "command", mistakes, &ssh.command);
  reader.Finish();
}

// One worker a host: as many as there are hosts, unless the job says fewer.
void CheckSsh(MapReader& cluster, const YamlNode& launcher, const YamlNode* workers,
              Mistakes& mistakes, ClusterOptions& options) {
  const int hosts = static_cast<int>(options.ssh.hosts.size());
  if (hosts == 0) {
    const YamlNode* ssh = cluster.Find("ssh");
    mistakes.Add((ssh == nullptr ? launcher : *ssh).at,
                 "'cluster.launcher' is ssh: name the machines, e.g. ssh: {hosts: [gpu1, gpu2]}");
  } else if (workers == nullptr) {
    options.workers.min = options.workers.max = hosts;
  } else if (options.workers.max > hosts) {
    mistakes.Add(
        workers->at,
        fmt::format("'cluster.workers' is {}, and 'cluster.ssh.hosts' has {}: each has one "
                    "worker, which uses all of it",
                    options.workers.max, hosts));
  }
}

void DecodeRange(const YamlNode& node, Mistakes& mistakes, WorkerRange& workers) {
  if (node.kind != YamlNode::Kind::kMap) {
    if (auto count = ReadInteger(node, "cluster.workers", 0, kMostWorkers, mistakes)) {
      workers.min = workers.max = static_cast<int>(*count);
    }
    return;
  }
  MapReader reader(node, "cluster.workers", mistakes);
  const bool both = reader.Require("min", "1") != nullptr;
  const YamlNode* max = reader.Require("max", "8");
  reader.Integer("min", 1, kMostWorkers, &workers.min);
  reader.Integer("max", 1, kMostWorkers, &workers.max);
  if (both && max != nullptr && workers.max < workers.min) {
    mistakes.Add(max->at,
                 fmt::format("'cluster.workers.max' ({}) is below cluster.workers.min ({})",
                             workers.max, workers.min));
  }
  reader.Duration("idle", std::chrono::seconds(1), std::chrono::hours(24), &workers.idle);
  reader.Finish();
}

}  // namespace

const char* LauncherName(LauncherKind kind) {
  switch (kind) {
    case LauncherKind::kSlurm:
      return "slurm";
    case LauncherKind::kKubernetes:
      return "kubernetes";
    case LauncherKind::kSsh:
      return "ssh";
    case LauncherKind::kNone:
      return "none";
    case LauncherKind::kLocal:
      break;
  }
  return "local";
}

void DecodeLaunchers(MapReader& cluster, const std::filesystem::path& folder, Mistakes& mistakes,
                     ClusterOptions& options) {
  bool known = true;
  const YamlNode* const launcher = cluster.Find("launcher");
  if (launcher != nullptr) {
    std::vector<std::string> names;
    for (const LauncherKind kind : kLaunchers) names.emplace_back(LauncherName(kind));
    const auto name = ReadChoice(*launcher, "cluster.launcher", names, mistakes);
    known = name.has_value();
    for (const LauncherKind kind : kLaunchers) {
      if (name && *name == LauncherName(kind)) options.launcher = kind;
    }
  }
  DecodeSlurm(cluster.Child("slurm"), mistakes, options.slurm);
  DecodeKubernetes(cluster.Child("kubernetes"), folder, mistakes, options.kubernetes);
  DecodeSsh(cluster.Child("ssh"), mistakes, options.ssh);
  const YamlNode* const workers = cluster.Find("workers");
  if (workers != nullptr) DecodeRange(*workers, mistakes, options.workers);
  if (options.workers.max == 0 && known && options.launcher != LauncherKind::kNone) {
    mistakes.Add(workers->at,
                 "'cluster.workers' is 0; start at least 1, or set cluster.launcher to none and "
                 "start workers by hand");
  }
  if (options.launcher == LauncherKind::kSsh) {
    CheckSsh(cluster, *launcher, workers, mistakes, options);
  }
  if (options.launcher == LauncherKind::kKubernetes) {
    CheckKubernetes(cluster, *launcher, mistakes, options.kubernetes);
  }
  const bool elsewhere =
      options.launcher != LauncherKind::kLocal && options.launcher != LauncherKind::kNone;
  if (elsewhere && cluster.Find("listen") == nullptr) {
    mistakes.Add(launcher->at,
                 fmt::format("'cluster.launcher' is {}, and its workers run on other machines: set "
                             "cluster.listen to an address of this one that they reach, e.g. "
                             "tcp://0.0.0.0:0 (all addresses, any port)",
                             LauncherName(options.launcher)));
  }
}

}  // namespace prelabel
