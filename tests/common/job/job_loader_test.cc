#include "common/job/job_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace prelabel {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;

constexpr char kSmallest[] = R"(name: small
data:
  - images: photos
model: m.yaml
output: {dir: run}
)";

JobSources With(std::vector<std::string> set, std::map<std::string, std::string> environment = {}) {
  return {std::move(set),
          [environment =
               std::move(environment)](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            if (found == environment.end()) return std::nullopt;
            return found->second;
          }};
}

Result<JobSpec> Parse(const std::string& text, const JobSources& sources = {}) {
  return ParseJob(text, "/jobs/job.yaml", sources);
}

// The messages of a job that must be refused.
std::string Mistakes(const std::string& text, const JobSources& sources = {}) {
  const auto job = Parse(text, sources);
  if (job.has_value()) return "accepted";
  EXPECT_EQ(job.error().code, ErrorCode::kInvalidArgument);
  return job.error().ToString();
}

TEST(JobLoader, SmallestJobHasTheDocumentedDefaults) {
  const auto job = Parse(kSmallest);
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  JobSpec expected;
  expected.name = "small";
  expected.data = {{SourceKind::kImages, {"/jobs/photos"}, 1}};
  expected.model = "/jobs/m.yaml";
  expected.output.dir = "/jobs/run";
  EXPECT_EQ(job.value(), expected);
}

TEST(JobLoader, SeveralModels) {
  const std::string start = "name: a\ndata: [{images: p}]\noutput: {dir: r}\n";
  const auto job = Parse(start + R"(
models:
  - a/model.yaml
  - {card: /b/model.yaml, classes: [car, bus], weight: 2.5}
fuse: {method: wbf, iou: 0.6}
)");
  ASSERT_TRUE(job) << job.error().ToString();
  ModelFusion expected;
  expected.models = {{"/jobs/a/model.yaml", {}, 1}, {"/b/model.yaml", {"car", "bus"}, 2.5F}};
  expected.method = FuseMethod::kWeighted;
  expected.iou = .6F;
  EXPECT_EQ(job.value().fusion, expected);
  EXPECT_EQ(job.value().model, "/jobs/a/model.yaml");
  EXPECT_EQ(Mistakes(start + "model: m\nmodels: [n]\n"),
            "/jobs/job.yaml:5:9: the job has both 'model' and 'models'; make it one list");
  EXPECT_EQ(
      Mistakes(start + "models: []\n"),
      "/jobs/job.yaml:4:9: 'models' must be a list of 1 to 16 model cards, not an empty list");
  EXPECT_EQ(Mistakes(start + "models: [{card: m, weight: 2}]\n"),
            "/jobs/job.yaml:4:28: 'models[0].weight' has no use with 'fuse.method: by_class'; "
            "remove it, or fuse with wbf");
  EXPECT_EQ(Mistakes(start + "model: m\nfuse: {method: wbf}\n"),
            "/jobs/job.yaml:5:7: 'fuse' is for a job with several models; remove it, or list "
            "'models'");
  EXPECT_EQ(Mistakes(start + "models: [m]\nfuse: {method: vote}\n"),
            "/jobs/job.yaml:5:16: 'fuse.method' cannot be 'vote'; use one of by_class, wbf");
  EXPECT_EQ(Mistakes(start + "models: [{classes: [car]}]\n"),
            "/jobs/job.yaml:4:10: missing key 'models[0].card'; add e.g. 'models[0]: {card: "
            "path/to/model.yaml}'");
}

