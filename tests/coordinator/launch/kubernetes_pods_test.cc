#include "coordinator/launch/kubernetes_pods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A pod's status as the API has it (Kubernetes 1.32, core/v1 PodStatus).
KubernetesPod Seen(const std::string& status, const std::string& metadata = R"({"name":"p"})") {
  return ParsePods(R"({"items":[{"metadata":)" + metadata + R"(,"status":)" + status + "}]}")
      .value()
      .at(0);
}

std::string Exited(int code, const std::string& reason) {
  return R"({"phase":"Failed","containerStatuses":[)"
         R"({"name":"proxy","state":{"terminated":{"exitCode":9}}},)"
         R"({"name":"worker","state":{"terminated":{"exitCode":)" +
         std::to_string(code) + R"(,"reason":")" + reason + R"("}}}]})";
}

TEST(KubernetesPods, ReadsTheStateOfPods) {
  EXPECT_EQ(Seen(R"({"phase":"Pending"})").state, KubernetesPod::State::kWaiting);
  EXPECT_EQ(Seen(R"({"phase":"Running"})").state, KubernetesPod::State::kRunning);
  const KubernetesPod leaving =
      Seen(R"({"phase":"Running"})", R"({"name":"p","deletionTimestamp":"2024-01-01T00:00:00Z"})");
  EXPECT_EQ(leaving.state, KubernetesPod::State::kRunning);
  EXPECT_TRUE(leaving.leaving);
  // A sidecar runs on.
  const KubernetesPod over =
      Seen(R"({"phase":"Running","containerStatuses":[{"name":"worker","state":)"
           R"({"terminated":{"exitCode":0,"reason":"Completed"}}}]})");
  EXPECT_EQ(over.state, KubernetesPod::State::kEnded);
  EXPECT_EQ(over.ending, AllocationEnd::kLeft);
  EXPECT_TRUE(ParsePods("").has_error());
  EXPECT_TRUE(ParsePods("{}").has_error());
  EXPECT_THAT(ParsePods(R"({"items":[]})").value(), IsEmpty());
}

TEST(KubernetesPods, TellsWhatWasTakenFromWhatFailed) {
  const auto disrupted = [](const std::string& reason) {
    return Seen(R"({"phase":"Failed","conditions":[{"type":"Ready","status":"False"},)"
                R"({"type":"DisruptionTarget","status":"True","reason":")" +
                reason +
                R"("}],"containerStatuses":[{"name":"worker","state":)"
                R"({"terminated":{"exitCode":137,"reason":"Error"}}}]})");
  };
  EXPECT_EQ(disrupted("PreemptionByScheduler").status, "was preempted");
  EXPECT_EQ(disrupted("DeletionByTaintManager").status, "lost its node");
  for (const char* reason : {"PreemptionByScheduler", "DeletionByTaintManager", "DeletionByPodGC",
                             "EvictionByEvictionAPI", "TerminationByKubelet"}) {
    EXPECT_EQ(disrupted(reason).ending, AllocationEnd::kTaken) << reason;
  }
  const auto failed = [](const std::string& reason, const std::string& message) {
    return Seen(R"({"phase":"Failed","reason":")" + reason + R"(","message":")" + message +
                R"("})");
  };
  EXPECT_EQ(failed("Evicted", "The node was low on resource: memory. ").ending,
            AllocationEnd::kTaken);
  EXPECT_EQ(failed("Shutdown", "Pod was terminated in response to imminent node shutdown.").ending,
            AllocationEnd::kTaken);
  // Over its own limit it would be again.
  const KubernetesPod over =
      failed("Evicted", "Usage of EmptyDir volume \\\"tmp\\\" exceeds the limit \\\"1Gi\\\". ");
  EXPECT_EQ(over.ending, AllocationEnd::kFailed);
  EXPECT_THAT(over.status, HasSubstr("exceeds the limit"));
  EXPECT_EQ(failed("UnexpectedAdmissionError", "no GPU").ending, AllocationEnd::kFailed);

  EXPECT_EQ(Seen(R"({"phase":"Succeeded"})").ending, AllocationEnd::kLeft);
  EXPECT_EQ(Seen(Exited(143, "Error")).ending, AllocationEnd::kTaken);
  EXPECT_EQ(Seen(Exited(2, "Error")).ending, AllocationEnd::kUnusable);
  EXPECT_EQ(Seen(Exited(1, "Error")).ending, AllocationEnd::kFailed);
  EXPECT_EQ(Seen(Exited(1, "Error")).status, "exited with status 1");
  EXPECT_EQ(Seen(Exited(137, "OOMKilled")).status,
            "ran out of memory; cluster.kubernetes.memory gives it more");
  EXPECT_EQ(Seen(Exited(1, "Error"), R"({"name":"p","deletionTimestamp":"2024"})").ending,
            AllocationEnd::kTaken);
}

TEST(KubernetesPods, APodThatCannotBeginHasFailed) {
  const auto waits = [](const std::string& reason) {
    return Seen(R"({"phase":"Pending","containerStatuses":[{"name":"worker","state":)"
                R"({"waiting":{"reason":")" +
                reason + R"(","message":"no such image"}}}]})");
  };
  EXPECT_EQ(waits("ContainerCreating").state, KubernetesPod::State::kWaiting);
  EXPECT_EQ(waits("ErrImagePull").state, KubernetesPod::State::kWaiting);  // it is tried again
  const KubernetesPod pod = waits("ImagePullBackOff");
  EXPECT_EQ(pod.state, KubernetesPod::State::kEnded);
  EXPECT_EQ(pod.ending, AllocationEnd::kFailed);
  EXPECT_EQ(pod.status, "cannot begin: ImagePullBackOff: no such image");
}

}  // namespace
}  // namespace prelabel
