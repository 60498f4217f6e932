#!/usr/bin/python3
"""docker/kubernetes: rendered by kustomize (that of kubectl), checked against Kubernetes' schema (npm's
kubernetes-models), and its commands run here, with folders in the place of volumes. There is no
cluster."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import cluster
import support

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "docker/kubernetes"
MODELS = ["kubernetes-models@4.5.1", "js-yaml@4.1.0"]
CHECK = """
const yaml = require("js-yaml"), fs = require("fs");
const out = [];
for (const object of yaml.loadAll(fs.readFileSync(0, "utf8"))) {
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/")
    : ["", object.apiVersion];
  const path = "kubernetes-models/" + (group ? group + "/" : "") + version;
  const Model = require(path)[object.kind];
  if (!Model) throw new Error("no " + object.kind + " in " + path);
  // Kustomize breaks long lines; Go's decoder passes over that, the schema's pattern does not.
  if (object.kind === "Secret") {
    for (const key in object.data) object.data[key] = object.data[key].replace(/\\n/g, "");
  }
  new Model(object).validate();
  out.push(object);
}
console.log(JSON.stringify(out));
"""


def old_kubectl():
    """Why the kubectl here is too old for components and for an API server's own validation, or None."""
    version = json.loads(subprocess.run(["kubectl", "version", "--client", "-o", "json"],
                                        check=True, capture_output=True, text=True).stdout)
    minor = int("".join(c for c in version["clientVersion"]["minor"] if c.isdigit()))
    return f"kubectl is 1.{minor}; this takes 1.27" if minor < 27 else None


def install(folder):
    """The schema in a new folder; why that cannot be, or None."""
    folder.mkdir()
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", *MODELS],
                          cwd=folder, capture_output=True, text=True)
    return None if done.returncode == 0 else f"npm cannot fetch {MODELS}: {done.stderr[-300:]}"