TEST(JobLoader, EveryKey) {
  const auto job = Parse(R"(
name: all keys
data:
  - video: ../var/a.avi
    keyframes: {every: 5}
  - video: b.mp4
  - images: photos/**/*.jpg
  - images: [one.jpg, ./two/]
model: ../m/model.yaml
labels:
  raw_threshold: 0.1
  threshold: 0.4
  nms: 1
  max_per_image: 7
  classes:
    person: {to: pedestrian, threshold: 0.5}
    traffic light:
interpolation: {method: none}
cluster:
  launcher: none
  workers: 0
  device: cuda:1,cuda:0
  precision: fp16
  listen: ipc:///tmp/x
  transport: stream
  security: curve
  keys: ../keys/
  page: http://0.0.0.0:5578
  page_token: token
  heartbeat: 500ms
  task_deadline: 1h
  shard_size: 3
  max_attempts: 9
  max_failed_items: 2.5%
output:
  dir: /abs/./run/../runs/
  formats: [mot, coco]
)");
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  const JobSpec& spec = job.value();
  EXPECT_EQ(spec.name, "all keys");
  ASSERT_EQ(spec.data.size(), 4U);
  EXPECT_EQ(spec.data[0], (DataSource{SourceKind::kVideo, {"/var/a.avi"}, 5}));
  EXPECT_EQ(spec.data[1], (DataSource{SourceKind::kVideo, {"/jobs/b.mp4"}, 1}));
  EXPECT_EQ(spec.data[2], (DataSource{SourceKind::kImages, {"/jobs/photos/**/*.jpg"}, 1}));
  EXPECT_EQ(spec.data[3], (DataSource{SourceKind::kImages, {"/jobs/one.jpg", "/jobs/two"}, 1}));
  EXPECT_EQ(spec.model, "/m/model.yaml");
  EXPECT_EQ(spec.labels.raw_threshold, 0.1F);
  EXPECT_EQ(spec.labels.threshold, 0.4F);
  EXPECT_EQ(spec.labels.nms, 1.0F);
  EXPECT_EQ(spec.labels.max_per_image, 7);
  ASSERT_EQ(spec.labels.classes.size(), 2U);
  EXPECT_EQ(spec.labels.classes.at("person"), (ClassRule{"pedestrian", 0.5F}));
  EXPECT_EQ(spec.labels.classes.at("traffic light"), (ClassRule{"traffic light", std::nullopt}));
  EXPECT_EQ(spec.interpolation, InterpolationMethod::kNone);
  EXPECT_EQ(spec.cluster.launcher, LauncherKind::kNone);
  EXPECT_EQ(spec.cluster.workers.max, 0);
  EXPECT_EQ(spec.cluster.device, "cuda:1,cuda:0");
  EXPECT_EQ(spec.cluster.precision, Precision::kFp16);
  EXPECT_EQ(spec.cluster.listen, "ipc:///tmp/x");
  EXPECT_EQ(spec.cluster.transport, DataTransport::kStream);
  EXPECT_EQ(spec.cluster.security, WireSecurity::kCurve);
  EXPECT_EQ(spec.cluster.keys, "/keys");
  EXPECT_EQ(spec.cluster.page, "http://0.0.0.0:5578");
  EXPECT_EQ(spec.cluster.page_token, "/jobs/token");
  EXPECT_EQ(spec.cluster.heartbeat, milliseconds(500));
  EXPECT_EQ(spec.cluster.task_deadline, hours(1));
  EXPECT_EQ(spec.cluster.shard_size, 3);
  EXPECT_EQ(spec.cluster.max_attempts, 9);
  EXPECT_EQ(spec.cluster.max_failed_items, (FailedItemsLimit{2.5, true}));
  EXPECT_EQ(spec.output.dir, "/abs/runs");
  EXPECT_THAT(spec.output.formats, ElementsAre("mot", "coco"));
}

TEST(JobLoader, KeysAndNoSecurityContradictEachOther) {
  const std::string start = kSmallest;
  EXPECT_EQ(Parse(start + "cluster: {security: none}\n").value().cluster.security,
            WireSecurity::kNone);
  EXPECT_TRUE(Parse(start).value().cluster.keys.empty());
  EXPECT_EQ(Mistakes(start + "cluster:\n  security: none\n  keys: k\n"),
            "/jobs/job.yaml:8:9: 'cluster.keys' has no use with 'cluster.security: none'; remove "
            "one of them");
  EXPECT_EQ(Mistakes(start + "cluster: {device: cuda:0+cuda:1}\n"),
            "/jobs/job.yaml:6:19: 'cluster.device': \"cuda:0+cuda:1\" is no device: write auto, "
            "cpu, or cuda:N (several with commas between, e.g. cuda:0,cuda:1)");
  EXPECT_EQ(Mistakes(start + "cluster: {device: cpu, precision: fp16}\n"),
            "/jobs/job.yaml:6:35: 'cluster.precision': a CPU does not compute in fp16: choose bf16 "
            "or fp32, or a CUDA device for fp16");
  EXPECT_EQ(Mistakes(start + "cluster: {security: tls}\n"),
            "/jobs/job.yaml:6:21: 'cluster.security' cannot be 'tls'; use one of curve, none");
}

// Lines and columns counted by hand.
TEST(JobLoader, TenMistakesGiveTenLines) {
  const std::string text = R"(data:
  - video: a.avi
    keyframe: {every: 2}
  - images: photos
    keyframes: {every: 2}
  - {}
labels:
  threshold: 1.5
  nms: high
cluster:
  launcher: locl
  workers: 0
  listen: http://localhost
  heartbeat: 2
output:
  dir: run
  formats: [coko]
model: m.yaml
)";
  EXPECT_EQ(Mistakes(text),
            "/jobs/job.yaml:1:1: missing key 'name'; add e.g. 'name: my-job'\n"
            "/jobs/job.yaml:3:5: unknown key 'keyframe' in 'data[0]'; did you mean 'keyframes'?\n"
            "/jobs/job.yaml:5:16: 'data[1].keyframes' belongs to a video; remove it\n"
            "/jobs/job.yaml:6:5: 'data[2]' names no data; add one of 'images', 'video', "
            "'manifest', 'coco', 'yolo' and 'voc'\n"
            "/jobs/job.yaml:8:14: 'labels.threshold' must be a number from 0 to 1, not '1.5'\n"
            "/jobs/job.yaml:9:8: 'labels.nms' must be a number over 0 and at most 1, not 'high'\n"
            "/jobs/job.yaml:11:13: 'cluster.launcher' cannot be 'locl'; did you mean 'local'?\n"
            "/jobs/job.yaml:13:11: 'cluster.listen' must be tcp://ADDRESS:PORT (port 0: any free "
            "one) or ipc://FILE, not 'http://localhost'\n"
            "/jobs/job.yaml:14:14: 'cluster.heartbeat' must be a duration from 100ms to 1h "
            "(500ms, 2s, 10m, 1h), not '2'\n"
            "/jobs/job.yaml:17:13: 'output.formats' cannot be 'coko'; did you mean 'coco'?");
}

