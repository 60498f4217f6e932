// The job file as values, after defaults, overrides and path resolution. docs/job-file.md is its
// manual; configs/schema/job.schema.json repeats the defaults (a test compares them).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/job/devices.h"
#include "common/job/model_fusion.h"
#include "common/labels/interpolation.h"
#include "common/labels/tiling.h"
#include "common/labels/view.h"

namespace prelabel {

enum class SourceKind : std::uint8_t { kImages, kVideo };

// A video is looked at in rounds, where the labels between are trusted least.
struct AdaptiveKeyframes {
  float budget = 0.2F;     // share of the frames that the model may look at, (0, 1]
  float tolerance = 0.8F;  // IoU that every interpolated box is expected to have, (0, 1]
  friend bool operator==(const AdaptiveKeyframes&, const AdaptiveKeyframes&) = default;
};

// A dataset in another tool's layout, with the labels that it has.
enum class DatasetLayout : std::uint8_t { kCoco, kYolo, kVoc };

struct LabeledDataset {
  DatasetLayout layout = DatasetLayout::kCoco;
  std::filesystem::path place;  // kCoco: the file; kYolo: data.yaml or its folder; kVoc: the folder
  std::filesystem::path images;  // kCoco: what its file names are relative to
  friend bool operator==(const LabeledDataset&, const LabeledDataset&) = default;
};

struct DataSource {
  SourceKind kind = SourceKind::kImages;
  std::vector<std::string>
      patterns;                     // absolute: files, folders or globs (kVideo: exactly one file)
  std::int64_t keyframe_every = 1;  // kVideo: look at frames 0, N, 2N … and the last one
  std::optional<AdaptiveKeyframes> adaptive{};  // kVideo: instead of keyframe_every
  std::filesystem::path keyframes_from{};       // kVideo: instead; a file of what a person drew
  std::filesystem::path manifest{};             // kImages: instead of patterns; a list of items
  std::optional<Tiling> tiling{};               // kImages: look at large ones in parts
  std::optional<LabeledDataset> labeled{};      // kImages: instead of patterns
  friend bool operator==(const DataSource&, const DataSource&) = default;
};

// How one class is written. A job with no `classes` writes all of them under their own names.
struct ClassRule {
  std::string to;                  // name in the labels
  std::optional<float> threshold;  // instead of labels.threshold
  friend bool operator==(const ClassRule&, const ClassRule&) = default;
};

struct LabelOptions {
  float raw_threshold = 0.05F;  // kept in the store
  float threshold = 0.3F;       // written to labels
  float nms = 0.6F;             // IoU over which the weaker box of a class falls
  int max_per_image = 100;
  std::map<std::string, ClassRule> classes;  // by the class's name; empty: all classes
  // Names that the labels should have, whether or not anything gives them; empty: nobody said.
  std::vector<std::string> wanted{};
  friend bool operator==(const LabelOptions&, const LabelOptions&) = default;
};

// What people do with the labels, and how long it takes them.
struct ReviewOptions {
  int budget_minutes = 60;  // of the review queue
  // Drawing a box: 7 s by clicking an object's extreme points (Papadopoulos et al., "Extreme
  // clicking for efficient object annotation", ICCV 2017). The usual way takes longer, 25.5 s
  // (median of Su, Deng and Fei-Fei, "Crowdsourcing annotations for visual object detection", 2012;
  // 34.5 s with the check of its quality): the quickest one exaggerates no saving.
  float seconds_per_box = 7;
  // Judging a proposed box: 1.6 s (Papadopoulos et al., "We don't need no bounding-boxes", CVPR
  // 2016). Removing a wrong one is taken to need as much again.
  float seconds_per_check = 1.6F;
  // Looking through an image for objects without a box: 7.8 s (median of Su et al.'s coverage
  // verification).
  float seconds_per_image = 7.8F;
  friend bool operator==(const ReviewOptions&, const ReviewOptions&) = default;
};

// How items of http(s) URLs are got.
struct FetchOptions {
  std::chrono::milliseconds timeout{30000};  // whole seconds: nothing, or nearly so, for so long
  int max_mib = 256;                         // the largest item
  std::filesystem::path cache;               // a folder; empty: nothing is kept
  int cache_mib = 10240;                     // at most so much lies in it
  friend bool operator==(const FetchOptions&, const FetchOptions&) = default;
};

// Who starts the workers.
enum class LauncherKind : std::uint8_t { kLocal, kSlurm, kKubernetes, kSsh, kNone };

// How many workers the launcher keeps: as many as there is work for, within limits.
struct WorkerRange {
  int min = 2;  // 0 without a launcher
  int max = 2;
  std::chrono::milliseconds idle{60000};  // without work before one over the minimum is given back
  friend bool operator==(const WorkerRange&, const WorkerRange&) = default;
};

// What is asked of Slurm for each worker; empty: the cluster's own default.
struct SlurmOptions {
  std::string partition{};
  std::string account{};
  std::string qos{};
  std::string time{};  // as sbatch --time has it
  std::string gres{};
  std::string memory{};
  int cpus_per_task = 1;               // and so many slots, where no `gres` is asked for
  std::vector<std::string> options{};  // further ones of sbatch
  std::string command{};               // the worker's program; empty: the one beside this one
  friend bool operator==(const SlurmOptions&, const SlurmOptions&) = default;
};

// What is asked of a Kubernetes cluster for each worker.
struct KubernetesOptions {
  std::string image{};       // empty: the template's
  std::string name_space{};  // empty: kubectl's own
  std::string connect{};     // what pods connect to; empty: where the coordinator listens
  int cpus = 1;              // and so many slots, where no `gpus` are asked for
  std::string memory{};      // as Kubernetes has it; empty: no limit
  int gpus = 0;              // of NVIDIA
  std::filesystem::path pod_template{};  // a file; empty: the launcher's own
  std::vector<std::string> options{};    // of kubectl
  friend bool operator==(const KubernetesOptions&, const KubernetesOptions&) = default;
};

// Machines with a worker each, reached by ssh.
struct SshOptions {
  std::vector<std::string> hosts{};         // as ssh has them, no two the same
  std::vector<std::string> options{};       // of ssh
  std::string command = "prelabel-worker";  // the worker's program there
  friend bool operator==(const SshOptions&, const SshOptions&) = default;
};

// How workers get at data and models.
enum class DataTransport : std::uint8_t {
  kShared,  // they open the same paths
  kStream   // the coordinator reads, and sends
};

enum class WireSecurity : std::uint8_t { kCurve, kNone };

// How many items may be quarantined: so many, or such a share of all items. 100 %: any number.
struct FailedItemsLimit {
  double value = 100;
  bool percent = true;
  friend bool operator==(const FailedItemsLimit&, const FailedItemsLimit&) = default;
};

struct ClusterOptions {
  LauncherKind launcher = LauncherKind::kLocal;
  WorkerRange workers;
  SlurmOptions slurm;
  KubernetesOptions kubernetes;
  SshOptions ssh;
  std::string device = "auto";  // of the workers it starts, as ParseDevices has it
  Precision precision = Precision::kFp32;
  std::string listen = "tcp://127.0.0.1:0";  // ZeroMQ endpoint; port 0: any free one
  DataTransport transport = DataTransport::kShared;
  WireSecurity security = WireSecurity::kCurve;
  std::filesystem::path keys;        // the coordinator's folder of `prelabel keygen`; empty: none
  std::string page = "auto";         // of people and programs: auto, off or http://ADDRESS:PORT
  std::filesystem::path page_token;  // a file; empty: made in the run directory where one is needed
  std::chrono::milliseconds heartbeat{2000};
  std::chrono::milliseconds task_deadline{600000};
  int shard_size = 8;                 // items a detect task
  int max_attempts = 3;               // after which an item is quarantined
  FailedItemsLimit max_failed_items;  // more end the run early
  friend bool operator==(const ClusterOptions&, const ClusterOptions&) = default;
};

struct OutputOptions {
  std::filesystem::path dir;                 // the run directory
  std::vector<std::string> formats{"coco"};  // of label_formats.h
  float cvat_min_iou = 0.9F;                 // of what "cvat" leaves to interpolation
  friend bool operator==(const OutputOptions&, const OutputOptions&) = default;
};

// What labels must be like that nobody looks at.
struct QualityOptions {
  float target_precision = 0.95F;  // in (0, 1)
  float confidence = 0.95F;        // that an audit shows it with, in (0, 1)
  friend bool operator==(const QualityOptions&, const QualityOptions&) = default;
};

// Some of what the model looked at is looked at once more, to see which labels are found again.
struct SecondOpinion {
  int images = 200;  // and frames; those of all sources together, drawn by lot
  // kFlip, kColor or kScale, no two the same; any number.
  std::vector<View> changes{View::kFlip, View::kColor, View::kScale};
  std::filesystem::path model;  // the card of a second model; empty: none
  friend bool operator==(const SecondOpinion&, const SecondOpinion&) = default;
};

// What reports compare a run with, and apart.
struct ReportOptions {
  std::filesystem::path reference;  // a profile (prelabel profile); empty: none
  std::filesystem::path slices;     // CSV: file_name and columns of what items are; empty: none
  std::optional<SecondOpinion> second_opinion{};
  friend bool operator==(const ReportOptions&, const ReportOptions&) = default;
};

struct JobSpec {
  std::string name;
  std::vector<DataSource> data;
  // The model card, the first one's of several; empty where no source needs one.
  std::filesystem::path model;
  ModelFusion fusion;  // of several models
  LabelOptions labels;
  InterpolationMethod interpolation = InterpolationMethod::kLinear;
  QualityOptions quality;
  ReportOptions report;
  ReviewOptions review;
  FetchOptions fetch;
  ClusterOptions cluster;
  OutputOptions output;
  friend bool operator==(const JobSpec&, const JobSpec&) = default;
};

}  // namespace prelabel
