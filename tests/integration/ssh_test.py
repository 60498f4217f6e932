#!/usr/bin/python3
"""A run whose workers are started by ssh, through a real sshd on this machine: three of its loopback
addresses are the hosts. Needs root, as sshd does here."""

import os
import pathlib
import shutil
import signal
import subprocess

import cluster
import support

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
HOSTS = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]


class SshTest(cluster.ClusterTest):
    PICTURES = 400
    WORK = 4000  # about 20 ms an item: the run outlives a connection that breaks

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.folder / "ssh"
        folder.mkdir(mode=0o700)
        for name in ("host", "me"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name],
                           check=True)
        shutil.copy(folder / "me.pub", folder / "authorized")
        cls.port = cluster.free_port()
        (folder / "sshd_config").write_text("\n".join([
            *(f"ListenAddress {host}:{cls.port}" for host in HOSTS), f"HostKey {folder}/host",
            f"AuthorizedKeysFile {folder}/authorized", "PermitRootLogin prohibit-password",
            "StrictModes no", "UsePAM no", f"PidFile {folder}/pid", ""]))
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # where sshd puts itself before a login
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)

    def launched(self, name, hosts, **options):
        ssh = self.folder / "ssh"
        return self.cluster(name, launcher="ssh", listen="tcp://127.0.0.1:0",
                            ssh={"hosts": hosts, "command": str(support.WORKER),
                                 "options": [f"-p{self.port}", f"-i{ssh}/me",
                                             "-oStrictHostKeyChecking=no", "-oLogLevel=ERROR",
                                             "-oUserKnownHostsFile=/dev/null",
                                             "-oConnectTimeout=5"]},
                            **{"workers": len(hosts), **options})

    def run_job(self, run):
        return run.start("run", support.PRELABEL, "run", run.job, "--quiet")

    def processes(self, run, program):
        """{pid: arguments} of this program's processes that belong to the run."""
        endpoint = next(e["endpoint"] for e in run.events("run started"))
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if pathlib.Path(words[0]).name == program and endpoint in " ".join(words):
                found[int(folder.name)] = words
        return found

    def workers(self, run):
        return self.processes(run, "prelabel-worker")

    def test_a_connection_breaks_and_the_labels_are_the_same(self):
        run = self.launched("breaks", HOSTS)
        coordinator = self.run_job(run)
        run.wait_joined(3, alive=[coordinator])
        run.wait_commits(3, alive=[coordinator])
        self.assertEqual(len(self.workers(run)), 3)
        for words in [*self.workers(run).values(), *self.processes(run, "ssh").values()]:
            self.assertNotIn("secret", " ".join(words))
        victim = next(pid for pid, words in self.processes(run, "ssh").items()
                      if "127.0.0.2" in words)
        os.kill(victim, signal.SIGKILL)
        run.wait_joined(4, alive=[coordinator])  # another one, on the host that is free
        self.assertIn("127.0.0.2", [e["id"] for e in run.events("allocation ended")])
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.check_committed_once(run)
        run.wait(lambda: not self.workers(run), "no worker is left")

    def test_workers_do_not_outlive_a_coordinator_that_was_killed(self):
        run = self.launched("killed", HOSTS[:2])
        coordinator = self.run_job(run)
        run.wait_joined(2, alive=[coordinator])
        run.wait_commits(3, alive=[coordinator])
        coordinator.kill()
        run.wait(lambda: not self.workers(run), "no worker is left")
        run.check_status(self.run_job(run), 0)
        self.check_labels(run)

    def test_a_host_that_cannot_be_reached_costs_nothing_but_itself(self):
        run = self.launched("reachless", [HOSTS[0], "127.0.0.77"])
        coordinator = self.run_job(run)
        run.check_status(coordinator, 0)
        self.assertIn(("127.0.0.77", "could not be reached, or its connection broke"),
                      [(e["id"], e["status"]) for e in run.events("allocation ended")])
        self.check_labels(run)

    def test_what_would_be_run_is_shown(self):
        run = self.launched("shown", HOSTS[:2])
        shown = self.prelabel("launch", run.job, "--dry-run").stdout
        lines = [line for line in shown.splitlines() if line.startswith("ssh ")]
        self.assertEqual(len(lines), 2)
        self.assertIn("127.0.0.2", lines[1])
        self.assertIn(str(support.WORKER), lines[1])


if __name__ == "__main__":
    reason = None
    if SSHD is None:
        reason = "sshd is not installed; scripts/setup.sh --dev does it"
    elif os.geteuid() != 0:
        reason = "a login as oneself without a password needs root"
    cluster.main(programs=("ssh", "ssh-keygen"), reason=reason)