TEST(JobLoader, ZeroWorkersOnlyWithoutALauncher) {
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "cluster: {workers: 0}\n"),
            "/jobs/job.yaml:6:20: 'cluster.workers' is 0; start at least 1, or set "
            "cluster.launcher to none and start workers by hand");
  EXPECT_TRUE(Parse(std::string(kSmallest) + "cluster: {workers: 0, launcher: none}\n"));
}

TEST(JobLoader, LimitsOfWorkers) {
  const auto workers = [](const std::string& text) {
    return Parse(std::string(kSmallest) + "cluster: {workers: " + text + "}\n")
        .value()
        .cluster.workers;
  };
  EXPECT_EQ(workers("5"), (WorkerRange{5, 5, std::chrono::minutes(1)}));
  EXPECT_EQ(workers("{min: 1, max: 8}"), (WorkerRange{1, 8, std::chrono::minutes(1)}));
  EXPECT_EQ(workers("{min: 3, max: 3, idle: 5s}"), (WorkerRange{3, 3, std::chrono::seconds(5)}));
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "cluster: {workers: {min: 4, max: 3}}\n"),
            "/jobs/job.yaml:6:34: 'cluster.workers.max' (3) is below cluster.workers.min (4)");
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "cluster: {workers: {max: 3, maxx: 0}}\n"),
            "/jobs/job.yaml:6:20: missing key 'cluster.workers.min'; add e.g. 'cluster.workers: "
            "{min: 1}'\n"
            "/jobs/job.yaml:6:29: unknown key 'maxx' in 'cluster.workers'; did you mean 'max'?");
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "cluster: {workers: many}\n"),
            "/jobs/job.yaml:6:20: 'cluster.workers' must be a whole number from 0 to 10000, not "
            "'many'");
}

TEST(JobLoader, WorkersOfSlurm) {
  const JobSpec job =
      Parse(std::string(kSmallest) +
            "cluster:\n"
            "  launcher: slurm\n"
            "  listen: tcp://10.0.0.1:0\n"
            "  slurm: {partition: gpu, time: 02:00:00, gres: gpu:1, memory: 8G,\n"
            "          cpus_per_task: 4, options: [--constraint=a100, -x, '-n 1']}\n")
          .value();
  EXPECT_EQ(job.cluster.launcher, LauncherKind::kSlurm);
  EXPECT_EQ(job.cluster.slurm.partition, "gpu");
  EXPECT_EQ(job.cluster.slurm.time, "02:00:00");
  EXPECT_EQ(job.cluster.slurm.gres, "gpu:1");
  EXPECT_EQ(job.cluster.slurm.cpus_per_task, 4);
  EXPECT_THAT(job.cluster.slurm.options, ElementsAre("--constraint=a100", "-x", "-n 1"));
  EXPECT_EQ(
      Mistakes(std::string(kSmallest) + "cluster: {launcher: slurm, slurm: {options: [a100]}}\n"),
      "/jobs/job.yaml:6:21: 'cluster.launcher' is slurm, and its workers run on other "
      "machines: set cluster.listen to an address of this one that they reach, e.g. "
      "tcp://0.0.0.0:0 (all addresses, any port)\n"
      "/jobs/job.yaml:6:46: 'cluster.slurm.options' holds 'a100', which is no option; write "
      "e.g. '--NAME=VALUE'");
}

TEST(JobLoader, WorkersOnKubernetes) {
  const std::string start = std::string(kSmallest) +
                            "cluster:\n"
                            "  launcher: kubernetes\n"
                            "  listen: tcp://0.0.0.0:5577\n";
  const KubernetesOptions options =
      Parse(start +
            "  transport: stream\n"
            "  kubernetes: {image: 'x:1', namespace: gpu, connect: 'tcp://coordinator:5577',\n"
            "               cpus: 4, memory: 8Gi, gpus: 1, template: pods/gpu.yaml,\n"
            "               options: [--context=far]}\n")
          .value()
          .cluster.kubernetes;
  EXPECT_EQ(options.image, "x:1");
  EXPECT_EQ(options.name_space, "gpu");
  EXPECT_EQ(options.connect, "tcp://coordinator:5577");
  EXPECT_EQ(options.cpus, 4);
  EXPECT_EQ(options.memory, "8Gi");
  EXPECT_EQ(options.gpus, 1);
  EXPECT_EQ(options.pod_template, "/jobs/pods/gpu.yaml");
  EXPECT_THAT(options.options, ElementsAre("--context=far"));
  // A template may mount the data, and has an image.
  EXPECT_TRUE(Parse(start + "  kubernetes: {template: pod.yaml}\n").has_value());
  EXPECT_EQ(Mistakes(start + "  kubernetes: {connect: coordinator}\n"),
            "/jobs/job.yaml:7:13: 'cluster.launcher' is kubernetes: name the workers' image, e.g. "
            "kubernetes: {image: 'prelabel:cpu'}\n"
            "/jobs/job.yaml:7:13: 'cluster.launcher' is kubernetes, and its pods see no disk of "
            "this machine: set cluster.transport to stream, or give cluster.kubernetes.template a "
            "pod that mounts the data and the model\n"
            "/jobs/job.yaml:9:25: 'cluster.kubernetes.connect' must be tcp://HOST:PORT, not "
            "'coordinator'");
}

