#include "common/job/job_decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "common/job/decode_launchers.h"
#include "common/job/label_formats.h"
#include "common/job/map_reader.h"
#include "common/job/page_address.h"
#include "common/job/path_reader.h"
#include "common/job/source_decode.h"

namespace prelabel {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kLongestName = 200;  // bytes

bool HasControlCharacter(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// A name that is shown on a line of its own.
std::optional<std::string> ReadName(const YamlNode& node, const std::string& name,
                                    Mistakes& mistakes) {
  auto text = ReadText(node, name, mistakes);
  if (!text) return std::nullopt;
  if (text->size() > kLongestName || HasControlCharacter(*text)) {
    mistakes.Add(node.at, fmt::format("'{}' must be one line of at most {} bytes, not {}", name,
                                      kLongestName, Quoted(*text)));
    return std::nullopt;
  }
  return text;
}

class JobDecoder {
 public:
  JobDecoder(const std::filesystem::path& folder, Mistakes& mistakes)
      : folder_(folder), mistakes_(mistakes) {}

  JobSpec Decode(const YamlNode& root) {
    MapReader reader(root, "", mistakes_);
    if (const YamlNode* node = reader.Require("name", "my-job")) {
      if (auto name = ReadName(*node, "name", mistakes_)) job_.name = std::move(*name);
    }
    job_.data = DecodeData(reader, folder_, mistakes_);
    DecodeModels(reader);
    DecodeLabels(reader.Child("labels"));
    DecodeInterpolation(reader.Child("interpolation"));
    DecodeQuality(reader.Child("quality"));
    DecodeReport(reader.Child("report"));
    DecodeReview(reader.Child("review"));
    DecodeFetch(reader.Child("fetch"));
    DecodeCluster(reader.Child("cluster"));
    DecodeOutput(reader.Child("output"));
    reader.Finish();
    return std::move(job_);
  }

 private:
  // Where a person drew the keyframes of every source, no model looks at anything.
  bool NeedsModel() const {
    return job_.data.empty() ||
           std::any_of(job_.data.begin(), job_.data.end(),
                       [](const DataSource& source) { return source.keyframes_from.empty(); });
  }

  void DecodeModels(MapReader& root) {
    const YamlNode* model = root.Find("model");
    const YamlNode* models = root.Find("models");
    if (models == nullptr && NeedsModel()) model = root.Require("model", "path/to/model.yaml");
    DecodeFuse(root.Child("fuse"));
    if (const YamlNode* fuse = root.Find("fuse"); fuse != nullptr && models == nullptr) {
      mistakes_.Add(fuse->at,
                    "'fuse' is for a job with several models; remove it, or list 'models'");
    }
    if (models != nullptr && model != nullptr) {
      mistakes_.Add(models->at, "the job has both 'model' and 'models'; make it one list");
    } else if (model != nullptr) {
      if (auto path = ReadPath(*model, "model", folder_, mistakes_)) job_.model = *path;
    }
    if (models == nullptr || models->broken) return;
    if (models->kind != YamlNode::Kind::kSequence || models->items.empty() ||
        models->items.size() > kMostModels) {
      mistakes_.Add(models->at,
                    fmt::format("'models' must be a list of 1 to {} model cards, not {}",
                                kMostModels, Describe(*models)));
      return;
    }
    for (std::size_t i = 0; i < models->items.size(); ++i) {
      DecodeModel(models->items[i], fmt::format("models[{}]", i));
    }
    if (!job_.fusion.models.empty()) job_.model = job_.fusion.models.front().card;
  }

  // A path, or a map with `card`.
  void DecodeModel(const YamlNode& node, const std::string& name) {
    JobModel model;
    if (node.kind == YamlNode::Kind::kScalar) {
      if (auto path = ReadPath(node, name, folder_, mistakes_)) model.card = *path;
    } else {
      MapReader reader(node, name, mistakes_);
      if (const YamlNode* card = reader.Require("card", "path/to/model.yaml")) {
        if (auto path = ReadPath(*card, name + ".card", folder_, mistakes_)) model.card = *path;
      }
      if (reader.Find("classes") != nullptr) reader.UniqueTexts("classes", &model.classes);
      const YamlNode* weight = reader.Find("weight");
      reader.PositiveNumber("weight", 1000, &model.weight);
      if (weight != nullptr && job_.fusion.method == FuseMethod::kByClass) {
        mistakes_.Add(weight->at, fmt::format("'{}.weight' has no use with 'fuse.method: "
                                              "by_class'; remove it, or fuse with wbf",
                                              name));
      }
      reader.Finish();
    }
    job_.fusion.models.push_back(std::move(model));
  }

  void DecodeFuse(MapReader reader) {
    if (const YamlNode* node = reader.Find("method")) {
      const auto name = ReadChoice(*node, "fuse.method", {"by_class", "wbf"}, mistakes_);
      if (name && *name == "wbf") job_.fusion.method = FuseMethod::kWeighted;
    }
    reader.Fraction("iou", &job_.fusion.iou);
    reader.Finish();
  }

  void DecodeLabels(MapReader reader) {
    LabelOptions& labels = job_.labels;
    bool known = reader.Fraction("raw_threshold", &labels.raw_threshold);
    known = reader.Fraction("threshold", &labels.threshold) && known;
    reader.PositiveFraction("nms", &labels.nms);
    reader.Integer("max_per_image", 1, 10000, &labels.max_per_image);
    // The one that the file names is the one to change.
    const YamlNode* threshold = reader.Find("threshold");
    if (threshold == nullptr) threshold = reader.Find("raw_threshold");
    if (known) CheckThreshold(threshold, "labels.threshold", labels.threshold);
    if (const YamlNode* classes = reader.Find("classes")) DecodeClasses(*classes);
    reader.UniqueTexts("wanted", &labels.wanted);
    if (const YamlNode* wanted = reader.Find("wanted")) {
      for (const YamlNode& name : wanted->items) {
        // What is no text at all is a mistake already.
        if (name.kind == YamlNode::Kind::kScalar && !name.text.empty()) {
          ReadName(name, "labels.wanted", mistakes_);
        }
      }
    }
    reader.Finish();
  }

  // What is below the raw threshold is not in the store, so it cannot be written to labels.
  void CheckThreshold(const YamlNode* node, const std::string& name, float threshold) {
    if (node == nullptr || threshold >= job_.labels.raw_threshold) return;
    mistakes_.Add(node->at, fmt::format("'{}' ({}) is below labels.raw_threshold ({}); raise it or "
                                        "lower labels.raw_threshold",
                                        name, threshold, job_.labels.raw_threshold));
  }

  void DecodeClasses(const YamlNode& node) {
    const MapReader check_it_is_a_map(node, "labels.classes", mistakes_);
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const YamlNode& key = node.keys[i];
      const std::string name = "labels.classes." + key.text;
      ReadName(key, "labels.classes", mistakes_);
      ClassRule rule;
      rule.to = key.text;
      MapReader rule_reader(node.items[i], name, mistakes_);
      if (const YamlNode* to = rule_reader.Find("to")) {
        if (auto text = ReadName(*to, name + ".to", mistakes_)) rule.to = std::move(*text);
      }
      float threshold = -1;
      rule_reader.Fraction("threshold", &threshold);
      if (threshold >= 0) {
        rule.threshold = threshold;
        CheckThreshold(rule_reader.Find("threshold"), name + ".threshold", threshold);
      }
      rule_reader.Finish();
      job_.labels.classes.emplace(key.text, std::move(rule));
    }
  }

  void DecodeInterpolation(MapReader reader) {
    if (const YamlNode* node = reader.Find("method")) {
      auto method =
          ReadChoice(*node, "interpolation.method", {"linear", "cubic", "flow", "none"}, mistakes_);
      if (method == "none") job_.interpolation = InterpolationMethod::kNone;
      if (method == "linear") job_.interpolation = InterpolationMethod::kLinear;
      if (method == "cubic") job_.interpolation = InterpolationMethod::kCubic;
      if (method == "flow") job_.interpolation = InterpolationMethod::kFlow;
    }
    reader.Finish();
  }

  void DecodeReport(MapReader reader) {
    for (const auto& [key, path] : {std::pair{"reference", &job_.report.reference},
                                    std::pair{"slices", &job_.report.slices}}) {
      const YamlNode* node = reader.Find(key);
      if (node == nullptr) continue;
      if (auto read = ReadPath(*node, reader.FullName(key), folder_, mistakes_)) *path = *read;
    }
    if (const YamlNode* node = reader.Find("second_opinion")) DecodeSecondOpinion(*node);
    reader.Finish();
  }

  void DecodeQuality(MapReader reader) {
    reader.OpenFraction("target_precision", &job_.quality.target_precision);
    reader.OpenFraction("confidence", &job_.quality.confidence);
    reader.Finish();
  }

  void DecodeSecondOpinion(const YamlNode& node) {
    MapReader reader(node, "report.second_opinion", mistakes_);
    SecondOpinion& opinion = job_.report.second_opinion.emplace();
    reader.Integer("images", 1, 100000, &opinion.images);
    if (const YamlNode* model = reader.Find("model")) {
      const auto path = ReadPath(*model, reader.FullName("model"), folder_, mistakes_);
      // What cannot be read is a mistake already; the changes shall not be asked for, too.
      opinion.model = path.value_or("unreadable");
    }
    if (const YamlNode* changes = reader.Find("changes")) DecodeChanges(*changes, opinion);
    reader.Finish();
  }

  void DecodeChanges(const YamlNode& node, SecondOpinion& opinion) {
    const std::string name = "report.second_opinion.changes";
    if (node.kind != YamlNode::Kind::kSequence) {
      if (!node.broken) {
        mistakes_.Add(node.at, fmt::format("'{}' must be a list of flip, color and scale, not {}",
                                           name, Describe(node)));
      }
      return;
    }
    if (node.items.empty() && opinion.model.empty()) {
      mistakes_.Add(node.at, fmt::format("'{}' is empty and no second model is named: there is "
                                         "nothing to ask; add a change, name a "
                                         "report.second_opinion.model or remove "
                                         "report.second_opinion",
                                         name));
    }
    opinion.changes.clear();
    for (const YamlNode& item : node.items) {
      const auto choice = ReadChoice(item, name, {"flip", "color", "scale"}, mistakes_);
      if (!choice) continue;
      const View view = *choice == "flip"    ? View::kFlip
                        : *choice == "color" ? View::kColor
                                             : View::kScale;
      if (std::find(opinion.changes.begin(), opinion.changes.end(), view) !=
          opinion.changes.end()) {
        mistakes_.Add(item.at, fmt::format("{} appears twice in '{}'", Quoted(*choice), name));
      }
      opinion.changes.push_back(view);
    }
  }

  void DecodeReview(MapReader reader) {
    constexpr float kLongest = 3600;  // seconds
    reader.Integer("budget_minutes", 1, 1000000, &job_.review.budget_minutes);
    reader.PositiveNumber("seconds_per_box", kLongest, &job_.review.seconds_per_box);
    reader.PositiveNumber("seconds_per_check", kLongest, &job_.review.seconds_per_check);
    reader.PositiveNumber("seconds_per_image", kLongest, &job_.review.seconds_per_image);
    reader.Finish();
  }

  void DecodeFetch(MapReader reader) {
    FetchOptions& fetch = job_.fetch;
    reader.Duration("timeout", seconds(1), hours(1), &fetch.timeout);
    const YamlNode* timeout = reader.Find("timeout");
    if (timeout != nullptr && fetch.timeout % seconds(1) != milliseconds(0)) {
      mistakes_.Add(timeout->at, "'fetch.timeout' must be whole seconds, e.g. 30s");
    }
    reader.Integer("max_mib", 1, 4096, &fetch.max_mib);
    if (const YamlNode* cache = reader.Find("cache")) {
      if (auto path = ReadPath(*cache, "fetch.cache", folder_, mistakes_)) fetch.cache = *path;
    }
    reader.Integer("cache_mib", 1, 1000000000, &fetch.cache_mib);
    reader.Finish();
  }

  void DecodeCluster(MapReader reader) {
    ClusterOptions& cluster = job_.cluster;
    DecodeLaunchers(reader, folder_, mistakes_, cluster);
    DecodeDevice(reader);
    if (const YamlNode* node = reader.Find("listen")) DecodeListen(*node);
    if (const YamlNode* node = reader.Find("transport")) {
      const auto name = ReadChoice(*node, "cluster.transport", {"shared", "stream"}, mistakes_);
      if (name && *name == "stream") cluster.transport = DataTransport::kStream;
    }
    DecodeSecurity(reader);
    DecodePage(reader);
    reader.Duration("heartbeat", milliseconds(100), hours(1), &cluster.heartbeat);
    reader.Duration("task_deadline", seconds(1), hours(168), &cluster.task_deadline);
    reader.Integer("shard_size", 1, 1000000, &cluster.shard_size);
    reader.Integer("max_attempts", 1, 1000, &cluster.max_attempts);
    if (const YamlNode* node = reader.Find("max_failed_items")) DecodeMaxFailedItems(*node);
    reader.Finish();
  }

  void DecodeDevice(MapReader& reader) {
    ClusterOptions& cluster = job_.cluster;
    const YamlNode* const precision = reader.Find("precision");
    if (precision != nullptr) {
      const auto name =
          ReadChoice(*precision, "cluster.precision", {"fp32", "fp16", "bf16"}, mistakes_);
      if (name) cluster.precision = PrecisionOf(*name).value_or(Precision::kFp32);
    }
    const YamlNode* const device = reader.Find("device");
    if (device == nullptr) return;
    const auto text = ReadText(*device, "cluster.device", mistakes_);
    if (!text) return;
    const auto devices = ParseDevices(*text);
    if (!devices) {
      mistakes_.Add(device->at, "'cluster.device': " + devices.error().message);
      return;
    }
    cluster.device = *text;
    if (auto possible = CheckPrecision(devices.value(), cluster.precision); !possible) {
      mistakes_.Add(precision->at, "'cluster.precision': " + possible.error().message);
    }
  }

  void DecodeMaxFailedItems(const YamlNode& node) {
    constexpr std::int64_t kMost = 1'000'000'000'000;
    FailedItemsLimit limit;
    limit.percent = node.kind == YamlNode::Kind::kScalar && node.text.ends_with('%');
    const char* begin = node.text.data();
    const char* end = begin + node.text.size() - (limit.percent ? 1 : 0);
    bool right = node.kind == YamlNode::Kind::kScalar && begin != end;
    if (right && limit.percent) {
      const auto [stop, error] = std::from_chars(begin, end, limit.value);
      right = error == std::errc() && stop == end && limit.value >= 0 && limit.value <= 100;
    } else if (right) {
      std::int64_t count = 0;
      const auto [stop, error] = std::from_chars(begin, end, count);
      right = error == std::errc() && stop == end && count >= 0 && count <= kMost;
      limit.value = static_cast<double>(count);
    }
    if (!right) {
      mistakes_.Add(node.at, fmt::format("'cluster.max_failed_items' must be a whole number of "
                                         "items, e.g. 100, or a share of them, e.g. 5%, not {}",
                                         Describe(node)));
      return;
    }
    job_.cluster.max_failed_items = limit;
  }

  void DecodeSecurity(MapReader& reader) {
    ClusterOptions& cluster = job_.cluster;
    if (const YamlNode* node = reader.Find("security")) {
      const auto name = ReadChoice(*node, "cluster.security", {"curve", "none"}, mistakes_);
      if (name && *name == "none") cluster.security = WireSecurity::kNone;
    }
    const YamlNode* keys = reader.Find("keys");
    if (keys == nullptr) return;
    if (auto path = ReadPath(*keys, "cluster.keys", folder_, mistakes_)) cluster.keys = *path;
    if (cluster.security == WireSecurity::kNone) {
      mistakes_.Add(keys->at,
                    "'cluster.keys' has no use with 'cluster.security: none'; remove one of them");
    }
  }

  void DecodePage(MapReader& reader) {
    ClusterOptions& cluster = job_.cluster;
    if (const YamlNode* node = reader.Find("page")) {
      const auto text = ReadText(*node, "cluster.page", mistakes_);
      if (text && *text != "auto" && *text != "off" && !ParsePageAddress(*text)) {
        mistakes_.Add(node->at, fmt::format("'cluster.page' must be auto, off or "
                                            "http://ADDRESS:PORT with an IP address or localhost "
                                            "(port 0: any free one), not {}",
                                            Quoted(*text)));
      } else if (text) {
        cluster.page = *text;
      }
    }
    const YamlNode* token = reader.Find("page_token");
    if (token == nullptr) return;
    if (auto path = ReadPath(*token, "cluster.page_token", folder_, mistakes_)) {
      cluster.page_token = *path;
    }
    if (cluster.page == "off") {
      mistakes_.Add(token->at,
                    "'cluster.page_token' has no use with 'cluster.page: off'; remove one of them");
    }
  }

  void DecodeListen(const YamlNode& node) {
    const auto text = ReadText(node, "cluster.listen", mistakes_);
    if (!text) return;
    if (!IsEndpoint(*text)) {
      mistakes_.Add(node.at,
                    fmt::format("'cluster.listen' must be tcp://ADDRESS:PORT (port 0: any free "
                                "one) or ipc://FILE, not {}",
                                Quoted(*text)));
      return;
    }
    job_.cluster.listen = *text;
  }

  static bool IsEndpoint(const std::string& text) {
    if (HasControlCharacter(text)) return false;
    if (text.starts_with("ipc://")) return text.size() > 6;
    if (!text.starts_with("tcp://")) return false;
    const std::size_t colon = text.rfind(':');
    if (colon <= 6) return false;  // no port, or no address
    unsigned port = 0;
    const char* begin = text.data() + colon + 1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, port);
    return error == std::errc() && stop == end && port <= 65535;
  }