def check(folder, text):
    """The manifests of a text, if they fit the schema in the folder."""
    done = subprocess.run(["node", "-e", CHECK], cwd=folder, input=text, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class KubernetesTest(cluster.ClusterTest):
    PICTURES = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place = cls.folder / "kubernetes"
        shutil.copytree(SOURCE, cls.place, ignore=shutil.ignore_patterns("keys"))
        done = subprocess.run([support.PRELABEL, "keygen", cls.place / "keys", "--name", "gpu"],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        cls.npm = cls.folder / "npm"
        problem = install(cls.npm)
        if problem:
            print(f"skipped: {problem}")
            os._exit(support.SKIPPED)
        rendered = subprocess.run(["kubectl", "kustomize", cls.place], capture_output=True, text=True)
        assert rendered.returncode == 0, rendered.stderr
        cls.rendered = rendered.stdout
        cls.objects = check(cls.npm, cls.rendered)

    def one(self, kind, name):
        found = [o for o in self.objects if o["kind"] == kind
                 and o["metadata"]["name"].startswith(name)]
        self.assertEqual(len(found), 1, (kind, name))
        return found[0]

    def test_everything_is_there_and_fits_the_schema(self):
        kinds = sorted(o["kind"] for o in self.objects)
        self.assertEqual(kinds, ["ConfigMap", "Deployment", "Job", "Namespace",
                                 "PersistentVolumeClaim", "Secret", "Secret", "Service"])
        # The check finds something.
        with self.assertRaises(AssertionError):
            check(self.npm, self.rendered.replace("replicas: 2", "replicas: two"))

    def test_a_coordinator_that_starts_its_workers(self):
        if old_kubectl():
            self.skipTest(old_kubectl())
        place = self.folder / "launcher"
        shutil.copytree(self.place, place)
        with open(place / "kustomization.yaml", "a") as file:
            file.write("components: [launcher]\n")
        rendered = subprocess.run(["kubectl", "kustomize", place], check=True, capture_output=True,
                                  text=True).stdout
        objects = {(o["kind"], o["metadata"]["name"].split("-")[0]): o
                   for o in check(self.npm, rendered)}
        self.assertNotIn(("Deployment", "workers"), objects)
        self.assertEqual({o["metadata"]["namespace"] for o in objects.values()
                          if o["kind"] != "Namespace"}, {"prelabel"})
        binding = objects["RoleBinding", "coordinator"]
        self.assertEqual(binding["subjects"], [{"kind": "ServiceAccount", "name": "coordinator",
                                                "namespace": "prelabel"}])
        pod = objects["Job", "coordinator"]["spec"]["template"]["spec"]
        self.assertEqual(pod["serviceAccountName"], "coordinator")
        self.assertTrue(pod["automountServiceAccountToken"])
        self.assertEqual(pod["containers"][0]["args"], ["prelabel", "run", "/job/job.yaml"])
        self.assertTrue(pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"])
        job = objects["ConfigMap", "job"]["data"]["job.yaml"]
        self.assertIn("launcher: kubernetes", job)
        service = objects["Service", "coordinator"]["spec"]
        self.assertIn(f"connect: tcp://coordinator:{service['ports'][0]['port']}", job)

    def test_nothing_runs_as_root_or_may_become_it(self):
        for kind, name in (("Job", "coordinator"), ("Deployment", "workers")):
            pod = self.one(kind, name)["spec"]["template"]["spec"]
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertFalse(pod["automountServiceAccountToken"])
            for container in pod["containers"] + pod["initContainers"]:
                self.assertEqual(container["image"], "prelabel:cpu")
                context = container["securityContext"]
                self.assertFalse(context["allowPrivilegeEscalation"])
                self.assertTrue(context["readOnlyRootFilesystem"])
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})

    def test_probes_and_ports_are_those_of_the_program(self):
        container = self.one("Job", "coordinator")["spec"]["template"]["spec"]["containers"][0]
        job = self.one("ConfigMap", "job")["data"]["job.yaml"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        self.assertIn(f"listen: tcp://0.0.0.0:{ports['workers']}", job)
        self.assertIn(f"page: http://0.0.0.0:{ports['page']}", job)
        service = self.one("Service", "coordinator")["spec"]
        self.assertEqual({p["name"]: p["port"] for p in service["ports"]}, ports)
        for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"),
                            ("readinessProbe", "/readyz")):
            self.assertEqual(container[probe]["httpGet"], {"path": path, "port": "page"})

    def test_the_page_for_operators_names_what_is_there(self):
        text = (SOURCE.parents[1] / "docs/operations.md").read_text()
        for kind, word, pattern in (
                ("Deployment", "scale", r"kubectl -n (\S+) scale deployment (\S+) --replicas=\d+"),
                ("Service", "port-forward", r"kubectl -n (\S+) port-forward service/(\S+) (\d+)")):
            found = re.findall(pattern, text)
            self.assertEqual(len(found), text.count(f" {word} "), word)
            self.assertTrue(found, word)
            for namespace, name, *port in found:
                object_ = self.one(kind, name)
                self.assertEqual(object_["metadata"], {**object_["metadata"], "name": name,
                                                       "namespace": namespace})
                for number in port:
                    self.assertIn(int(number), [p["port"] for p in object_["spec"]["ports"]])

    def volumes(self, pod, root):
        """Makes folders of a pod's secrets and of what is empty; {mount path: folder}."""
        places = {}
        for volume in pod["volumes"]:
            place = root / volume["name"]
            place.mkdir(parents=True)
            if "secret" in volume:
                for name, text in self.one("Secret", volume["secret"]["secretName"])["data"].items():
                    decoded = subprocess.run(["base64", "-d"], input=text.encode(),
                                             capture_output=True, check=True).stdout
                    (place / name).write_bytes(decoded)
            for container in pod["initContainers"] + pod["containers"]:
                for mount in container["volumeMounts"]:
                    if mount["name"] == volume["name"]:
                        places[mount["mountPath"]] = str(place)
        return places

    def test_the_commands_make_a_run(self):
        coordinator = self.one("Job", "coordinator")["spec"]["template"]["spec"]
        worker = self.one("Deployment", "workers")["spec"]["template"]["spec"]
        run = self.cluster("pods", data=[{"images": str(self.pictures)},
                                         {"video": str(self.clip), "keyframes": {"every": 2}}],
                           transport="stream", page="http://127.0.0.1:0")
        for name, pod in (("coordinator", coordinator), ("worker", worker)):
            places = self.volumes(pod, self.folder / "pods" / name)
            subprocess.run(cluster.here(pod["initContainers"][0]["args"], places), check=True)
            words = cluster.here(pod["containers"][0]["args"], places)
            if name == "coordinator":
                self.assertEqual(words[:2], ["prelabel", "serve"])
                server = run.serve("--set", f"cluster.keys={places['/keys']}/own")
                run.wait(lambda: run.events("run started"), "it listens", alive=[server])
            else:
                self.assertEqual(words[0], "prelabel-worker")
                words = [w.replace("tcp://coordinator:5577", run.endpoint).replace("$(SLOTS)", "1")
                         for w in words]
                started = run.start("worker", support.WORKER, *words[1:])
        run.check_status(started, 0)
        run.check_status(server, 0)
        self.check_labels(run)


if __name__ == "__main__":
    cluster.main(programs=("kubectl", "npm", "node"))