TEST(JobLoader, WorkersBehindSsh) {
  const std::string start = std::string(kSmallest) +
                            "cluster:\n"
                            "  launcher: ssh\n"
                            "  listen: tcp://10.0.0.1:0\n"
                            "  ssh: {hosts: [gpu1, me@gpu2, gpu3], options: [-p2222], command: "
                            "/opt/prelabel-worker}\n";
  const JobSpec job = Parse(start).value();
  EXPECT_EQ(job.cluster.launcher, LauncherKind::kSsh);
  EXPECT_THAT(job.cluster.ssh.hosts, ElementsAre("gpu1", "me@gpu2", "gpu3"));
  EXPECT_THAT(job.cluster.ssh.options, ElementsAre("-p2222"));
  EXPECT_EQ(job.cluster.ssh.command, "/opt/prelabel-worker");
  EXPECT_EQ(job.cluster.workers.min, 3);  // all of them
  EXPECT_EQ(job.cluster.workers.max, 3);
  EXPECT_EQ(Parse(start + "  workers: 2\n").value().cluster.workers.max, 2);
  EXPECT_EQ(Mistakes(start + "  workers: 4\n"),
            "/jobs/job.yaml:10:12: 'cluster.workers' is 4, and 'cluster.ssh.hosts' has 3: each has "
            "one worker, which uses all of it");
  EXPECT_EQ(
      Mistakes(std::string(kSmallest) + "cluster: {launcher: ssh}\n"),
      "/jobs/job.yaml:6:21: 'cluster.launcher' is ssh: name the machines, e.g. ssh: {hosts: "
      "[gpu1, gpu2]}\n"
      "/jobs/job.yaml:6:21: 'cluster.launcher' is ssh, and its workers run on other machines: "
      "set cluster.listen to an address of this one that they reach, e.g. tcp://0.0.0.0:0 (all "
      "addresses, any port)");
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "cluster: {ssh: {hosts: ['-oProxyCommand=x']}}\n"),
            "/jobs/job.yaml:6:25: 'cluster.ssh.hosts' holds '-oProxyCommand=x', which is no host");
}

TEST(JobLoader, ThresholdsMayNotBeBelowTheRawOne) {
  EXPECT_EQ(Mistakes(std::string(kSmallest) +
                     "labels: {raw_threshold: 0.4, classes: {car: {threshold: 0.2}}}\n"),
            "/jobs/job.yaml:6:25: 'labels.threshold' (0.3) is below labels.raw_threshold (0.4); "
            "raise it or lower labels.raw_threshold\n"
            "/jobs/job.yaml:6:57: 'labels.classes.car.threshold' (0.2) is below "
            "labels.raw_threshold (0.4); raise it or lower labels.raw_threshold");
}

TEST(JobLoader, WantedNamesAndReviewTimes) {
  const JobSpec job = Parse(std::string(kSmallest) +
                            "labels: {wanted: [pallet, fork lift]}\n"
                            "review: {budget_minutes: 90, seconds_per_box: 12.5}\n")
                          .value();
  EXPECT_THAT(job.labels.wanted, ElementsAre("pallet", "fork lift"));
  EXPECT_EQ(job.review.budget_minutes, 90);
  EXPECT_EQ(job.review.seconds_per_box, 12.5F);
  EXPECT_EQ(job.review.seconds_per_check, 1.6F);
  EXPECT_EQ(
      Mistakes(std::string(kSmallest) + "labels: {wanted: [a, a, \"b\\n\"]}\n"
                                        "review: {seconds_per_check: 0, seconds_per_image: 1e9}\n"),
      "/jobs/job.yaml:6:22: 'a' appears twice in 'labels.wanted'\n"
      "/jobs/job.yaml:6:25: 'labels.wanted' must be one line of at most 200 bytes, not "
      "'b\\x0a'\n"
      "/jobs/job.yaml:7:29: 'review.seconds_per_check' must be a number over 0 and at most "
      "3600, not '0'\n"
      "/jobs/job.yaml:7:51: 'review.seconds_per_image' must be a number over 0 and at most "
      "3600, not '1e9'");
}

TEST(JobLoader, QualityIsCertainNeverAndNeverImpossible) {
  const JobSpec job =
      Parse(std::string(kSmallest) + "quality: {target_precision: 0.9, confidence: 0.99}\n")
          .value();
  EXPECT_EQ(job.quality.target_precision, 0.9F);
  EXPECT_EQ(job.quality.confidence, 0.99F);
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "quality: {target_precision: 1, confidence: 0}\n"),
            "/jobs/job.yaml:6:29: 'quality.target_precision' must be a number between 0 and 1, not "
            "'1'\n"
            "/jobs/job.yaml:6:44: 'quality.confidence' must be a number between 0 and 1, not '0'");
}

