#include "coordinator/launch/kubernetes_commands.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "common/job/yaml_document.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr int kUsageStatus = 2;        // worker/main.cc
constexpr int kTermStatus = 128 + 15;  // the same: it left because of SIGTERM
constexpr const char* kRunLabel = "prelabel/run";
constexpr const char* kContainer = "worker";
constexpr const char* kKeysFile = "/prelabel/worker.keys";
constexpr int kGraceSeconds = 60;  // for the items in hand
constexpr int kUser = 1000;        // docker/Dockerfile.cpu

// Objects stay in the order in which they are written, and end in no newline.
void Print(const json::value& value, const std::string& indent, std::string& out) {
  const std::string deeper = indent + "  ";
  const char* separator = "\n";
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& [key, item] : *object) {
      out += std::exchange(separator, ",\n") + deeper + json::serialize(json::string(key)) + ": ";
      Print(item, deeper, out);
    }
    out += "\n" + indent + "}";
  } else if (const json::array* array = value.if_array();
             array != nullptr && std::any_of(array->begin(), array->end(), [](const auto& item) {
               return item.is_structured();
             })) {
    out += '[';
    for (const json::value& item : *array) {
      out += std::exchange(separator, ",\n") + deeper;
      Print(item, deeper, out);
    }
    out += "\n" + indent + "]";
  } else {
    out += json::serialize(value);
  }
}

std::string Pretty(const json::value& value) {
  std::string text;
  Print(value, "", text);
  return text + "\n";
}

bool IsOneOf(const std::string& text, std::initializer_list<const char*> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// A whole number: decimal, 0x1F, or octal as 017 and 0o17 (file modes).
std::optional<std::int64_t> WholeNumber(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, base);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

// As kubectl reads them, which is YAML 1.1; without infinity and NaN, which JSON does not have.
json::value ScalarOf(const YamlNode& node) {
  const std::string& text = node.text;
  if (!node.plain) return json::value(text);
  if (IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) {
    return false;
  }
  if (const auto whole = WholeNumber(text)) return *whole;
  const char* const end = text.data() + text.size();
  double real = 0;
  const bool digits = text.find_first_of("0123456789") != std::string::npos;
  if (const auto [stop, error] = std::from_chars(text.data(), end, real);
      digits && error == std::errc() && stop == end) {
    return real;
  }
  return json::value(text);
}

json::value JsonOf(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nullptr;
    case YamlNode::Kind::kScalar:
      return ScalarOf(node);
    case YamlNode::Kind::kSequence: {
      json::array array;
      for (const YamlNode& item : node.items) array.push_back(JsonOf(item));
      return array;
    }
    case YamlNode::Kind::kMap:
      break;
  }
  json::object object;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    object[node.keys[i].text] = JsonOf(node.items[i]);
  }
  return object;
}

