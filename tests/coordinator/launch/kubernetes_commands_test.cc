#include "coordinator/launch/kubernetes_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "coordinator/launch/pod_template.h"

namespace prelabel {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

KubernetesWorkers Workers() {
  KubernetesWorkers workers;
  workers.options.image = "prelabel:cpu";
  workers.run = "0f1e";
  workers.prefix = "prelabel-x-0f1e-7";
  workers.command = {"prelabel-worker", "--connect", "tcp://head:5577", "--fetch-cache",
                     "/a $(b) $c"};
  workers.keys = "secret-key abc\n";
  workers.secret = "prelabel-0f1e-7";
  return workers;
}

json::value PodOf(const KubernetesWorkers& workers) {
  return json::parse(PodManifest(workers, PodName(workers, 3)).value());
}

std::string TextAt(const json::value& value, const char* pointer) {
  return json::serialize(value.at_pointer(pointer));
}

TEST(KubernetesCommands, APodRunsTheWorkerWithItsKeysOnStandardInput) {
  const json::value pod = PodOf(Workers());
  EXPECT_EQ(TextAt(pod, "/metadata/name"), R"("prelabel-x-0f1e-7-3")");
  EXPECT_EQ(TextAt(pod, "/metadata/labels/prelabel~1run"), R"("0f1e")");
  EXPECT_EQ(TextAt(pod, "/spec/restartPolicy"), R"("Never")");
  EXPECT_EQ(TextAt(pod, "/spec/terminationGracePeriodSeconds"), "60");
  // $$ is what Kubernetes reads as $.
  EXPECT_EQ(TextAt(pod, "/spec/containers/0/args"),
            R"(["sh","-c","exec \"$$@\" --keys - </prelabel/worker.keys","sh","prelabel-worker",)"
            R"("--connect","tcp://head:5577","--fetch-cache","/a $$(b) $$c",)"
            R"("--allocation","prelabel-x-0f1e-7-3"])");
  EXPECT_EQ(TextAt(pod, "/spec/volumes/0"),
            R"({"secret":{"secretName":"prelabel-0f1e-7"},"name":"prelabel-keys"})");
  EXPECT_EQ(TextAt(pod, "/spec/containers/0/resources"),
            R"({"requests":{"cpu":"1"},"limits":{"cpu":"1"}})");
  EXPECT_THAT(json::serialize(pod), Not(HasSubstr("secret-key")));

  KubernetesWorkers open = Workers();
  open.keys.clear();
  open.options.cpus = 4;
  open.options.memory = "8Gi";
  open.options.gpus = 2;
  const json::value plain = PodOf(open);
  EXPECT_EQ(TextAt(plain, "/spec/containers/0/args/0"), R"("prelabel-worker")");
  EXPECT_EQ(TextAt(plain, "/spec/volumes/0/name"), R"("prelabel-cache")");
  EXPECT_EQ(TextAt(plain, "/spec/containers/0/resources"),
            R"({"requests":{"cpu":"4","memory":"8Gi"},)"
            R"("limits":{"cpu":"4","memory":"8Gi","nvidia.com/gpu":"2"}})");
}

TEST(KubernetesCommands, TheSecretHasTheKeys) {
  const json::value secret = json::parse(SecretManifest(Workers()));
  EXPECT_EQ(TextAt(secret, "/kind"), R"("Secret")");
  EXPECT_EQ(TextAt(secret, "/metadata/name"), R"("prelabel-0f1e-7")");
  EXPECT_EQ(TextAt(secret, "/stringData/worker.keys"), R"("secret-key abc\n")");
}

