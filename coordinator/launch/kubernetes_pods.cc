#include "coordinator/launch/kubernetes_pods.h"

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "coordinator/formats/json_view.h"
#include "coordinator/launch/pod_template.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr int kUsageStatus = 2;        // worker/main.cc
constexpr int kTermStatus = 128 + 15;  // the same: it left because of SIGTERM

// The member, or null, which has no members.
const json::value& Under(const json::value& parent, std::string_view key) {
  static const json::value kNone;
  const json::value* value = JsonMember(parent, key);
  return value == nullptr ? kNone : *value;
}

std::string TextUnder(const json::value& parent, std::string_view key) {
  return std::string(JsonText(parent, key).value_or(""));
}

// Why the cluster took a pod away (its condition DisruptionTarget); empty: it did not.
std::string DisruptionOf(const json::value& status) {
  const json::array* conditions = JsonList(status, "conditions");
  if (conditions == nullptr) return {};
  for (const json::value& condition : *conditions) {
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

std::string WithMessage(const std::string& reason, const json::value& from) {
  const std::string message = TextUnder(from, "message");
  return message.empty() ? reason : reason + ": " + message;
}

void End(KubernetesPod& pod, AllocationEnd ending, std::string status) {
  pod.state = KubernetesPod::State::kEnded;
  pod.ending = ending;
  pod.status = std::move(status);
}

// `terminated`: ContainerStateTerminated of the worker.
void DescribeExit(const json::value& terminated, KubernetesPod& pod) {
  const json::value* code = JsonMember(terminated, "exitCode");
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

KubernetesPod PodOf(const json::value& object) {
  KubernetesPod pod;
  const json::value& metadata = Under(object, "metadata");
  const json::value& status = Under(object, "status");
  pod.name = TextUnder(metadata, "name");
  pod.leaving = JsonMember(metadata, "deletionTimestamp") != nullptr;
  const std::string phase = TextUnder(status, "phase");
  const std::string reason = TextUnder(status, "reason");
  json::value terminated;
  json::value waiting;
  if (const json::array* containers = JsonList(status, "containerStatuses")) {
    for (const json::value& container : *containers) {
      if (JsonText(container, "name") != kWorkerContainer) continue;
      terminated = Under(Under(container, "state"), "terminated");
      waiting = Under(Under(container, "state"), "waiting");
    }
  }
  // A sidecar may keep the pod going.
  const bool over = phase == "Succeeded" || phase == "Failed" || terminated.is_object();
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

Result<std::vector<KubernetesPod>> ParsePods(const std::string& output) {
  boost::system::error_code error;
  const json::value root = json::parse(output, error);
  const json::array* items = error ? nullptr : JsonList(root, "items");
  if (items == nullptr) return Internal("kubectl answered with no list");
  std::vector<KubernetesPod> pods;
  for (const json::value& item : *items) pods.push_back(PodOf(item));
  return pods;
}

}  // namespace prelabel