TEST(JobLoader, MissingKeysOfAnEmptyFile) {
  EXPECT_EQ(Mistakes("# nothing yet\n"),
            "/jobs/job.yaml:1:1: missing key 'name'; add e.g. 'name: my-job'\n"
            "/jobs/job.yaml:1:1: missing key 'data'; add e.g. 'data: [{images: path/to/folder}]'\n"
            "/jobs/job.yaml:1:1: missing key 'model'; add e.g. 'model: path/to/model.yaml'\n"
            "/jobs/job.yaml:1:1: missing key 'output.dir'; add e.g. 'output: {dir: "
            "runs/my-job}'");
}

TEST(JobLoader, WrongShapes) {
  EXPECT_EQ(Mistakes("- a\n- b\n"),
            "/jobs/job.yaml:1:1: the file must be a map of 'key: value' lines, not a list");
  EXPECT_EQ(Mistakes("name: [a]\ndata: photos\nmodel:\noutput: run\n"),
            "/jobs/job.yaml:1:7: 'name' must be text, not a list\n"
            "/jobs/job.yaml:2:7: 'data' must be a list of one or more sources ('- video: FILE', "
            "'- images: FOLDER' …), not 'photos'\n"
            "/jobs/job.yaml:3:1: 'model' has no value; it must be text\n"
            "/jobs/job.yaml:4:9: 'output' must be a map of 'key: value' lines, not 'run'");
}

TEST(JobLoader, InterpolationHasFourMethods) {
  const auto method = [](const std::string& name) {
    return Parse(std::string(kSmallest) + "interpolation: {method: " + name + "}\n")
        .value()
        .interpolation;
  };
  EXPECT_EQ(method("none"), InterpolationMethod::kNone);
  EXPECT_EQ(method("linear"), InterpolationMethod::kLinear);
  EXPECT_EQ(method("cubic"), InterpolationMethod::kCubic);
  EXPECT_EQ(method("flow"), InterpolationMethod::kFlow);
  EXPECT_EQ(
      Mistakes(std::string(kSmallest) + "interpolation: {method: quintic}\n"),
      "/jobs/job.yaml:6:25: 'interpolation.method' cannot be 'quintic'; use one of linear, cubic, "
      "flow, none");
}

TEST(JobLoader, ASecondOpinionIsAskedForByItsKey) {
  const auto opinion = [](const std::string& keys) {
    return Parse(std::string(kSmallest) + "report: {second_opinion: " + keys + "}\n")
        .value()
        .report.second_opinion;
  };
  EXPECT_FALSE(Parse(kSmallest).value().report.second_opinion);
  EXPECT_EQ(opinion(""), (SecondOpinion{200, {View::kFlip, View::kColor, View::kScale}, ""}));
  EXPECT_EQ(opinion("{images: 7, changes: [scale, flip], model: m2/model.yaml}"),
            (SecondOpinion{7, {View::kScale, View::kFlip}, "/jobs/m2/model.yaml"}));
  EXPECT_EQ(opinion("{changes: [], model: m2.yaml}"), (SecondOpinion{200, {}, "/jobs/m2.yaml"}));
  EXPECT_EQ(Mistakes(std::string(kSmallest) +
                     "report: {second_opinion: {changes: [], images: 0, modle: x}}\n"),
            "/jobs/job.yaml:6:36: 'report.second_opinion.changes' is empty and no second model is "
            "named: there is nothing to ask; add a change, name a report.second_opinion.model or "
            "remove report.second_opinion\n"
            "/jobs/job.yaml:6:48: 'report.second_opinion.images' must be a whole number from 1 to "
            "100000, not '0'\n"
            "/jobs/job.yaml:6:51: unknown key 'modle' in 'report.second_opinion'; did you mean "
            "'model'?");
  EXPECT_EQ(Mistakes(std::string(kSmallest) +
                     "report: {second_opinion: {changes: [flip, rotate, flip]}}\n"),
            "/jobs/job.yaml:6:43: 'report.second_opinion.changes' cannot be 'rotate'; use one of "
            "flip, color, scale\n"
            "/jobs/job.yaml:6:51: 'flip' appears twice in 'report.second_opinion.changes'");
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "report: {second_opinion: {changes: flip}}\n"),
            "/jobs/job.yaml:6:36: 'report.second_opinion.changes' must be a list of flip, color "
            "and scale, not 'flip'");
}

TEST(JobLoader, KeysOfNoVersionAreUnknown) {
  EXPECT_EQ(
      Mistakes(std::string(kSmallest) + "colour: blue\n"),
      "/jobs/job.yaml:6:1: unknown key 'colour'; known keys are name, data, model, models, fuse, "
      "labels, interpolation, quality, report, review, fetch, cluster, output");
}

TEST(JobLoader, SyntaxErrorNamesThePlace) {
  const std::string mistakes = Mistakes("name: a\ndata: [b\nmodel: c\n");
  EXPECT_THAT(mistakes, testing::MatchesRegex("/jobs/job.yaml:[0-9]+:[0-9]+: not valid YAML: .+"));
}

