#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "common/job/job_loader.h"

namespace prelabel {
namespace {

using Random = std::mt19937;

int Below(int bound, Random& random) { return static_cast<int>(random() % bound); }

// Text of the kind that quoting gets wrong.
std::string NastyText(Random& random, bool controls) {
  static const std::vector<std::string> pieces = {
      "a",   "null", "~", "true", "1", "#", ": ", "- ", "'",  "\"", "\\", "${",
      "$${", "$",    "{", "}",    "[", ",", "&x", "*x", "!t", "%",  "é",  "→",
      " ",   "0x1",  ".", "/",    "|", ">", "?",  "@",  "`",  "=",  "<<", "${A}"};
  static const std::vector<std::string> control = {"\n", "\t", "\r", "\x01", "\x04", "\x7f"};
  std::string text;
  const int count = 1 + Below(6, random);
  for (int i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
  if (controls && Below(3, random) == 0) text += control[random() % control.size()] + "z";
  return text;
}

// A path as ResolvePath makes them: absolute, normal, no separator at the end.
std::string NastyPath(Random& random) {
  const std::string raw = "/r/" + NastyText(random, true) + "/x" + NastyText(random, true) + "x";
  return std::filesystem::path(raw).lexically_normal().string();
}

void AddLauncher(Random& random, ClusterOptions& cluster) {
  cluster.launcher = std::array{LauncherKind::kNone, LauncherKind::kLocal, LauncherKind::kSlurm,
                                LauncherKind::kKubernetes,
                                LauncherKind::kSsh}[static_cast<std::size_t>(Below(5, random))];
  cluster.workers.min = cluster.workers.max = 1 + Below(100, random);
  if (Below(2, random) == 0) cluster.workers.max += Below(5, random);
  if (Below(2, random) == 0) cluster.workers.idle = std::chrono::seconds(1 + Below(86400, random));
  const bool hosts = cluster.launcher == LauncherKind::kSsh || Below(4, random) == 0;
  for (int i = hosts ? cluster.workers.max : 0; i > 0; --i) {
    cluster.ssh.hosts.push_back(std::to_string(i) + "@" + NastyText(random, false));
  }
  if (Below(4, random) == 0) cluster.ssh.options.push_back("-" + NastyText(random, false));
  if (Below(4, random) == 0) cluster.ssh.command = NastyText(random, false);
  KubernetesOptions& kubernetes = cluster.kubernetes;
  for (std::string* text : {&kubernetes.image, &kubernetes.name_space, &kubernetes.memory}) {
    if (Below(4, random) == 0) *text = NastyText(random, false);
  }
  if (Below(4, random) == 0) kubernetes.connect = "tcp://" + NastyText(random, false);
  kubernetes.cpus = 1 + Below(3, random);
  kubernetes.gpus = Below(3, random);
  if (cluster.launcher == LauncherKind::kKubernetes || Below(4, random) == 0) {
    kubernetes.pod_template = NastyPath(random);
  }
  if (Below(4, random) == 0) kubernetes.options.push_back("-" + NastyText(random, false));
  SlurmOptions& slurm = cluster.slurm;
  for (std::string* text : {&slurm.partition, &slurm.account, &slurm.qos, &slurm.time, &slurm.gres,
                            &slurm.memory, &slurm.command}) {
    if (Below(4, random) == 0) *text = NastyText(random, false);
  }
  slurm.cpus_per_task = 1 + Below(3, random);
  for (int i = Below(3, random); i > 0; --i) {
    slurm.options.push_back("-" + std::to_string(i) + NastyText(random, false));
  }
}

JobSpec RandomJob(Random& random) {
  JobSpec job;
  job.name = NastyText(random, false);
  const int sources = 1 + Below(3, random);
  for (int i = 0; i < sources; ++i) {
    DataSource source;
    if (Below(2, random) == 0) {
      source.kind = SourceKind::kVideo;
      source.patterns = {NastyPath(random)};
      source.keyframe_every = 1 + Below(1000, random);
    } else {
      for (int k = 0; k <= Below(3, random); ++k) source.patterns.push_back(NastyPath(random));
    }
    job.data.push_back(source);
  }
  job.model = NastyPath(random);
  std::uniform_real_distribution<float> unit(0.0F, 1.0F);
  job.labels.raw_threshold = unit(random) * 0.5F;
  job.labels.threshold = job.labels.raw_threshold + unit(random) * 0.5F;
  job.labels.nms = 1.0F - unit(random) * 0.9F;
  job.labels.max_per_image = 1 + Below(10000, random);
  for (int i = Below(4, random); i > 0; --i) {
    ClassRule rule{NastyText(random, false), std::nullopt};
    if (Below(2, random) == 0) rule.threshold = job.labels.threshold;
    job.labels.classes[NastyText(random, false)] = rule;
  }
  for (int i = Below(4, random); i > 0; --i) {
    job.labels.wanted.push_back(NastyText(random, false) + std::to_string(i));  // no two the same
  }
  job.quality.target_precision = 0.001F + unit(random) * 0.99F;
  job.quality.confidence = 0.001F + unit(random) * 0.99F;
  job.review.budget_minutes = 1 + Below(1000000, random);
  job.review.seconds_per_box = 0.01F + unit(random) * 3599;
  job.review.seconds_per_check = 0.01F + unit(random);
  job.review.seconds_per_image = 3600;
  for (DataSource& source : job.data) {
    if (source.kind == SourceKind::kImages && Below(2, random) == 0) {
      Tiling& tiling = source.tiling.emplace();
      tiling.sizes = {64 + Below(100, random), 200 + Below(16000, random)};
      tiling.overlap = static_cast<float>(Below(901, random)) / 1000;
      tiling.full_image = Below(2, random) == 0;
      if (Below(2, random) == 0) tiling.merge = TileMerge::kNms;
      if (Below(2, random) == 0) tiling.metric = TileMetric::kIos;
    }
    if (source.kind != SourceKind::kVideo || Below(3, random) != 0) continue;
    source.adaptive.reset();
    source.keyframe_every = 1;
    source.keyframes_from = NastyPath(random);
  }
  job.interpolation =
      std::array{InterpolationMethod::kNone, InterpolationMethod::kLinear,
                 InterpolationMethod::kCubic, InterpolationMethod::kFlow}[Below(4, random)];
  if (Below(2, random) == 0) job.report.reference = NastyPath(random);
  if (Below(2, random) == 0) job.report.slices = NastyPath(random);
  if (Below(2, random) == 0) {
    SecondOpinion& opinion = job.report.second_opinion.emplace();
    opinion.images = 1 + Below(100000, random);
    if (Below(2, random) == 0) opinion.model = NastyPath(random);
    opinion.changes.clear();
    for (const View view : {View::kScale, View::kFlip, View::kColor}) {
      if (Below(2, random) == 0) opinion.changes.push_back(view);
    }
    if (opinion.changes.empty() && opinion.model.empty()) opinion.changes = {View::kFlip};
  }
  if (Below(2, random) == 0) {
    job.fusion.method = FuseMethod::kWeighted;
    job.fusion.iou = unit(random);
    for (int i = 1 + Below(3, random); i > 0; --i) {
      JobModel& model = job.fusion.models.emplace_back();
      model.card = NastyPath(random);
      model.weight = 0.001F + unit(random) * 999;
      for (int c = Below(3, random); c > 0; --c) {
        model.classes.push_back(NastyText(random, false) + std::to_string(c));
      }
    }
    job.model = job.fusion.models.front().card;
  }
  AddLauncher(random, job.cluster);
  job.cluster.device = Below(2, random) == 0 ? "auto" : "cuda:0,cuda:3";
  job.cluster.precision = Below(2, random) == 0 ? Precision::kFp16 : Precision::kBf16;
  job.cluster.listen = "ipc://" + NastyText(random, false);
  if (Below(2, random) == 0) job.cluster.transport = DataTransport::kStream;
  if (Below(2, random) == 0) {
    job.cluster.security = WireSecurity::kNone;
  } else if (Below(2, random) == 0) {
    job.cluster.keys = NastyPath(random);
  }
  job.cluster.page = Below(2, random) == 0 ? "http://[::1]:80" : "auto";
  if (Below(2, random) == 0) job.cluster.page_token = NastyPath(random);
  job.cluster.heartbeat = std::chrono::milliseconds(100 + Below(3599900, random));
  job.cluster.task_deadline = std::chrono::seconds(1 + Below(604799, random));
  job.cluster.shard_size = 1 + Below(1000000, random);
  job.cluster.max_attempts = 1 + Below(1000, random);
  job.cluster.max_failed_items.percent = Below(2, random) == 0;
  job.cluster.max_failed_items.value =
      job.cluster.max_failed_items.percent ? Below(1000, random) / 10.0 : Below(1000000, random);
  job.output.dir = NastyPath(random);
  if (Below(2, random) == 0) job.output.formats = {"mot", "coco", "cvat"};
  job.output.cvat_min_iou = static_cast<float>(Below(1001, random)) / 1000;
  return job;
}

TEST(FormatJob, ReadsBackAsTheSameJob) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const JobSpec job = RandomJob(random);
    const std::string text = FormatJob(job);
    const auto again = ParseJob(text, "/elsewhere/job.yaml", {});
    ASSERT_TRUE(again.has_value()) << "seed " << seed << "\n"
                                   << text << "\n"
                                   << again.error().ToString();
    ASSERT_EQ(again.value(), job) << "seed " << seed << "\n" << text;
  }
}

TEST(FormatJob, WritesEveryDefault) {
  const auto job = ParseJob(
      "{name: x, data: [{video: v.avi}, {images: 'a b'}], model: m.yaml, output: {dir: run},"
      " labels: {classes: {person: }}}",
      "/jobs/job.yaml", {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  EXPECT_EQ(FormatJob(job.value()), R"(name: x
data:
  - video: /jobs/v.avi
    keyframes: {every: 1}
  - images:
      - "/jobs/a b"
model: /jobs/m.yaml
labels:
  raw_threshold: 0.05
  threshold: 0.3
  nms: 0.6
  max_per_image: 100
  classes:
    person:
      to: person
interpolation:
  method: linear
quality:
  target_precision: 0.95
  confidence: 0.95
review:
  budget_minutes: 60
  seconds_per_box: 7
  seconds_per_check: 1.6
  seconds_per_image: 7.8
fetch:
  timeout: 30s
  max_mib: 256
  cache_mib: 10240
cluster:
  launcher: local
  workers: 2
  device: auto
  precision: fp32
  listen: "tcp://127.0.0.1:0"
  transport: shared
  security: curve
  page: auto
  heartbeat: 2s
  task_deadline: 10m
  shard_size: 8
  max_attempts: 3
  max_failed_items: 100%
output:
  dir: /jobs/run
  formats:
    - coco
  cvat:
    min_iou: 0.9
)");
}

}  // namespace
}  // namespace prelabel
