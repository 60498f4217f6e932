#!/usr/bin/python3
"""Networks that fail: partitions of either direction, half-open connections and lost packets.

The coordinator and each worker have a network namespace of their own, joined by veth pairs; nftables
drops what a fault drops. Needs root."""

import os
import re
import signal
import subprocess

import cluster

TABLE = "table inet fault"


def command(*words, check=True, text=None):
    return subprocess.run([str(word) for word in words], check=check, input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Network:
    """A star: the coordinator's namespace, and workers' at 10.77.N.2, which see it as 10.77.N.1."""

    def __init__(self, workers):
        self.center = f"prelabel-{os.getpid()}-c"
        self.leaves = [f"prelabel-{os.getpid()}-{n}" for n in range(1, workers + 1)]

    def __enter__(self):
        try:
            self.make()
        except (subprocess.CalledProcessError, OSError):
            self.__exit__()
            raise
        return self

    def make(self):
        command("ip", "netns", "add", self.center)
        for n, leaf in enumerate(self.leaves, 1):
            command("ip", "netns", "add", leaf)
            command("ip", "link", "add", f"leaf{n}", "netns", self.center, "type", "veth", "peer",
                    "name", "uplink", "netns", leaf)
            for name, device, end in ((self.center, f"leaf{n}", 1), (leaf, "uplink", 2)):
                command("ip", "-n", name, "address", "add", f"10.77.{n}.{end}/24", "dev", device)
                command("ip", "-n", name, "link", "set", device, "up")

    def __exit__(self, *error):
        for name in (self.center, *self.leaves):
            command("ip", "netns", "delete", name, check=False)

    def drop(self, worker, hook, rule=""):
        """Drops the packets that match `rule` and that a worker's host gets ("input") or sends
        ("output"), from now on and without a word to anyone."""
        self.nft(worker, f"add {TABLE}\nadd chain inet fault {hook} "
                         f"{{ type filter hook {hook} priority 0; }}\n"
                         f"add rule inet fault {hook} {rule} drop\n")

    def heal(self, worker):
        self.nft(worker, f"delete {TABLE}\n")

    def nft(self, worker, text):
        command("ip", "netns", "exec", self.leaves[worker], "nft", "-f", "-", text=text)


def sweep():
    """Deletes the namespaces of tests that were killed."""
    for line in command("ip", "netns", "list").stdout.splitlines():
        name = line.split()[0]
        owner = re.fullmatch(r"prelabel-(\d+)-\w+", name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            command("ip", "netns", "delete", name, check=False)


def forbidden():
    """Why namespaces and packet filters cannot be had here, or None."""
    try:
        sweep()
        with Network(1) as network:
            network.drop(0, "input", "numgen random mod 100 < 5")
            network.heal(0)
    except (subprocess.CalledProcessError, OSError) as error:
        return f"no network namespaces: {error} {getattr(error, 'output', '')}".strip()
    return None


class NetworkTest(cluster.ClusterTest):
    PICTURES = 600

    def setUp(self):
        self.network = Network(2)
        self.enterContext(self.network)

    def start(self, name, **options):
        """The coordinator and two workers, whose numbers in the log are 1 and 2."""
        self.keys = self.folder / f"{name}-keys"
        for n in range(2):
            self.prelabel("keygen", self.keys, "--name", f"worker{n}")
        run = self.cluster(name, address="0.0.0.0", keys=str(self.keys), **options)
        server = self.serve(run)
        workers = []
        for n in range(2):
            workers.append(self.worker(run, n))
            run.wait_joined(n + 1, alive=[server, *workers])
        run.wait_commits(3, alive=[server, *workers])
        return run, server, workers

    def serve(self, run):
        return run.serve(prefix=["ip", "netns", "exec", self.network.center])

    def worker(self, run, n):
        return run.worker("--keys", self.keys / f"worker{n}",
                          endpoint=f"tcp://10.77.{n + 1}.1:{run.port}",
                          prefix=["ip", "netns", "exec", self.network.leaves[n]])

    def partition(self, name, *hooks):
        run, server, (first, second) = self.start(name)
        for hook in hooks:
            self.network.drop(0, hook)
        run.wait(lambda: run.events("worker left"), "the first worker is given up",
                 alive=[server, first, second])
        self.assertEqual(run.events("worker left")[0]["worker"], 1)
        run.wait_commits(3, alive=[server, second])
        # What the other one leaves is the first one's as soon as it is back.
        second.signal(signal.SIGTERM)
        run.check_status(second, 128 + signal.SIGTERM)
        self.network.heal(0)
        run.check_status(first, 0)
        # Its Hellos may have arrived although it heard no answer: it opens connections until it does.
        self.assertGreaterEqual(len(run.events("worker joined")), 3)
        self.check_finished(run, server)

    def test_the_worker_hears_nothing(self):
        self.partition("deaf", "input")

    def test_the_worker_is_not_heard(self):
        self.partition("mute", "output")

    def test_neither_hears_the_other(self):
        self.partition("parted", "input", "output")

    def test_a_worker_vanishes(self):
        """Its host is gone: no FIN and no RST tell the coordinator."""
        run, server, (first, second) = self.start("vanished")
        self.network.drop(0, "input")
        self.network.drop(0, "output")
        first.kill()
        run.wait(lambda: run.events("worker left"), "it is given up", alive=[server, second])
        self.assertIn("lease", run.events("worker left")[0]["reason"])
        run.check_status(second, 0)
        self.check_finished(run, server)

    def test_the_coordinator_vanishes(self):
        """Its workers' connections stay half open; they notice the silence and connect again."""
        run, server, workers = self.start("crashed")
        for n in range(2):
            self.network.drop(n, "input")
            self.network.drop(n, "output")
        server.kill()
        server = self.serve(run)
        run.wait(lambda: len(run.events("run started")) == 2, "it is there again", alive=[server])
        for n in range(2):
            self.network.heal(n)
        for worker in workers:
            run.check_status(worker, 0)
        self.check_finished(run, server)

    def test_one_packet_in_twenty_is_lost(self):
        run, server, workers = self.start("lossy", heartbeat="500ms")
        for n in range(2):
            self.network.drop(n, "input", "numgen random mod 100 < 5")
            self.network.drop(n, "output", "numgen random mod 100 < 5")
        for worker in workers:
            run.check_status(worker, 0)
        self.check_finished(run, server)


if __name__ == "__main__":
    reason = cluster.missing(programs=["ip", "nft"]) or forbidden()
    cluster.main(reason=reason)
