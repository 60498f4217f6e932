#include "coordinator/launch/kubernetes_commands.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "coordinator/formats/json_view.h"
#include "coordinator/launch/pod_template.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr const char* kRunLabel = "prelabel/run";
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

void Default(json::object& parent, std::string_view key, json::value value) {
  if (!parent.contains(key)) parent[key] = std::move(value);
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
    if (JsonText(container, "name") == kWorkerContainer) {
      return container.get_object();
    }
  }
  containers.push_back(json::object{{"name", kWorkerContainer}});
  return containers.back().get_object();
}

// A volume at a path where the template has none.
void Mount(json::object& spec, json::object& container, const std::string& name,
           const std::string& path, json::object source, bool read_only) {
  json::array& mounts = ArrayIn(container, "volumeMounts");
  for (const json::value& mount : mounts) {
    if (JsonText(mount, "mountPath") == path) return;
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

std::vector<std::string> DeleteCommand(const KubernetesWorkers& workers, const char* kind,
                                       const std::vector<std::string>& which) {
  std::vector<std::string> words =
      Kubectl(workers, {"delete", kind, "--wait=false", "--ignore-not-found"});
  words.insert(words.end(), which.begin(), which.end());
  return words;
}

}  // namespace

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
  const json::value* image = container.if_contains("image");
  if (image == nullptr || !image->is_string() || image->get_string().empty()) {
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
          {{"secret", json::object{{"secretName", workers.secret}}}}, true);
  }
  Mount(spec, container, "prelabel-cache", "/cache", {{"emptyDir", json::object()}}, false);
  Mount(spec, container, "prelabel-tmp", "/tmp", {{"emptyDir", json::object()}}, false);
  return Pretty(pod);
}

std::string SecretManifest(const KubernetesWorkers& workers) {
  return Pretty(json::object{
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata", json::object{{"name", workers.secret}, {"labels", LabelsOf(workers)}}},
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
  return Kubectl(workers,
                 {"logs", name, std::string("--container=") + kWorkerContainer, "--tail=1000"});
}

std::vector<std::string> DeletePodsCommand(const KubernetesWorkers& workers,
                                           const std::vector<std::string>& names) {
  return DeleteCommand(workers, "pods", names);
}

std::vector<std::string> DeleteAllPodsCommand(const KubernetesWorkers& workers) {
  return DeleteCommand(workers, "pods", {Selector(workers)});
}

std::vector<std::string> DeleteSecretsCommand(const KubernetesWorkers& workers,
                                              const std::vector<std::string>& names) {
  return DeleteCommand(workers, "secrets", names);
}

}  // namespace prelabel
