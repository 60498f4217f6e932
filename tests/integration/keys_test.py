#!/usr/bin/python3
"""Who has a key takes part; who has none, another or a revoked one exchanges no message."""

import shutil

import cluster
import peer
import support


def key_in(path):
    return path.read_text().split("-key: ")[1].split("\n")[0].encode()


class KeysTest(cluster.ClusterTest):
    PICTURES = 400

    def setUp(self):
        self.keys = self.folder / f"{self._testMethodName}-keys"

    def keygen(self, name, folder=None):
        """Returns the worker's folder."""
        folder = folder or self.keys
        self.prelabel("keygen", folder, "--name", name)
        return folder / name

    def start(self, name, *workers):
        """A coordinator with the keys, and workers with theirs that have joined one by one."""
        run = self.cluster(name, keys=str(self.keys))
        server = run.serve()
        run.wait(lambda: run.events("run started"), "it listens", alive=[server])
        joined = []
        for keys in workers:
            joined.append(run.worker("--keys", keys))
            run.wait_joined(len(joined), alive=[server, *joined])
        return run, server, joined

    def finish(self, run, server, workers=1):
        run.check_status(server, 0)
        self.assertEqual(len(run.events("worker joined")), workers)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def raw_keys(self, worker):
        """What a socket needs to be this worker: the coordinator's key, its own pair."""
        public = self.keys / "workers" / f"{worker.name}.pub"
        return (key_in(worker / "coordinator.pub"), key_in(public), key_in(worker / "worker.key"))

    def test_strangers(self):
        """They knock all the time, and the run goes on as if there were none."""
        import zmq

        mine = self.keygen("mine")
        others = self.keygen("other", self.folder / "other-keys")
        foreign = self.folder / "foreign"  # this coordinator's key, and one that it does not know
        shutil.copytree(others, foreign)
        shutil.copy(mine / "coordinator.pub", foreign / "coordinator.pub")
        deceived = self.folder / "deceived"  # a key that it knows, but another coordinator's
        shutil.copytree(mine, deceived)
        shutil.copy(others / "coordinator.pub", deceived / "coordinator.pub")
        run, server, _ = self.start("strangers")
        refused = [run.worker("--wait", 3, *options) for options in (
            [], ["--keys", others], ["--keys", foreign], ["--keys", deceived])]
        coordinator = key_in(mine / "coordinator.pub")
        with peer.Peer(run.endpoint) as plain, \
                peer.Peer(run.endpoint, keys=(coordinator, *zmq.curve_keypair())) as unknown:
            for stranger in (plain, unknown):
                stranger.hello()
                stranger.send(credit={"tasks": 1000})
            for worker in refused:
                run.check_status(worker, 1)
            worker = run.worker("--keys", mine)
            run.check_status(worker, 0)
            for stranger in (plain, unknown):
                self.assertFalse(stranger.socket.poll(0), "it got a message")
        self.finish(run, server)

    def test_revoked(self):
        """Removing the file ends what the key's owner may do, though its connection stays."""
        kept, revoked = self.keygen("kept"), self.keygen("revoked")
        run, server, (honest, other) = self.start("revoked", kept, revoked)
        with peer.Peer(run.endpoint, keys=self.raw_keys(revoked)) as spy:
            spy.join()
            task = spy.take()
            (self.keys / "workers" / "revoked.pub").unlink()
            # It speaks all the time, and yet nothing is heard of it.
            run.wait(lambda: spy.send(heartbeat={"sequence": 1}) or
                     len(run.events("worker left")) == 2, "both are dropped", [server, honest])
            self.assertEqual({e["worker"] for e in run.events("worker left")}, {2, 3})
            spy.result(task.task, task.attempt, [task.first])
            spy.hello(nonce=2)
            run.check_status(honest, 0)
            while spy.socket.poll(0):  # what came before
                kind = peer.messages().CoordinatorEnvelope.FromString(spy.socket.recv())
                self.assertNotEqual(kind.WhichOneof("message"), "welcome")
        other.kill()
        self.finish(run, server, workers=3)

    def test_let_in_while_running(self):
        self.keygen("first")
        run, server, _ = self.start("added")
        run.check_status(run.worker("--keys", self.keygen("second")), 0)
        self.finish(run, server)

    def test_local_workers_have_keys_of_their_own(self):
        """Who only knows the port of a run on this machine is a stranger to it, too."""
        run = self.cluster("local", launcher="local", workers=2, listen="tcp://127.0.0.1:0")
        process = run.start("run", support.PRELABEL, "run", run.job, "--quiet")
        run.wait_commits(1, alive=[process])
        endpoint = run.events("run started")[0]["endpoint"]
        with peer.Peer(endpoint) as plain:
            plain.hello()
            run.check_status(process, 0)
            self.assertFalse(plain.socket.poll(0))
        self.finish(run, process, workers=2)

    def test_exposed_without_keys(self):
        run = self.cluster("exposed")
        done = self.prelabel("serve", run.job, "--set", "cluster.listen=tcp://0.0.0.0:0", status=2)
        for phrase in ("tcp://0.0.0.0:0", "prelabel keygen", "security: none"):
            self.assertIn(phrase, done.stderr)
        self.assertFalse(run.events())

    def test_secrets_that_others_may_read(self):
        worker = self.keygen("worker")
        run = self.cluster("readable", keys=str(self.keys))
        secret = self.keys / "coordinator.key"
        secret.chmod(0o640)
        done = self.prelabel("serve", run.job, status=2)
        self.assertIn(f"{secret}", done.stderr)
        self.assertIn("chmod", done.stderr)
        secret = worker / "worker.key"
        secret.chmod(0o604)
        done = self.prelabel("--connect", run.endpoint, "--keys", worker, program=support.WORKER,
                             status=2)
        self.assertIn(f"{secret}", done.stderr)
        self.assertIn("chmod", done.stderr)


if __name__ == "__main__":
    cluster.main(modules=["zmq", "google.protobuf"], programs=["protoc"])
