#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "common/job/decode_launchers.h"
#include "common/job/job_loader.h"
#include "common/job/map_reader.h"

namespace prelabel {
namespace {

bool IsPlainCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./").find(c) != std::string_view::npos;
}

enum class Role { kKey, kValue };

// As a YAML scalar that reads back as the same text: plain where that is certain, else in double
// quotes. In a value ${ is written $${, so that it is not expanded; keys never are.
std::string Scalar(const std::string& text, Role role = Role::kValue) {
  const bool starts_plain =
      !text.empty() && (text[0] == '/' || text[0] == '_' || (text[0] >= 'a' && text[0] <= 'z'));
  const bool reserved = text == "null" || text == "true" || text == "false";
  if (starts_plain && !reserved && std::all_of(text.begin(), text.end(), IsPlainCharacter)) {
    return text;
  }
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      if (role == Role::kValue && text.compare(i, 2, "${") == 0) quoted += '$';
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string FormatTiling(const std::optional<Tiling>& tiling) {
  if (!tiling) return {};
  return fmt::format(
      "    tiling:\n      size: [{}]\n      overlap: {}\n      full_image: {}\n      merge: {}\n"
      "      metric: {}\n",
      fmt::join(tiling->sizes, ", "), tiling->overlap, tiling->full_image,
      tiling->merge == TileMerge::kNms ? "nms" : "nmm",
      tiling->metric == TileMetric::kIos ? "ios" : "iou");
}

std::string FormatSource(const DataSource& source) {
  if (source.kind == SourceKind::kVideo) {
    const std::string path = source.patterns.empty() ? "" : source.patterns.front();
    std::string keyframes = fmt::format("every: {}", source.keyframe_every);
    if (source.adaptive) {
      keyframes = fmt::format("adaptive: {{budget: {}, tolerance: {}}}", source.adaptive->budget,
                              source.adaptive->tolerance);
    } else if (!source.keyframes_from.empty()) {
      keyframes = fmt::format("from: {}", Scalar(source.keyframes_from.string()));
    }
    return fmt::format("  - video: {}\n    keyframes: {{{}}}\n", Scalar(path), keyframes);
  }
  if (!source.manifest.empty()) {
    return fmt::format("  - manifest: {}\n", Scalar(source.manifest.string())) +
           FormatTiling(source.tiling);
  }
  if (source.labeled) {
    const std::string place = Scalar(source.labeled->place.string());
    switch (source.labeled->layout) {
      case DatasetLayout::kCoco:
        return fmt::format("  - coco: {}\n    images: {}\n", place,
                           Scalar(source.labeled->images.string()));
      case DatasetLayout::kYolo:
        return fmt::format("  - yolo: {}\n", place);
      case DatasetLayout::kVoc:
        return fmt::format("  - voc: {}\n", place);
    }
  }
  std::string text = "  - images:\n";
  for (const std::string& pattern : source.patterns) {
    text += fmt::format("      - {}\n", Scalar(pattern));
  }
  return text + FormatTiling(source.tiling);
}

std::string FormatLabels(const LabelOptions& labels) {
  std::string text =
      fmt::format("labels:\n  raw_threshold: {}\n  threshold: {}\n  nms: {}\n  max_per_image: {}\n",
                  labels.raw_threshold, labels.threshold, labels.nms, labels.max_per_image);
  if (!labels.wanted.empty()) text += "  wanted:\n";
  for (const std::string& name : labels.wanted) text += fmt::format("    - {}\n", Scalar(name));
  if (labels.classes.empty()) return text;
  text += "  classes:\n";
  for (const auto& [name, rule] : labels.classes) {
    text += fmt::format("    {}:\n      to: {}\n", Scalar(name, Role::kKey), Scalar(rule.to));
    if (rule.threshold) text += fmt::format("      threshold: {}\n", *rule.threshold);
  }
  return text;
}

std::string FormatReport(const ReportOptions& report) {
  std::string keys;
  if (!report.reference.empty()) {
    keys += fmt::format("  reference: {}\n", Scalar(report.reference.string()));
  }
  if (!report.slices.empty()) keys += fmt::format("  slices: {}\n", Scalar(report.slices.string()));
  if (report.second_opinion) {
    const SecondOpinion& opinion = *report.second_opinion;
    std::string changes;
    for (const View view : opinion.changes) {
      changes += fmt::format("{}{}", changes.empty() ? "" : ", ", ViewName(view));
    }
    keys += fmt::format("  second_opinion:\n    images: {}\n    changes: [{}]\n", opinion.images,
                        changes);
    if (!opinion.model.empty()) {
      keys += fmt::format("    model: {}\n", Scalar(opinion.model.string()));
    }
  }
  return keys.empty() ? keys : "report:\n" + keys;
}

std::string FormatModels(const JobSpec& job) {
  const ModelFusion& fusion = job.fusion;
  std::string text;
  if (!fusion.models.empty()) text = "models:\n";
  for (const JobModel& model : fusion.models) {
    text += fmt::format("  - card: {}\n", Scalar(model.card));
    if (fusion.method == FuseMethod::kWeighted) {
      text += fmt::format("    weight: {}\n", model.weight);
    }
    if (!model.classes.empty()) text += "    classes:\n";
    for (const std::string& name : model.classes) {
      text += fmt::format("      - {}\n", Scalar(name));
    }
  }
  if (fusion.models.empty() && !job.model.empty()) {
    text = fmt::format("model: {}\n", Scalar(job.model.string()));
  }
  if (fusion == ModelFusion()) return text;
  const char* method = fusion.method == FuseMethod::kWeighted ? "wbf" : "by_class";
  return text + fmt::format("fuse:\n  method: {}\n  iou: {}\n", method, fusion.iou);
}

std::string FormatFetch(const FetchOptions& fetch) {
  const std::string cache =
      fetch.cache.empty() ? "" : fmt::format("  cache: {}\n", Scalar(fetch.cache.string()));
  return fmt::format("fetch:\n  timeout: {}\n  max_mib: {}\n{}  cache_mib: {}\n",
                     FormatDuration(fetch.timeout), fetch.max_mib, cache, fetch.cache_mib);
}

std::string FormatTexts(const char* key, const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  std::string list = fmt::format("    {}:\n", key);
  for (const std::string& text : texts) list += fmt::format("      - {}\n", Scalar(text));
  return list;
}

std::string FormatLaunchers(const ClusterOptions& cluster) {
  const WorkerRange& workers = cluster.workers;
  std::string text = fmt::format("  launcher: {}\n", LauncherName(cluster.launcher));
  if (workers == WorkerRange{workers.max, workers.max}) {
    text += fmt::format("  workers: {}\n", workers.max);
  } else {
    text += fmt::format("  workers: {{min: {}, max: {}, idle: {}}}\n", workers.min, workers.max,
                        FormatDuration(workers.idle));
  }
  const auto add = [&text](const char* key, const std::string& value) {
    if (!value.empty()) text += fmt::format("    {}: {}\n", key, Scalar(value));
  };
  const SlurmOptions& slurm = cluster.slurm;
  if (slurm != SlurmOptions()) {
    text += "  slurm:\n";
    add("partition", slurm.partition);
    add("account", slurm.account);
    add("qos", slurm.qos);
    add("time", slurm.time);
    add("gres", slurm.gres);
    add("memory", slurm.memory);
    text += fmt::format("    cpus_per_task: {}\n", slurm.cpus_per_task);
    text += FormatTexts("options", slurm.options);
    add("command", slurm.command);
  }
  const KubernetesOptions& kubernetes = cluster.kubernetes;
  if (kubernetes != KubernetesOptions()) {
    text += "  kubernetes:\n";
    add("image", kubernetes.image);
    add("namespace", kubernetes.name_space);
    add("connect", kubernetes.connect);
    text += fmt::format("    cpus: {}\n", kubernetes.cpus);
    add("memory", kubernetes.memory);
    text += fmt::format("    gpus: {}\n", kubernetes.gpus);
    add("template", kubernetes.pod_template.string());
    text += FormatTexts("options", kubernetes.options);
  }
  if (cluster.ssh != SshOptions()) {
    text += "  ssh:\n";
    text += FormatTexts("hosts", cluster.ssh.hosts);
    text += FormatTexts("options", cluster.ssh.options);
    add("command", cluster.ssh.command);
  }
  return text;
}

std::string FormatCluster(const ClusterOptions& cluster) {
  const std::string keys =
      cluster.keys.empty() ? "" : fmt::format("  keys: {}\n", Scalar(cluster.keys.string()));
  const std::string token =
      cluster.page_token.empty()
          ? ""
          : fmt::format("  page_token: {}\n", Scalar(cluster.page_token.string()));
  return fmt::format(
      "cluster:\n{}  device: {}\n  precision: {}\n  listen: {}\n  "
      "transport: {}\n  security: {}\n{}  page: {}\n{}  heartbeat: {}\n"
      "  task_deadline: {}\n  shard_size: {}\n  max_attempts: {}\n"
      "  max_failed_items: {}{}\n",
      FormatLaunchers(cluster), Scalar(cluster.device), PrecisionName(cluster.precision),
      Scalar(cluster.listen), cluster.transport == DataTransport::kStream ? "stream" : "shared",
      cluster.security == WireSecurity::kNone ? "none" : "curve", keys, Scalar(cluster.page), token,
      FormatDuration(cluster.heartbeat), FormatDuration(cluster.task_deadline), cluster.shard_size,
      cluster.max_attempts, cluster.max_failed_items.value,
      cluster.max_failed_items.percent ? "%" : "");
}

std::string_view MethodName(InterpolationMethod method) {
  switch (method) {
    case InterpolationMethod::kNone:
      return "none";
    case InterpolationMethod::kCubic:
      return "cubic";
    case InterpolationMethod::kFlow:
      return "flow";
    case InterpolationMethod::kLinear:
      break;
  }
  return "linear";
}

}  // namespace

std::string FormatJob(const JobSpec& job) {
  std::string text = fmt::format("name: {}\ndata:\n", Scalar(job.name));
  for (const DataSource& source : job.data) text += FormatSource(source);
  text += FormatModels(job);
  text += FormatLabels(job.labels);
  text += fmt::format("interpolation:\n  method: {}\n", MethodName(job.interpolation));
  text += fmt::format("quality:\n  target_precision: {}\n  confidence: {}\n",
                      job.quality.target_precision, job.quality.confidence);
  text += FormatReport(job.report);
  text += fmt::format(
      "review:\n  budget_minutes: {}\n  seconds_per_box: {}\n  seconds_per_check: {}\n"
      "  seconds_per_image: {}\n",
      job.review.budget_minutes, job.review.seconds_per_box, job.review.seconds_per_check,
      job.review.seconds_per_image);
  text += FormatFetch(job.fetch);
  text += FormatCluster(job.cluster);
  text += fmt::format("output:\n  dir: {}\n  formats:\n", Scalar(job.output.dir.string()));
  for (const std::string& format : job.output.formats) text += fmt::format("    - {}\n", format);
  text += fmt::format("  cvat:\n    min_iou: {}\n", job.output.cvat_min_iou);
  return text;
}

}  // namespace prelabel
