"""A run whose workers are pods: the real kubectl and a small API server of this machine that runs their
commands as processes (kubernetes_server.py). It grows to the maximum, loses pods, gives idle ones
back, and its labels are those of a run with one worker. There is no cluster."""

import json
import re
import signal
import subprocess

import cluster
import kubernetes_server
import kubernetes_test
import support

PLACES = 3
PROGRAMS = ("kubectl", "npm", "node", "ps")

# As Kubernetes' users have it: file modes are octal, texts that look like numbers are in quotes.
TEMPLATE = """\
apiVersion: v1
kind: Pod
metadata:
  labels: {team: vision}
  annotations: {cluster-autoscaler.kubernetes.io/safe-to-evict: "false"}
spec:
  nodeSelector: {gpu: "yes"}
  priorityClassName: batch
  terminationGracePeriodSeconds: 120
  tolerations:
    - {key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}
  containers:
    - name: worker
      image: registry.example.com/prelabel:gpu
      resources:
        limits: {ephemeral-storage: 20Gi}
      volumeMounts:
        - {name: models, mountPath: /cache}
  volumes:
    - name: models
      secret: {secretName: models, defaultMode: 0440}
"""


class KubernetesLauncherTest(cluster.ClusterTest):
    PICTURES = 400
    WORK = 8000  # some 25 to 40 ms an item: the run outlives the pods that are lost one after another
    maxDiff = None

    def setUp(self):
        self.server = kubernetes_server.KubernetesServer(
            self.folder / f"api-{self._testMethodName}", support.BIN, PLACES)
        self.addCleanup(self.server.stop)

    def launched(self, name, workers, kubernetes=None, **options):
        return self.cluster(name, launcher="kubernetes", workers=workers, transport="stream",
                            listen="tcp://127.0.0.1:0",
                            kubernetes=kubernetes or {"image": "prelabel:cpu", "memory": "4Gi"},
                            **options)

    def run_job(self, run, *options):
        return run.start("run", support.PRELABEL, "run", run.job, "--quiet", *options,
                         env=self.server.env)

    def ends(self, run):
        return {e["id"]: e["status"] for e in run.events("allocation ended")}

    def check_nothing_is_left(self, run):
        run.wait(lambda: not self.server.running(), "no pod is left")
        self.assertEqual(self.server.secrets, {})
        self.server.kubectl("get", "pods")  # a look, so that what is deleted is gone
        self.assertEqual(self.server.pods, {})

    def test_grows_loses_pods_and_finishes(self):
        run = self.launched("grows", {"min": 1, "max": PLACES})
        coordinator = self.run_job(run)
        run.wait_joined(PLACES, alive=[coordinator])
        running = self.server.running()
        self.assertEqual(len(running), PLACES)
        for name in running:
            self.assertRegex(name, r"^prelabel-test-[0-9a-f]{8}-1-[123]$")
        # The key is in no argument.
        self.assertRegex(" ".join(self.server.secrets), r"^prelabel-[0-9a-f]{32}-1$")
        everybody = subprocess.run(["ps", "-eo", "args"], text=True, capture_output=True,
                                   check=True).stdout
        self.assertIn("prelabel-worker --connect", everybody)
        self.assertNotIn("secret-key", everybody + json.dumps(self.server.seen))

        self.server.kubectl("delete", "pod", running[0], "--wait=false")
        run.wait_joined(PLACES + 1, alive=[coordinator])
        self.server.evict(running[1])
        run.wait_joined(PLACES + 2, alive=[coordinator])
        ends = self.ends(run)
        self.assertEqual(ends[running[0]], "was deleted")
        self.assertEqual(ends[running[1]], "was preempted")
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.check_committed_once(run)
        self.assertEqual(run.events("attempt failed"), [])
        self.check_nothing_is_left(run)


    def test_gives_back_what_it_does_not_need(self):
        # Three tasks at first, of which one takes long.
        run = self.launched("idle", {"min": 1, "max": PLACES, "idle": "1s"}, shard_size=360)
        coordinator = self.run_job(run)
        run.wait_joined(PLACES, alive=[coordinator])
        run.wait(lambda: len(self.server.running()) == 1, "two of three are given back",
                 [coordinator])
        self.assertEqual(len(run.events("worker dismissed")), 2)
        self.assertNotIn(0, [e["task"] for e in run.events("committed")])
        status = json.loads(self.prelabel("status", run.run, "--json").stdout)
        self.assertRegex(status["launcher"],
                         r"^Kubernetes pod: \d running, 0 waiting, 1 to 3 wanted$")
        run.check_status(coordinator, 0)
        self.assertEqual(run.events("attempt failed"), [])
        self.assertEqual(set(self.ends(run).values()), {"exited with status 0"})
        self.check_labels(run)
        self.check_nothing_is_left(run)

    def test_takes_back_what_waits(self):
        run = self.launched("waits", {"min": 1, "max": PLACES + 2})
        coordinator = self.run_job(run)
        run.wait_joined(PLACES, alive=[coordinator])
        waiting = [n for n, p in self.server.pods.items() if p["status"]["phase"] == "Pending"]
        self.assertEqual(len(waiting), 2)
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.check_nothing_is_left(run)

    def test_a_stopped_run_leaves_no_pods_and_goes_on(self):
        run = self.launched("stopped", PLACES)
        coordinator = self.run_job(run)
        run.wait_commits(3, alive=[coordinator])
        coordinator.signal(signal.SIGTERM)
        run.check_status(coordinator, 143)
        self.check_nothing_is_left(run)
        # A killed one leaves pods and keys; the next one removes them.
        coordinator = self.run_job(run)
        run.wait_commits(3, alive=[coordinator])
        orphans = set(self.server.running())
        self.assertTrue(orphans)
        coordinator.kill()
        # They take long to leave: others start beside them, with keys of their own.
        for name in orphans:
            self.server.processes[name].send_signal(signal.SIGSTOP)
        self.server.places *= 2
        joined = len(run.events("worker joined"))
        coordinator = self.run_job(run)
        run.wait_joined(joined + 1, alive=[coordinator])
        self.assertLessEqual(orphans, set(self.server.pods))
        for name in orphans:
            self.server.crash(name)
        run.wait(lambda: not orphans & set(self.server.pods), "the orphans are gone", [coordinator])
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.check_nothing_is_left(run)

    def test_a_crash_is_a_failure_whose_log_is_kept(self):
        run = self.launched("crash", 2)
        coordinator = self.run_job(run)
        run.wait_joined(2, alive=[coordinator])
        lost = self.server.running()[0]
        with open(self.server.log_file(lost), "a") as log:
            log.write("the last words\n")
        self.server.crash(lost)
        run.wait_joined(3, alive=[coordinator])
        self.assertEqual(self.ends(run)[lost], "exited with status 137")
        self.assertIn("the last words", (run.run / f"worker-{lost}.log").read_text())
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.check_nothing_is_left(run)

    def test_says_what_the_cluster_refuses(self):
        run = self.launched("refused", 1, {"image": "prelabel:cpu", "namespace": "elsewhere"})
        coordinator = self.run_job(run)
        run.check_status(coordinator, 1)
        self.assertIn('cannot work in the namespace "elsewhere"', coordinator.text())

    def test_a_quota_lets_the_others_work(self):
        self.server.quota = 2
        run = self.launched("quota", 3)
        coordinator = self.start_loudly(run)
        run.wait_joined(2, alive=[coordinator])
        run.check_status(coordinator, 0)
        self.assertIn("no further Kubernetes pod at present: ", coordinator.text())
        self.assertIn("exceeded quota: pods=2", coordinator.text())
        self.check_labels(run)
        self.check_nothing_is_left(run)

    def start_loudly(self, run):
        return run.start("run", support.PRELABEL, "run", run.job, env=self.server.env)

    def test_says_that_a_worker_cannot_use_the_job(self):
        run = self.launched("unusable", 1)
        coordinator = self.run_job(run, "--set", "cluster.device=cuda:7")
        run.check_status(coordinator, 2)
        said = coordinator.text()
        self.assertIn("every Kubernetes pod has ended; the last one exited with status 2 (its log: ",
                      said)
        log = re.search(r"its log: ([^)]*)", said)[1]
        with open(log) as text:
            self.assertIn("cuda:7", text.read())
        self.check_nothing_is_left(run)
        # docker/kubernetes/launcher gives the rights for that, and no others.
        used = self.server.used()
        objects = kubernetes_test.check(
            self.npm(), (kubernetes_test.SOURCE / "launcher/rbac.yaml").read_text())
        role, = (o for o in objects if o["kind"] == "Role")
        self.assertEqual(used, {(resource, verb) for rule in role["rules"]
                                for resource in rule["resources"] for verb in rule["verbs"]})

    def test_without_encryption_there_is_no_secret(self):
        run = self.launched("open", 1, security="none",
                            data=[{"video": str(self.clip), "keyframes": {"every": 2}}])
        run.check_status(self.run_job(run), 0)
        self.assertNotIn("/secrets", " ".join(path for _, path in self.server.requests))
        self.check_nothing_is_left(run)

    def test_the_dry_run_is_what_is_submitted(self):
        template = self.folder / "pod.yaml"
        template.write_text(TEMPLATE)
        options = {"namespace": kubernetes_server.NAMESPACE, "cpus": 2, "gpus": 1, "memory": "4Gi",
                   "connect": "tcp://coordinator:5577", "template": str(template)}
        self.server.places = 0
        run = self.launched("dry", {"min": 1, "max": 2}, options)
        shown = self.prelabel("launch", run.job, "--dry-run").stdout
        documents = re.findall(r"<<'EOF'\n(.*?)^EOF$", shown, re.DOTALL | re.MULTILINE)
        self.assertEqual(len(documents), 2)
        secret, pod = map(json.loads, documents)
        self.assertEqual(shown.count("kubectl --namespace=work create --filename=- --output=name"), 2)

        coordinator = self.run_job(run)
        run.wait(lambda: len(self.server.seen) == 2, "pods are asked for", [coordinator])
        made = self.server.seen[0]
        name = made["metadata"]["name"]
        label = made["metadata"]["labels"]["prelabel/run"]
        self.assertEqual(made["metadata"].pop("namespace"), kubernetes_server.NAMESPACE)
        self.assertEqual(secret["metadata"]["labels"]["prelabel/run"], "RUN")
        text = json.dumps(pod).replace("prelabel-test-RUN-EPOCH-1", name)
        text = text.replace("RUN", label).replace("EPOCH", "1")
        self.assertEqual(json.loads(text), made)
        self.assertEqual(pod["spec"]["nodeSelector"], {"gpu": "yes"})
        self.assertEqual(pod["metadata"]["annotations"],
                         {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"})
        self.assertEqual(pod["spec"]["terminationGracePeriodSeconds"], 120)
        self.assertEqual(pod["spec"]["volumes"][0]["secret"]["defaultMode"], 0o440)
        self.assertEqual(pod["spec"]["containers"][0]["resources"]["limits"],
                         {"ephemeral-storage": "20Gi", "cpu": "2", "memory": "4Gi",
                          "nvidia.com/gpu": "1"})
        # As the real kubectl reads the template.
        read = json.loads(subprocess.run(
            ["kubectl", "patch", "--local", "-f", str(template), "-p", "{}", "-o", "json"],
            env=support.environment(**self.server.env), text=True, capture_output=True,
            check=True).stdout)
        self.assertEqual(read["spec"]["volumes"][0], pod["spec"]["volumes"][0])
        self.assertEqual(read["metadata"]["annotations"], pod["metadata"]["annotations"])
        coordinator.signal(signal.SIGTERM)
        run.check_status(coordinator, 143)
        self.check_nothing_is_left(run)
        # Whatever came fits Kubernetes' schema.
        kubernetes_test.check(self.npm(), json.dumps(pod))
        kubernetes_test.check(self.npm(), json.dumps(secret))
        plain = self.launched("plain", 1)
        documents = re.findall(r"<<'EOF'\n(.*?)^EOF$",
                               self.prelabel("launch", plain.job, "--dry-run").stdout,
                               re.DOTALL | re.MULTILINE)
        for document in documents:
            kubernetes_test.check(self.npm(), document)

    def npm(self):
        folder = self.folder / "npm"
        if not folder.exists():
            problem = kubernetes_test.install(folder)
            if problem:
                self.skipTest(problem)
        return folder


if __name__ == "__main__":
    cluster.main(programs=PROGRAMS, reason=cluster.missing(programs=PROGRAMS)
                 or kubernetes_test.old_kubectl())
