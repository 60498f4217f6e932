#!/usr/bin/python3
"""Who gets in and who does not: wrong, missing and revoked keys against real processes."""

import re
import shutil
import time
from pathlib import Path

import cluster
import peer
import support

SILENCE = 3  # seconds without an answer that count as none; nobody fails for being slow


def secret_keys(folder):
    """Secret keys in a folder of keys, as text."""
    return [line.split(": ")[1] for path in folder.rglob("*.key")
            for line in path.read_text().splitlines() if line.startswith("secret-key: ")]


def key_line(path, kind):
    return re.search(rf"^{kind}-key: (.*)$", path.read_text(), re.MULTILINE).group(1).encode()


class SecurityTest(cluster.ClusterTest):
    PICTURES = 600  # a key is revoked within a second: there must be work for longer

    def start(self, name, *workers):
        self.keys = self.folder / f"{name}-keys"
        for worker in workers:
            self.prelabel("keygen", self.keys, "--name", worker)
        run = self.cluster(name, keys=str(self.keys))
        server = run.serve()
        run.wait(lambda: run.events("run started"), "it listens", alive=[server])
        return run, server

    def finish(self, run, server):
        run.check_status(server, 0)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def assert_unheard(self, run, keys=None):
        with peer.Peer(run.endpoint, keys=keys) as stranger:
            stranger.hello()
            end = time.monotonic() + SILENCE
            while time.monotonic() < end:
                self.assertFalse(stranger.socket.poll(100))

    def test_strangers(self):
        run, server = self.start("strangers", "known")
        self.assert_unheard(run)
        import zmq
        public, secret = zmq.curve_keypair()
        self.assert_unheard(run, (key_line(self.keys / "coordinator.pub", "public"), public, secret))
        self.prelabel("keygen", self.folder / "elsewhere")
        wrong = self.folder / "elsewhere/worker"
        (wrong / "coordinator.pub").write_bytes((self.keys / "coordinator.pub").read_bytes())
        deceived = self.folder / "deceived"  # a key that it knows, but another coordinator's
        shutil.copytree(self.keys / "known", deceived)
        shutil.copy(self.folder / "elsewhere/coordinator.pub", deceived)
        for options, phrase in [(["--keys", wrong], "the coordinator refused this key"),
                                (["--keys", deceived], "coordinator.pub"),
                                ([], "give --keys")]:
            worker = run.worker("--wait", 2, *options)
            run.check_status(worker, 1)
            self.assertIn(phrase, worker.text())
            self.assertIn("no coordinator answered", worker.text())
        self.assertFalse(run.events("worker joined", "message refused"))
        worker = run.worker("--keys", self.keys / "known")
        self.finish(run, server)
        run.check_status(worker, 0)

    def test_a_known_key(self):
        """The way of the strangers' test lets a peer in that has one."""
        run, server = self.start("known", "peer", "worker")
        own = key_line(self.keys / "peer/worker.key", "secret")
        import zmq
        keys = (key_line(self.keys / "coordinator.pub", "public"), zmq.curve_public(own), own)
        with peer.Peer(run.endpoint, keys=keys) as known:
            known.join()
            known.send(goodbye={"reason": b"that was all"})
        run.worker("--keys", self.keys / "worker")
        self.finish(run, server)

    def test_revoked_while_running(self):
        run, server = self.start("revoked", "one", "two")
        one = run.worker("--keys", self.keys / "one", "--wait", 2)
        run.wait_commits(3, alive=[server, one])
        (self.keys / "workers/one.pub").unlink()
        run.wait(lambda: run.events("worker left"), "it is out", alive=[server])
        commits = run.commits()
        run.wait(lambda: "the coordinator refused this key" in one.text(), "it is refused",
                 alive=[server])
        run.check_status(one, 1)
        self.assertEqual(run.commits(), commits)
        run.worker("--keys", self.keys / "two")
        self.finish(run, server)
        self.assertEqual(len(run.events("worker joined")), 2)

    def test_a_revoked_peer_that_goes_on_talking(self):
        """Its connection stays, but nothing that it says counts and nothing is said to it."""
        import zmq
        run, server = self.start("talking", "spy", "honest")
        own = key_line(self.keys / "spy/worker.key", "secret")
        keys = (key_line(self.keys / "coordinator.pub", "public"), zmq.curve_public(own), own)
        with peer.Peer(run.endpoint, keys=keys) as spy:
            spy.join()
            task = spy.take()
            (self.keys / "workers/spy.pub").unlink()
            run.wait(lambda: spy.send(heartbeat={"sequence": 1}) or run.events("worker left"),
                     "it is dropped", alive=[server])
            spy.result(task.task, task.attempt, [task.first])
            spy.hello(nonce=2)
            worker = run.worker("--keys", self.keys / "honest")
            self.finish(run, server)
            run.check_status(worker, 0)
            while spy.socket.poll(0):  # what came before
                said = peer.messages().CoordinatorEnvelope.FromString(spy.socket.recv())
                self.assertNotEqual(said.WhichOneof("message"), "welcome")
        self.assertEqual(len(run.events("worker joined")), 2)

    def test_let_in_while_running(self):
        run, server = self.start("added", "other")
        late = self.folder / "late"
        self.prelabel("keygen", self.keys, "--name", "late")
        (self.keys / "workers/late.pub").rename(self.folder / "late.pub")
        (self.keys / "late").rename(late)
        worker = run.worker("--keys", late)
        run.wait(lambda: "refused this key" in worker.text(), "it is refused", alive=[server, worker])
        self.assertFalse(run.events("worker joined"))
        (self.folder / "late.pub").rename(self.keys / "workers/late.pub")
        self.finish(run, server)
        run.check_status(worker, 0)

    def test_a_local_run_lets_no_other_in(self):
        run = self.cluster("local", launcher="local", workers=1)
        process = run.start("run", support.PRELABEL, "run", run.job, "--quiet")
        run.wait_joined(1, alive=[process])
        run.endpoint = run.events("run started")[0]["endpoint"]
        self.assert_unheard(run)
        self.finish(run, process)
        self.assertEqual(len(run.events("worker joined")), 1)
        self.assertFalse([p for p in run.run.rglob("*") if p.is_file() and p.suffix == ".key"])

    def test_refused_set_ups(self):
        job = self.job("open", self.data(), model=str(self.model), cluster={"launcher": "none"})
        listen = ["--set", "cluster.listen=tcp://0.0.0.0:0"]
        done = self.prelabel("serve", job, *listen, status=2)
        for phrase in ("tcp://0.0.0.0:0", "prelabel keygen", "cluster.security: none"):
            self.assertIn(phrase, done.stderr)
        keys = self.folder / "refused"
        self.prelabel("keygen", keys, "--name", "w")
        done = self.prelabel("keygen", keys, "--name", "w", status=2)
        self.assertIn("keys of this name exist", done.stderr)
        for path in (keys / "coordinator.key", keys / "w/worker.key"):
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            path.chmod(0o644)
        use = ["--set", f"cluster.keys={keys}"]
        done = self.prelabel("serve", job, *listen, *use, status=2)
        self.assertIn(f"chmod 600 {keys / 'coordinator.key'}", done.stderr)
        done = self.prelabel("--connect", "tcp://127.0.0.1:1", "--keys", keys / "w",
                             program=support.WORKER, status=2)
        self.assertIn(f"chmod 600 {keys / 'w/worker.key'}", done.stderr)
        done = self.prelabel("serve", job, *use, "--set", "cluster.security=none", status=2)
        self.assertIn("remove one of them", done.stderr)

    def test_secrets_stay_secret(self):
        """In no argument and no log."""
        run, server = self.start("secrets", "w")
        worker = run.worker("--keys", self.keys / "w")
        run.wait_joined(1, alive=[server, worker])
        shown = [Path(f"/proc/{p.pid}/cmdline").read_text() for p in (server, worker)]
        self.finish(run, server)
        run.check_status(worker, 0)
        shown += [p.text() for p in (server, worker)]
        shown += [p.read_text() for p in (run.run / "log.jsonl", run.run / "job.yaml")]
        keys = secret_keys(self.keys)
        self.assertEqual(len(keys), 2)
        for text in shown:
            for key in keys:
                self.assertNotIn(key, text)


if __name__ == "__main__":
    cluster.main(modules=["zmq", "google.protobuf"], programs=["protoc"])