TEST(KubernetesCommands, ATemplateStaysButForWhatTheLauncherMustSay) {
  KubernetesWorkers workers = Workers();
  workers.options.image.clear();
  workers.pod_template = ReadPodTemplate(
                             "apiVersion: v1\n"
                             "kind: Pod\n"
                             "metadata:\n"
                             "  labels: {team: vision}\n"
                             "  annotations: {a: \"true\", b: 1.5, c: '017'}\n"
                             "spec:\n"
                             "  restartPolicy: Always\n"
                             "  terminationGracePeriodSeconds: 0x20\n"
                             "  hostNetwork: yes\n"
                             "  securityContext: {}\n"
                             "  containers:\n"
                             "    - {name: proxy, image: p}\n"
                             "    - name: worker\n"
                             "      image: own\n"
                             "      args: [sleep]\n"
                             "      env: [{name: N, value: \"1\"}]\n"
                             "      resources: {limits: {cpu: 9, amd.com/gpu: 1}}\n"
                             "      volumeMounts: [{name: models, mountPath: /cache}]\n"
                             "  volumes:\n"
                             "    - name: models\n"
                             "      secret: {secretName: s, defaultMode: 0440}\n"
                             "  nodeName:\n",
                             "pod.yaml")
                             .value();
  const json::value pod = PodOf(workers);
  EXPECT_EQ(TextAt(pod, "/metadata/labels/team"), R"("vision")");
  EXPECT_EQ(TextAt(pod, "/metadata/labels/prelabel~1run"), R"("0f1e")");
  EXPECT_EQ(TextAt(pod, "/metadata/annotations"), R"({"a":"true","b":1.5E0,"c":"017"})");
  EXPECT_EQ(TextAt(pod, "/spec/restartPolicy"), R"("Never")");
  EXPECT_EQ(TextAt(pod, "/spec/terminationGracePeriodSeconds"), "32");
  EXPECT_EQ(TextAt(pod, "/spec/hostNetwork"), "true");
  EXPECT_EQ(TextAt(pod, "/spec/securityContext"), "{}");
  EXPECT_EQ(TextAt(pod, "/spec/nodeName"), "null");
  EXPECT_EQ(TextAt(pod, "/spec/containers/0"), R"({"name":"proxy","image":"p"})");
  EXPECT_EQ(TextAt(pod, "/spec/containers/1/image"), R"("own")");
  EXPECT_EQ(TextAt(pod, "/spec/containers/1/args/0"), R"("sh")");
  EXPECT_EQ(TextAt(pod, "/spec/containers/1/env"), R"([{"name":"N","value":"1"}])");
  EXPECT_EQ(TextAt(pod, "/spec/containers/1/resources/limits"), R"({"cpu":"1","amd.com/gpu":1})");
  EXPECT_EQ(TextAt(pod, "/spec/volumes/0/secret/defaultMode"), "288");  // chmod's 440
  // /cache is the template's own.
  EXPECT_EQ(pod.at_pointer("/spec/volumes").as_array().size(), 3U);
  EXPECT_EQ(TextAt(pod, "/spec/containers/1/volumeMounts/1/mountPath"), R"("/prelabel")");
  EXPECT_EQ(TextAt(pod, "/spec/containers/1/volumeMounts/2/mountPath"), R"("/tmp")");
  // The job's image wins.
  workers.options.image = "other";
  EXPECT_EQ(TextAt(PodOf(workers), "/spec/containers/1/image"), R"("other")");
}

TEST(KubernetesCommands, SaysWhatIsWrongWithATemplate) {
  const auto error = [](const std::string& text) {
    const auto read = ReadPodTemplate(text, "pod.yaml");
    return read ? std::string() : read.error().message;
  };
  EXPECT_THAT(error("kind: Deployment\n"), HasSubstr("pod.yaml:1:1: this is no Pod"));
  EXPECT_THAT(error(""), HasSubstr("this is no Pod"));
  EXPECT_THAT(error("kind: Pod\nmetadata: {namespace: x}\n"),
              HasSubstr("pod.yaml:2:23: remove 'namespace'"));
  EXPECT_THAT(error("kind: Pod\nspec: {containers: [{name: wroker}]}\n"),
              HasSubstr("pod.yaml:2:20: no container is named 'worker'"));
  EXPECT_THAT(error("kind: Pod\nspec: [}\n"), HasSubstr("pod.yaml:2"));
  EXPECT_EQ(error("kind: Pod\nspec:\n"), "");
  KubernetesWorkers workers = Workers();
  workers.options.image.clear();
  EXPECT_THAT(PodManifest(workers, "x").error().message, HasSubstr("no image"));
}

TEST(KubernetesCommands, CommandsNameTheNamespaceAndTheRun) {
  KubernetesWorkers workers = Workers();
  EXPECT_THAT(CreateCommand(workers),
              ElementsAre("kubectl", "create", "--filename=-", "--output=name"));
  workers.options.name_space = "gpu";
  workers.options.options = {"--context=far"};
  EXPECT_THAT(ListPodsCommand(workers),
              ElementsAre("kubectl", "--namespace=gpu", "--context=far", "get", "pods",
                          "--selector=prelabel/run=0f1e", "--output=json"));
  EXPECT_THAT(DeletePodsCommand(workers, {"a", "b"}),
              ElementsAre("kubectl", "--namespace=gpu", "--context=far", "delete", "pods",
                          "--wait=false", "--ignore-not-found", "a", "b"));
  EXPECT_THAT(ParseCreated("pod/a-1\npod/a-2\n"), ElementsAre("a-1", "a-2"));
  EXPECT_THAT(ParseCreated(""), IsEmpty());
}

}  // namespace
}  // namespace prelabel
