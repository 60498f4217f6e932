#!/usr/bin/python3
"""docker/compose*.yaml, read by docker-compose; what runs in their containers is run here, each
in a process namespace of its own in one network, with folders in the place of volumes: coordinator,
worker, their health checks and Prometheus. There is no Docker engine. Needs root."""

import json
import os
import signal
import subprocess
from pathlib import Path

import yaml

import cluster
import network_test
import support

DOCKER = support.ROOT / "docker"
BOTH = ("compose.yaml", "compose.monitoring.yaml")
TOKEN = "a-token-that-is-long-enough"
PROGRAMS = {"prelabel": str(support.PRELABEL), "prelabel-worker": str(support.WORKER)}


class ComposeTest(cluster.ClusterTest):
    PICTURES = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "page.token").write_text(TOKEN + "\n")
        (cls.folder / "page.token").chmod(0o600)

    def config(self, *files, status=0, **variables):
        words = [word for name in files for word in ("-f", str(DOCKER / name))]
        done = subprocess.run(["docker-compose", *words, "config"], capture_output=True, text=True,
                              env=support.environment(**variables))
        self.assertEqual(done.returncode, status, done.stderr)
        return yaml.safe_load(done.stdout)["services"] if status == 0 else done.stderr

    def services(self, *files):
        return self.config(*files, JOB_DIR=str(self.folder))

    def places(self, service):
        """{path in the container: path here} of a service's volumes."""
        places = {}
        for volume in service.get("volumes", []):
            if isinstance(volume, str):
                source, target = volume.split(":")[:2]
            else:
                source, target = volume["source"], volume["target"]
            self.assertTrue(Path(source).exists(), source)
            places[target] = source
        return places

    def test_what_is_published_is_for_this_machine_alone(self):
        services = self.services(*BOTH)
        self.assertEqual(sorted(services), ["coordinator", "grafana", "prometheus", "worker"])
        published = {name: s["ports"] for name, s in services.items() if "ports" in s}
        self.assertEqual(published, {"coordinator": ["127.0.0.1:5578:5578/tcp"],
                                     "grafana": ["127.0.0.1:3000:3000/tcp"]})
        for name in ("coordinator", "worker", "prometheus"):
            self.assertEqual(services[name]["user"], "1000:1000")
        for name, service in services.items():
            self.assertIn("healthcheck", service, name)
            # By version, but for what is built here.
            self.assertRegex(service["image"], r"^prelabel:cpu$|:v?\d+\.\d+\.\d+$")
        # Nothing that keeps several of them from running at once (--scale).
        self.assertFalse({"container_name", "ports", "hostname"} & set(services["worker"]))

    def test_a_forgotten_folder_is_named(self):
        self.assertIn("set JOB_DIR", self.config("compose.yaml", status=1))

    def test_grafana_is_given_the_dashboard_and_prometheus(self):
        services = self.services(*BOTH)
        places = self.places(services["grafana"])
        board = Path(places["/var/lib/grafana/dashboards/prelabel.json"])
        self.assertEqual(board, DOCKER / "grafana/prelabel.json")
        provisioning = Path(places["/etc/grafana/provisioning"])
        source = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text())
        provider = yaml.safe_load((provisioning / "dashboards/prelabel.yaml").read_text())
        self.assertEqual([(s["type"], s["url"], s["isDefault"]) for s in source["datasources"]],
                         [("prometheus", "http://prometheus:9090", True)])
        self.assertEqual([p["options"]["path"] for p in provider["providers"]],
                         ["/var/lib/grafana/dashboards"])

    def contained(self, run, name, service, network, program=()):
        """Starts a service's command, `program` before it, as the first process of its namespace."""
        places = {**self.places(service), "/prometheus": str(self.folder / "tsdb")}
        words = [word.replace("coordinator:", "127.0.0.1:")
                 for word in (*program, *cluster.here(service["command"], places))]
        words[0] = PROGRAMS.get(words[0], words[0])
        env = {key: cluster.here([value], places)[0]
               for key, value in service.get("environment", {}).items()}
        return run.start(name, "ip", "netns", "exec", network.center, "unshare", "--pid", "--fork",
                         "--kill-child", "--mount-proc", *words, env=env)

    def inside(self, process):
        """The process that is the first one of its namespace, or None."""
        with open(f"/proc/{process.pid}/task/{process.pid}/children") as children:
            pids = children.read().split()
        return int(pids[0]) if pids else None

    def health(self, process, service):
        test = service["healthcheck"]["test"]
        self.assertEqual(test[0], "CMD")
        pid = self.inside(process)
        if pid is None:
            return 1, "it does not run"
        done = subprocess.run(["nsenter", "--target", str(pid), "--pid", "--mount", "--net",
                               DOCKER / test[1], *test[2:]], capture_output=True, text=True)
        return done.returncode, done.stdout.strip()

    def test_the_commands_make_a_run_that_is_healthy_and_watched(self):
        services = self.services(*BOTH)
        run = self.cluster("job", page="auto")
        with network_test.Network(0) as network:
            network_test.command("ip", "-n", network.center, "link", "set", "lo", "up")
            worker = self.contained(run, "worker", services["worker"], network)
            self.wait_health(run, worker, services["worker"], 1,
                             "the worker has no connection to tcp://127.0.0.1:5577")
            os.kill(self.inside(worker), signal.SIGSTOP)
            coordinator = self.contained(run, "coordinator", services["coordinator"], network)
            self.wait_health(run, coordinator, services["coordinator"], 0,
                             "the coordinator answers")
            self.watch(run, services["prometheus"], network)
            # One that hangs is not well. Its system answers for it when the worker connects.
            os.kill(self.inside(coordinator), signal.SIGSTOP)
            self.wait_health(run, coordinator, services["coordinator"], 1,
                             "no answer from the page at port 5578")
            os.kill(self.inside(worker), signal.SIGCONT)
            self.wait_health(run, worker, services["worker"], 0,
                             "the worker is connected to its coordinator")
            os.kill(self.inside(coordinator), signal.SIGCONT)
            run.check_status(coordinator, 0)
            run.check_status(worker, 0)
        self.check_labels(run)

    def wait_health(self, run, process, service, status, text):
        run.wait(lambda: self.health(process, service) == (status, text), text, [process])

    def watch(self, run, service, network):
        """Prometheus takes its configuration, and has what the coordinator says."""
        source = Path(self.places(service)["/etc/prometheus/prometheus.yml"])
        config = self.folder / "prometheus.yml"
        config.write_text(source.read_text()
                          .replace("coordinator:", "127.0.0.1:").replace("5s", "250ms")
                          .replace("/run/prelabel/page.token",
                                   self.places(service)["/run/prelabel/page.token"]))
        checked = subprocess.run(["promtool", "check", "config", config], capture_output=True,
                                 text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        here = {**service, "volumes": [f"{config}:/etc/prometheus/prometheus.yml:ro"]}
        watcher = self.contained(run, "prometheus", here, network, program=["prometheus"])

        def ask(expression):
            done = subprocess.run(["ip", "netns", "exec", network.center, "promtool", "query",
                                   "instant", "--format=json", "http://127.0.0.1:9090", expression],
                                  capture_output=True, text=True)
            return json.loads(done.stdout) if done.returncode == 0 else []

        items = 'prelabel_items{job="prelabel"}'
        run.wait(lambda: ask(items), "Prometheus has seen the run", [watcher])
        frames = self.FRAMES // 2 + 1  # every other one and the last
        self.assertEqual(int(ask(items)[0]["value"][1]), self.PICTURES + frames)


if __name__ == "__main__":
    cluster.main(modules=("yaml",), reason=None if os.geteuid() == 0 else "namespaces need root",
                 programs=("docker-compose", "ip", "nsenter", "prometheus", "promtool"))