TEST(JobLoader, FlagWinsOverEnvironmentWinsOverFile) {
  const std::string text = std::string(kSmallest) + "cluster: {workers: 1}\n";
  EXPECT_EQ(Parse(text).value().cluster.workers.max, 1);
  const std::map<std::string, std::string> environment = {{"PRELABEL_CLUSTER_WORKERS", "4"},
                                                          {"PRELABEL_REFERENCE_DATA", "/data"}};
  EXPECT_EQ(Parse(text, With({}, environment)).value().cluster.workers.max, 4);
  EXPECT_EQ(Parse(text, With({"cluster.workers=8"}, environment)).value().cluster.workers.max, 8);
  EXPECT_EQ(
      Parse(text, With({"cluster.workers=8", "cluster.workers=9"})).value().cluster.workers.max, 9);
}

TEST(JobLoader, OverridesTakeYamlAndCompleteTheFile) {
  const auto job =
      Parse("name: x\n", With({"data=[{video: v.avi, keyframes: {every: 3}}]", "model=m.yaml",
                               "output.formats=[mot]", "labels.classes.person.to=walker"},
                              {{"PRELABEL_OUTPUT_DIR", "here"}, {"PRELABEL_NAME", ""}}));
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  EXPECT_EQ(job.value().name, "x");  // an empty variable counts as not set
  EXPECT_EQ(job.value().data[0], (DataSource{SourceKind::kVideo, {"/jobs/v.avi"}, 3}));
  EXPECT_EQ(job.value().output.dir, "/jobs/here");
  EXPECT_THAT(job.value().output.formats, ElementsAre("mot"));
  EXPECT_EQ(job.value().labels.classes.at("person").to, "walker");
}

TEST(JobLoader, AnEmptyOverrideOfTheClassesMeansAllAgain) {
  const std::string text = std::string(kSmallest) + "labels: {classes: {car: {to: vehicle}}}\n";
  EXPECT_EQ(Parse(text).value().labels.classes.size(), 1U);
  EXPECT_TRUE(Parse(text, With({"labels.classes={}"})).value().labels.classes.empty());
}

TEST(JobLoader, MistakesInOverridesNameTheOverride) {
  EXPECT_EQ(Mistakes(kSmallest, With({"cluster.wrokers=2", "data.0.images=x", "workers",
                                      "name=", "cluster.workers=[", "labels.nms=2"},
                                     {{"PRELABEL_CLUSTER_HEARTBEAT", "soon"}})),
            "PRELABEL_CLUSTER_HEARTBEAT: 'cluster.heartbeat' must be a duration from 100ms to 1h "
            "(500ms, 2s, 10m, 1h), not 'soon'\n"
            "--set cluster.wrokers: unknown key 'wrokers' in 'cluster'; did you mean 'workers'?\n"
            "--set data.0.images: 'data' is a list, which is set as a whole: --set 'data=[…]'\n"
            "--set workers: expected KEY=VALUE, such as cluster.workers=4\n"
            "--set name: 'name' has no value; it must be text\n"
            "--set cluster.workers: not valid YAML: end of sequence flow not found\n"
            "--set labels.nms: 'labels.nms' must be a number over 0 and at most 1, not '2'");
}

TEST(JobLoader, ExpandsVariablesOnceAndInValuesOnly) {
  const auto job = Parse(
      "name: $${A} ${A}$\n"
      "data: [{images: [\"${DIR}/a\", '$x']}]\n"
      "model: ${DIR}/m.yaml\n"
      "labels: {classes: {\"${A}\": {to: \"${A}\"}}}\n"
      "cluster: {workers: \"${N}\"}\n"
      "output: {dir: run}\n",
      With({}, {{"A", "${N}"}, {"DIR", "/d"}, {"N", "3"}}));
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  EXPECT_EQ(job.value().name, "${A} ${N}$");
  EXPECT_THAT(job.value().data[0].patterns, ElementsAre("/d/a", "/jobs/$x"));
  EXPECT_EQ(job.value().model, "/d/m.yaml");
  EXPECT_EQ(job.value().cluster.workers.max, 3);
  EXPECT_EQ(job.value().labels.classes.at("${A}").to, "${N}");
}

TEST(JobLoader, UnsetAndMalformedVariables) {
  EXPECT_EQ(Mistakes("name: ${NOPE}\n"
                     "data: [{images: x}]\n"
                     "model: ${not closed\n"
                     "output: {dir: \"${1A}\"}\n",
                     With({}, {})),
            "/jobs/job.yaml:1:7: environment variable 'NOPE' is not set; set it, or write "
            "$${NOPE} for a literal ${NOPE}\n"
            "/jobs/job.yaml:3:8: '${not closed' is not ${NAME}; write $${ for a literal ${\n"
            "/jobs/job.yaml:4:15: '${1A}' is not ${NAME}; write $${ for a literal ${");
}