// The object or array under a key; an empty one where there is nothing. The reference holds until
// the parent gets another key.
json::object& ObjectIn(json::object& parent, std::string_view key) {
  json::value& value = parent[key];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

json::array& ArrayIn(json::object& parent, std::string_view key) {
  json::value& value = parent[key];
  if (!value.is_array()) value.emplace_array();
  return value.get_array();
}

const json::object& Under(const json::object& parent, std::string_view key) {
  static const json::object kNone;
  const json::value* value = parent.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& ListUnder(const json::object& parent, std::string_view key) {
  static const json::array kNone;
  const json::value* value = parent.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::string TextUnder(const json::object& parent, std::string_view key) {
  const json::value* value = parent.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

void Default(json::object& parent, std::string_view key, json::value value) {
  if (!parent.contains(key)) parent[key] = std::move(value);
}

// The user's mistakes that would be silent ones: kubectl and the cluster find the others.
void CheckTemplate(YamlNode& root, Mistakes& mistakes) {
  const auto text_of = [](YamlNode* node) { return node == nullptr ? std::string() : node->text; };
  if (root.kind != YamlNode::Kind::kMap || text_of(root.Find("kind")) != "Pod") {
    mistakes.Add(root.at, "this is no Pod: it begins with apiVersion: v1 and kind: Pod");
    return;
  }
  if (YamlNode* metadata = root.Find("metadata")) {
    for (const char* key : {"name", "generateName", "namespace"}) {
      YamlNode* node = metadata->kind == YamlNode::Kind::kMap ? metadata->Find(key) : nullptr;
      if (node == nullptr) continue;
      mistakes.Add(node->at, std::string("remove '") + key + "': pods get names of the run" +
                                 "; cluster.kubernetes.namespace says where they are");
    }
  }
  YamlNode* spec = root.Find("spec");
  YamlNode* containers =
      spec != nullptr && spec->kind == YamlNode::Kind::kMap ? spec->Find("containers") : nullptr;
  if (containers == nullptr || containers->items.empty()) return;
  const bool named =
      std::any_of(containers->items.begin(), containers->items.end(), [&](YamlNode& container) {
        return container.kind == YamlNode::Kind::kMap &&
               text_of(container.Find("name")) == kContainer;
      });
  if (!named) {
    mistakes.Add(containers->at, "no container is named 'worker': name the worker's so");
  }
}

// Kubernetes replaces $(NAME) in arguments, and reads $$ as $.
std::string Argument(const std::string& word) {
  std::string text;
  for (const char c : word) text.append(c == '$' ? 2 : 1, c);
  return text;
}

json::array ArgumentsOf(const KubernetesWorkers& workers, const std::string& name) {
  std::vector<std::string> words;
  if (!workers.keys.empty()) {
    // exec: the signal to leave goes to the worker itself.
    words = {"sh", "-c", std::string("exec \"$@\" --keys - <") + kKeysFile, "sh"};
  }
  words.insert(words.end(), workers.command.begin(), workers.command.end());
  words.insert(words.end(), {"--allocation", name});
  json::array array;
  for (const std::string& word : words) array.emplace_back(Argument(word));
  return array;
}

json::object& WorkerContainer(json::object& spec) {
  json::array& containers = ArrayIn(spec, "containers");
  for (json::value& container : containers) {
    if (container.is_object() && TextUnder(container.get_object(), "name") == kContainer) {
      return container.get_object();
    }
  }
  containers.push_back(json::object{{"name", kContainer}});
  return containers.back().get_object();
}

// A volume at a path where the template has none.
void Mount(json::object& spec, json::object& container, const std::string& name,
           const std::string& path, json::object source, bool read_only) {
  json::array& mounts = ArrayIn(container, "volumeMounts");
  for (const json::value& mount : mounts) {
    if (mount.is_object() && TextUnder(mount.get_object(), "mountPath") == path) return;
  }
  json::object mount{{"name", name}, {"mountPath", path}};
  if (read_only) mount["readOnly"] = true;
  mounts.push_back(std::move(mount));
  source["name"] = name;
  ArrayIn(spec, "volumes").push_back(std::move(source));
}

std::vector<std::string> Kubectl(const KubernetesWorkers& workers,
                                 std::initializer_list<std::string> rest) {
  std::vector<std::string> words{"kubectl"};
  const KubernetesOptions& options = workers.options;
  if (!options.name_space.empty()) words.push_back("--namespace=" + options.name_space);
  words.insert(words.end(), options.options.begin(), options.options.end());
  words.insert(words.end(), rest);
  return words;
}

std::string Selector(const KubernetesWorkers& workers) {
  return std::string("--selector=") + kRunLabel + "=" + workers.run;
}

json::object LabelsOf(const KubernetesWorkers& workers) {
  return {{"app.kubernetes.io/name", "prelabel"},
          {"app.kubernetes.io/component", "launched-worker"},
          {kRunLabel, workers.run}};
}

// Why the cluster took a pod away (its condition DisruptionTarget); empty: it did not.
std::string DisruptionOf(const json::object& status) {
  for (const json::value& row : ListUnder(status, "conditions")) {
    if (!row.is_object()) continue;
    const json::object& condition = row.get_object();
    if (TextUnder(condition, "type") != "DisruptionTarget" ||
        TextUnder(condition, "status") != "True") {
      continue;
    }
    const std::string reason = TextUnder(condition, "reason");
    if (reason == "PreemptionByScheduler") return "was preempted";
    if (reason == "DeletionByTaintManager" || reason == "DeletionByPodGC") return "lost its node";
    return "was evicted (" + reason + ")";
  }
  return {};
}

std::string WithMessage(const std::string& reason, const json::object& from) {
  const std::string message = TextUnder(from, "message");
  return message.empty() ? reason : reason + ": " + message;
}

void End(KubernetesPod& pod, AllocationEnd ending, std::string status) {
  pod.state = KubernetesPod::State::kEnded;
  pod.ending = ending;
  pod.status = std::move(status);
}

// `terminated`: ContainerStateTerminated of the worker.
void DescribeExit(const json::object& terminated, KubernetesPod& pod) {
  const json::value* code = terminated.if_contains("exitCode");
  const int status = code != nullptr && code->is_int64() ? static_cast<int>(code->get_int64()) : -1;
  const std::string reason = TextUnder(terminated, "reason");
  if (status == 0) return End(pod, AllocationEnd::kLeft, "exited with status 0");
  if (reason == "OOMKilled") {
    return End(pod, AllocationEnd::kFailed,
               "ran out of memory; cluster.kubernetes.memory gives it more");
  }
  if (reason == "ContainerCannotRun" || reason == "StartError") {
    return End(pod, AllocationEnd::kFailed, WithMessage("could not be started", terminated));
  }
  // Somebody deleted it, or its node is drained.
  if (status == kTermStatus) return End(pod, AllocationEnd::kTaken, "was told to leave");
  const std::string exited = "exited with status " + std::to_string(status);
  End(pod, status == kUsageStatus ? AllocationEnd::kUnusable : AllocationEnd::kFailed, exited);
}

// A pod that will not begin, as far as anybody can tell; it would wait for ever.
bool CannotBegin(const std::string& reason) {
  return reason == "ImagePullBackOff" || reason == "ErrImageNeverPull" ||
         reason == "InvalidImageName" || reason == "CreateContainerConfigError" ||
         reason == "CreateContainerError";
}

KubernetesPod PodOf(const json::object& object) {
  KubernetesPod pod;
  const json::object& metadata = Under(object, "metadata");
  const json::object& status = Under(object, "status");
  pod.name = TextUnder(metadata, "name");
  pod.leaving = metadata.contains("deletionTimestamp");
  const std::string phase = TextUnder(status, "phase");
  const std::string reason = TextUnder(status, "reason");
  json::object terminated;
  json::object waiting;
  for (const json::value& row : ListUnder(status, "containerStatuses")) {
    if (!row.is_object() || TextUnder(row.get_object(), "name") != kContainer) continue;
    const json::object& state = Under(row.get_object(), "state");
    terminated = Under(state, "terminated");
    waiting = Under(state, "waiting");
  }
  // A sidecar may keep the pod going.
  const bool over = phase == "Succeeded" || phase == "Failed" || !terminated.empty();
  if (!over) {
    if (phase == "Running") pod.state = KubernetesPod::State::kRunning;
    const std::string why = TextUnder(waiting, "reason");
    if (CannotBegin(why)) {
      End(pod, AllocationEnd::kFailed, "cannot begin: " + WithMessage(why, waiting));
    }
    return pod;
  }
  const std::string disruption = DisruptionOf(status);
  if (phase == "Succeeded") {
    End(pod, AllocationEnd::kLeft, "exited with status 0");
  } else if (!disruption.empty()) {
    End(pod, AllocationEnd::kTaken, disruption);
  } else if (pod.leaving) {
    End(pod, AllocationEnd::kTaken, "was deleted");
  } else if (reason == "Preempting") {
    End(pod, AllocationEnd::kTaken, "was preempted");
  } else if (reason == "NodeLost" || reason == "Shutdown" || reason == "NodeShutdown" ||
             reason == "Terminated") {
    End(pod, AllocationEnd::kTaken, "lost its node");
  } else if (reason == "Evicted" && TextUnder(status, "message").starts_with("The node ")) {
    // Others used it up; a pod over its own limits has another message.
    End(pod, AllocationEnd::kTaken, WithMessage("was evicted", status));
  } else if (reason == "DeadlineExceeded") {
    End(pod, AllocationEnd::kTaken, "reached its deadline");
  } else if (!reason.empty()) {
    End(pod, AllocationEnd::kFailed, "failed: " + WithMessage(reason, status));
  } else {
    DescribeExit(terminated, pod);
  }
  return pod;
}

}  // namespace

Result<std::string> ReadPodTemplate(const std::string& text, const std::string& file) {
  Mistakes mistakes(file);
  std::optional<YamlNode> root = ParseYaml(text, 0, mistakes);
  if (root) CheckTemplate(*root, mistakes);
  if (!mistakes.empty()) return InvalidArgument(mistakes.ToString());
  return json::serialize(JsonOf(*root));
}

std::string PodName(const KubernetesWorkers& workers, int number) {
  return workers.prefix + "-" + std::to_string(number);
}

Result<std::string> PodManifest(const KubernetesWorkers& workers, const std::string& name) {
  const KubernetesOptions& options = workers.options;
  json::object pod{{"apiVersion", "v1"}, {"kind", "Pod"}};
  json::value given = json::parse(workers.pod_template);
  for (auto& [key, value] : given.as_object()) pod[key] = std::move(value);
  json::object& metadata = ObjectIn(pod, "metadata");
  metadata["name"] = name;
  json::object& labels = ObjectIn(metadata, "labels");
  for (auto& [key, value] : LabelsOf(workers)) labels[key] = value;

  json::object& spec = ObjectIn(pod, "spec");
  spec["restartPolicy"] = "Never";
  Default(spec, "terminationGracePeriodSeconds", kGraceSeconds);
  Default(spec, "automountServiceAccountToken", false);
  Default(spec, "securityContext",
          json::object{{"runAsNonRoot", true},
                       {"runAsUser", kUser},
                       {"runAsGroup", kUser},
                       {"fsGroup", kUser},
                       {"seccompProfile", json::object{{"type", "RuntimeDefault"}}}});

  json::object& container = WorkerContainer(spec);
  if (!options.image.empty()) container["image"] = options.image;
  if (TextUnder(container, "image").empty()) {
    return InvalidArgument(
        "no image for the workers: set cluster.kubernetes.image, or one in the template's "
        "container 'worker'");
  }
  container["args"] = ArgumentsOf(workers, name);
  Default(container, "securityContext",
          json::object{{"allowPrivilegeEscalation", false},
                       {"readOnlyRootFilesystem", true},
                       {"capabilities", json::object{{"drop", json::array{"ALL"}}}}});
  json::object& resources = ObjectIn(container, "resources");
  for (const char* key : {"requests", "limits"}) {
    json::object& amounts = ObjectIn(resources, key);
    amounts["cpu"] = std::to_string(options.cpus);
    if (!options.memory.empty()) amounts["memory"] = options.memory;
  }
  if (options.gpus > 0) {
    ObjectIn(resources, "limits")["nvidia.com/gpu"] = std::to_string(options.gpus);
  }

  if (!workers.keys.empty()) {
    Mount(spec, container, "prelabel-keys", "/prelabel",
          {{"secret", json::object{{"secretName", SecretName(workers)}}}}, true);
  }
  Mount(spec, container, "prelabel-cache", "/cache", {{"emptyDir", json::object()}}, false);
  Mount(spec, container, "prelabel-tmp", "/tmp", {{"emptyDir", json::object()}}, false);
  return Pretty(pod);
}

std::string SecretName(const KubernetesWorkers& workers) { return "prelabel-" + workers.run; }

std::string SecretManifest(const KubernetesWorkers& workers) {
  return Pretty(json::object{
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata", json::object{{"name", SecretName(workers)}, {"labels", LabelsOf(workers)}}},
      {"immutable", true},
      {"stringData", json::object{{"worker.keys", workers.keys}}}});
}

std::vector<std::string> CreateCommand(const KubernetesWorkers& workers) {
  return Kubectl(workers, {"create", "--filename=-", "--output=name"});
}

std::vector<std::string> ParseCreated(const std::string& output) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    const std::string line = output.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t slash = line.find('/');
    if (slash != std::string::npos) names.push_back(line.substr(slash + 1));
  }
  return names;
}

std::vector<std::string> ListPodsCommand(const KubernetesWorkers& workers) {
  return Kubectl(workers, {"get", "pods", Selector(workers), "--output=json"});
}

std::vector<std::string> PodLogCommand(const KubernetesWorkers& workers, const std::string& name) {
  return Kubectl(workers, {"logs", name, std::string("--container=") + kContainer, "--tail=1000"});
}

std::vector<std::string> DeletePodsCommand(const KubernetesWorkers& workers,
                                           const std::vector<std::string>& names) {
  std::vector<std::string> words =
      Kubectl(workers, {"delete", "pods", "--wait=false", "--ignore-not-found"});
  words.insert(words.end(), names.begin(), names.end());
  return words;
}

std::vector<std::string> DeleteAllPodsCommand(const KubernetesWorkers& workers) {
  return Kubectl(workers,
                 {"delete", "pods", "--wait=false", "--ignore-not-found", Selector(workers)});
}

std::vector<std::string> DeleteSecretCommand(const KubernetesWorkers& workers) {
  return Kubectl(workers,
                 {"delete", "secret", "--wait=false", "--ignore-not-found", SecretName(workers)});
}

Result<std::vector<KubernetesPod>> ParsePods(const std::string& output) {
  boost::system::error_code error;
  const json::value root = json::parse(output, error);
  const json::value* items =
      !error && root.is_object() ? root.get_object().if_contains("items") : nullptr;
  if (items == nullptr || !items->is_array()) return Internal("kubectl answered with no list");
  std::vector<KubernetesPod> pods;
  for (const json::value& item : items->get_array()) {
    if (item.is_object()) pods.push_back(PodOf(item.get_object()));
  }
  return pods;
}

}  // namespace prelabel