  void DecodeOutput(MapReader reader) {
    if (const YamlNode* node = reader.Require("dir", "runs/my-job")) {
      if (auto path = ReadPath(*node, "output.dir", folder_, mistakes_)) job_.output.dir = *path;
    }
    reader.UniqueTexts("formats", &job_.output.formats);
    const YamlNode* formats = reader.Find("formats");
    if (formats != nullptr) {
      for (const YamlNode& item : formats->items) {
        if (item.kind == YamlNode::Kind::kScalar && !item.text.empty()) {
          ReadChoice(item, "output.formats", LabelFormats(), mistakes_);
        }
      }
    }
    MapReader cvat = reader.Child("cvat");
    cvat.Fraction("min_iou", &job_.output.cvat_min_iou);
    cvat.Finish();
    reader.Finish();
  }

  const std::filesystem::path& folder_;
  Mistakes& mistakes_;
  JobSpec job_;
};

}  // namespace

const std::vector<std::string>& JobKeys() {
  static const std::vector<std::string> keys = {
      "name",
      "data",
      "model",
      "models",
      "fuse.method",
      "fuse.iou",
      "labels.raw_threshold",
      "labels.threshold",
      "labels.nms",
      "labels.max_per_image",
      "labels.classes",
      "labels.wanted",
      "interpolation.method",
      "quality.target_precision",
      "quality.confidence",
      "report.reference",
      "report.slices",
      "report.second_opinion.images",
      "report.second_opinion.changes",
      "report.second_opinion.model",
      "review.budget_minutes",
      "review.seconds_per_box",
      "review.seconds_per_check",
      "review.seconds_per_image",
      "fetch.timeout",
      "fetch.max_mib",
      "fetch.cache",
      "fetch.cache_mib",
      "cluster.launcher",
      "cluster.workers",
      "cluster.slurm.partition",
      "cluster.slurm.account",
      "cluster.slurm.qos",
      "cluster.slurm.time",
      "cluster.slurm.gres",
      "cluster.slurm.memory",
      "cluster.slurm.cpus_per_task",
      "cluster.slurm.options",
      "cluster.slurm.command",
      "cluster.kubernetes.image",
      "cluster.kubernetes.namespace",
      "cluster.kubernetes.connect",
      "cluster.kubernetes.cpus",
      "cluster.kubernetes.memory",
      "cluster.kubernetes.gpus",
      "cluster.kubernetes.template",
      "cluster.kubernetes.options",
      "cluster.ssh.hosts",
      "cluster.ssh.options",
      "cluster.ssh.command",
      "cluster.device",
      "cluster.precision",
      "cluster.listen",
      "cluster.transport",
      "cluster.security",
      "cluster.keys",
      "cluster.page",
      "cluster.page_token",
      "cluster.heartbeat",
      "cluster.task_deadline",
      "cluster.shard_size",
      "cluster.max_attempts",
      "cluster.max_failed_items",
      "output.dir",
      "output.formats",
      "output.cvat.min_iou",
  };
  return keys;
}

JobSpec DecodeJob(const YamlNode& root, const std::filesystem::path& folder, Mistakes& mistakes) {
  return JobDecoder(folder, mistakes).Decode(root);
}

}  // namespace prelabel