TEST(JobLoader, Endpoints) {
  for (const char* good : {"tcp://0.0.0.0:5577", "tcp://*:0", "tcp://[::1]:65535", "ipc://x"}) {
    EXPECT_TRUE(Parse(kSmallest, With({std::string("cluster.listen='") + good + "'"}))) << good;
  }
  for (const char* bad : {"tcp://0.0.0.0", "tcp://:5577", "tcp://a:65536", "tcp://a:-1",
                          "tcp://a:", "ipc://", "udp://a:1", "localhost:5577"}) {
    EXPECT_FALSE(Parse(kSmallest, With({std::string("cluster.listen='") + bad + "'"}))) << bad;
  }
}

TEST(JobLoader, PageAddresses) {
  for (const char* good : {"auto", "off", "http://127.0.0.1:0", "http://localhost:80/",
                           "http://[::1]:5578", "http://0.0.0.0:65535"}) {
    const auto job = Parse(kSmallest, With({std::string("cluster.page='") + good + "'"}));
    ASSERT_TRUE(job.has_value()) << good;
    EXPECT_EQ(job.value().cluster.page, good);
  }
  for (const char* bad :
       {"on", "https://127.0.0.1:1", "127.0.0.1:5578", "http://127.0.0.1",
        "http://127.0.0.1:", "http://127.0.0.1:65536", "http://gpu-1:80", "http://::1:80",
        "http://[::1:80", "http://127.0.0.1:1/x", "http://:80"}) {
    EXPECT_FALSE(Parse(kSmallest, With({std::string("cluster.page='") + bad + "'"}))) << bad;
  }
  EXPECT_EQ(Mistakes(std::string(kSmallest) + "cluster:\n  page: off\n  page_token: t\n"),
            "/jobs/job.yaml:8:15: 'cluster.page_token' has no use with 'cluster.page: off'; remove "
            "one of them");
}

TEST(JobLoader, AJobFileThatIsNotThere) {
  const auto job = LoadJob("/no/such/job.yaml", {});
  ASSERT_FALSE(job.has_value());
  EXPECT_EQ(job.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(job.error().message, "job file not found: /no/such/job.yaml");
  EXPECT_EQ(LoadJob("/", {}).error().message, "/ is a folder, not a job file");
}

TEST(JobLoader, RelativeJobPathResolvesAgainstTheCurrentFolder) {
  const auto job = ParseJob(kSmallest, "sub/job.yaml", {});
  ASSERT_TRUE(job.has_value());
  EXPECT_EQ(job.value().model, std::filesystem::current_path() / "sub" / "m.yaml");
}

TEST(JobLoader, EveryPublishedJobLoads) {
  int jobs = 0;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.path().extension() != ".yaml") continue;
    ++jobs;
    const auto job = LoadJob(entry.path(), {});
    EXPECT_TRUE(job.has_value()) << job.error().ToString();
  }
  EXPECT_GE(jobs, 3);  // quickstart, images, cluster
}

TEST(JobLoader, TheQuickstartJob) {
  const auto job = LoadJob("configs/quickstart.yaml", {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  const std::filesystem::path root = std::filesystem::current_path();
  EXPECT_EQ(job.value().model, root / "var/models/nanodet-g-coco/model.yaml");
  EXPECT_EQ(job.value().data[0].patterns[0], (root / "var/data/vtest.avi").string());
  EXPECT_EQ(job.value().data[0].keyframe_every, 1);
  EXPECT_EQ(job.value().output.dir, root / "runs/quickstart");
  EXPECT_EQ(job.value().cluster.workers.max, 2);
}

TEST(JobLoader, KeyframesThatAPersonDrewNeedNoModel) {
  const std::string drawn =
      "name: x\noutput: {dir: r}\ndata:\n  - video: v.avi\n    keyframes: {from: ../a.xml}\n";
  const auto job = Parse(drawn, {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  EXPECT_EQ(job.value().data[0].keyframes_from, "/a.xml");
  EXPECT_EQ(job.value().model, "");
  EXPECT_EQ(Mistakes(drawn + "  - images: photos\n"),
            "/jobs/job.yaml:1:1: missing key 'model'; add e.g. 'model: path/to/model.yaml'");
}

TEST(JobLoader, AManifestIsASourceOfItsOwn) {
  const std::string start = "name: x\noutput: {dir: r}\nmodel: m\ndata:\n";
  const auto job = Parse(start + "  - manifest: lists/items.jsonl\n", {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  EXPECT_EQ(job.value().data[0].kind, SourceKind::kImages);
  EXPECT_EQ(job.value().data[0].manifest, "/jobs/lists/items.jsonl");
  EXPECT_THAT(job.value().data[0].patterns, testing::IsEmpty());
  const auto again = ParseJob(FormatJob(job.value()), "/elsewhere/job.yaml", {});
  ASSERT_TRUE(again.has_value()) << again.error().ToString();
  EXPECT_EQ(again.value(), job.value());
  EXPECT_EQ(Mistakes(start + "  - manifest: a\n    images: b\n"),
            "/jobs/job.yaml:5:5: 'data[0]' has both 'images' and 'manifest'; make it two sources");
}

TEST(JobLoader, DatasetsInTheLayoutsOfOthers) {
  const std::string start = "name: x\noutput: {dir: r}\nmodel: m\ndata:\n";
  const auto job = Parse(start +
                             "  - coco: c/annotations/val.json\n    images: c/val\n"
                             "  - coco: d/all.json\n"
                             "  - yolo: y/data.yaml\n"
                             "  - voc: VOC2012\n",
                         {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  const auto labeled = [&](std::size_t i) { return job.value().data[i].labeled.value(); };
  EXPECT_EQ(labeled(0),
            (LabeledDataset{DatasetLayout::kCoco, "/jobs/c/annotations/val.json", "/jobs/c/val"}));
  // The file's own folder where nothing else is said.
  EXPECT_EQ(labeled(1), (LabeledDataset{DatasetLayout::kCoco, "/jobs/d/all.json", "/jobs/d"}));
  EXPECT_EQ(labeled(2), (LabeledDataset{DatasetLayout::kYolo, "/jobs/y/data.yaml", ""}));
  EXPECT_EQ(labeled(3), (LabeledDataset{DatasetLayout::kVoc, "/jobs/VOC2012", ""}));
  EXPECT_THAT(job.value().data[0].patterns, testing::IsEmpty());
  const auto again = ParseJob(FormatJob(job.value()), "/elsewhere/job.yaml", {});
  ASSERT_TRUE(again.has_value()) << again.error().ToString();
  EXPECT_EQ(again.value(), job.value());
  EXPECT_EQ(Mistakes(start + "  - yolo: a\n    images: b\n"),
            "/jobs/job.yaml:5:5: 'data[0]' has both 'images' and 'yolo'; make it two sources");
  EXPECT_EQ(Mistakes(start + "  - coco: a\n    images: [b]\n"),
            "/jobs/job.yaml:6:13: 'data[0].images' must be text, not a list");
}

TEST(JobLoader, HowUrlsAreFetched) {
  const std::string start = "name: x\noutput: {dir: r}\nmodel: m\ndata: [{images: a}]\n";
  const auto job =
      Parse(start + "fetch: {timeout: 2m, cache: ../c, cache_mib: 5, max_mib: 3}\n", {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  EXPECT_EQ(job.value().fetch, (FetchOptions{std::chrono::minutes(2), 3, "/c", 5}));
  EXPECT_EQ(ParseJob(FormatJob(job.value()), "/e/job.yaml", {}).value(), job.value());
  EXPECT_EQ(Mistakes(start + "fetch: {timeout: 1500ms}\n"),
            "/jobs/job.yaml:5:18: 'fetch.timeout' must be whole seconds, e.g. 30s");
}

TEST(JobLoader, LargeImagesMayBeLookedAtInTiles) {
  const std::string start = "name: x\noutput: {dir: r}\nmodel: m\ndata:\n";
  const auto job = Parse(start +
                             "  - images: a\n    tiling: {size: 1024}\n"
                             "  - manifest: b.jsonl\n    tiling: {size: [1280, 640], overlap: 0.5, "
                             "full_image: true, merge: nms, metric: ios}\n",
                         {});
  ASSERT_TRUE(job.has_value()) << job.error().ToString();
  Tiling plain;
  plain.sizes = {1024};
  EXPECT_EQ(job.value().data[0].tiling, plain);
  EXPECT_EQ(job.value().data[1].tiling,
            (Tiling{{640, 1280}, 0.5F, true, TileMerge::kNms, TileMetric::kIos}));
  EXPECT_EQ(ParseJob(FormatJob(job.value()), "/e/job.yaml", {}).value(), job.value());
  EXPECT_EQ(Mistakes(start + "  - video: v.avi\n    tiling: {size: 64}\n"
                             "  - images: a\n    tiling: {size: 63, overlap: 0.95, merge: wbf}\n"
                             "  - images: a\n    tiling: {overlap: 0.1}\n"
                             "  - images: a\n    tiling: {size: [640, 640]}\n"),
            "/jobs/job.yaml:6:13: 'data[0].tiling' belongs to images; remove it\n"
            "/jobs/job.yaml:8:20: 'data[1].tiling.size' must be a whole number from 64 to 16384, "
            "not '63'\n"
            "/jobs/job.yaml:8:33: 'data[1].tiling.overlap' must be from 0 to 0.9, not 0.95\n"
            "/jobs/job.yaml:8:46: 'data[1].tiling.merge' cannot be 'wbf'; use one of nms, nmm\n"
            "/jobs/job.yaml:10:13: missing key 'data[2].tiling.size'; add e.g. 'data[2].tiling: "
            "{size: 1024}'\n"
            "/jobs/job.yaml:12:20: 'data[3].tiling.size' has 640 twice; remove one");
}

TEST(JobLoader, KeyframesComeFromOnePlace) {
  EXPECT_EQ(Mistakes("name: x\noutput: {dir: r}\nmodel: m\ndata:\n  - video: v.avi\n"
                     "    keyframes: {every: 2, from: a.xml}\n"
                     "  - video: v.avi\n    keyframes: {from: [a]}\n"),
            "/jobs/job.yaml:6:33: 'data[0].keyframes' has 'every' and 'from'; keep one of them\n"
            "/jobs/job.yaml:8:23: 'data[1].keyframes.from' must be text, not a list");
}

}  // namespace
}  // namespace prelabel
