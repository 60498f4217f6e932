#!/usr/bin/python3
"""Workers that share no disk with the coordinator (cluster.transport: stream).

The coordinator and each worker have a network namespace, and the workers a mount namespace in which
an empty file system covers the data, the model and the run. Needs root for that part."""

import pathlib
import shutil
import signal
import tempfile
import zipfile

import cluster
import network_test


class SameDiskTest(cluster.ClusterTest):
    """Local workers that could open the files, and do not."""

    PICTURES = 20

    def setUp(self):
        self.cache = pathlib.Path(tempfile.mkdtemp(prefix="prelabel-cache-"))
        self.addCleanup(shutil.rmtree, self.cache)

    def run_both(self, name, data, **sections):
        outputs = []
        for transport in ("shared", "stream"):
            job = self.job(f"{name}-{transport}", data, model=str(self.model),
                           cluster={"workers": 2, "shard_size": 3, "transport": transport},
                           **sections)
            self.prelabel("run", job, "--quiet", env={"XDG_CACHE_HOME": str(self.cache)})
            outputs.append(self.outputs(self.folder / f"{name}-{transport}"))
        self.assert_same(*outputs, name)
        return outputs[1]

    def test_pictures_and_videos(self):
        self.run_both("plain", self.data())

    def test_members_of_archives(self):
        archive = self.folder / "pictures.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            for picture in sorted(self.pictures.iterdir()):
                out.write(picture, picture.name)
        self.run_both("archive", [{"images": str(archive)}])

    def test_large_pictures_in_tiles(self):
        import cv2
        import numpy
        folder = self.folder / "large"
        folder.mkdir()
        colors = numpy.random.default_rng(9)
        for kind in ("png", "jpg"):
            picture = colors.integers(0, 255, (40, 60, 3), dtype=numpy.uint8).repeat(20, 0)
            cv2.imwrite(str(folder / f"a.{kind}"), picture.repeat(20, 1))
        self.run_both("tiles", [{"images": str(folder), "tiling": {"size": 256}}])

    def test_a_bad_picture_costs_nothing_else(self):
        folder = self.folder / "some-bad"
        shutil.copytree(self.pictures, folder)
        (folder / "a_empty.png").write_bytes(b"")
        (folder / "b_text.png").write_text("no picture")
        for transport in ("shared", "stream"):
            job = self.job(f"bad-{transport}", [{"images": str(folder)}], model=str(self.model),
                           cluster={"workers": 1, "transport": transport})
            self.prelabel("run", job, "--quiet", status=3,
                          env={"XDG_CACHE_HOME": str(self.cache)})
        self.assert_same(self.outputs(self.folder / "bad-shared"),
                         self.outputs(self.folder / "bad-stream"))

    def test_the_model_is_kept(self):
        self.run_both("first", self.data()[:1])
        kept = list(self.cache.rglob("*.pt"))
        self.assertEqual(len(kept), 1)
        self.assertEqual(kept[0].read_bytes(), (self.model.parent / "model.pt").read_bytes())
        before = kept[0].stat().st_mtime_ns
        self.run_both("second", self.data()[:1])
        self.assertEqual(kept[0].stat().st_mtime_ns, before)
        kept[0].write_bytes(b"damaged")
        self.run_both("third", self.data()[:1])
        self.assertEqual(kept[0].read_bytes(), (self.model.parent / "model.pt").read_bytes())


class ThreeHostsTest(cluster.ClusterTest):
    PICTURES = 400

    def setUp(self):
        reason = network_test.forbidden()
        if reason:
            self.skipTest(reason)
        self.network = network_test.Network(2)
        self.enterContext(self.network)
        # What a worker's host has: its keys and a cache.
        self.hosts = pathlib.Path(tempfile.mkdtemp(prefix="prelabel-hosts-"))
        self.addCleanup(shutil.rmtree, self.hosts)

    def start(self, name):
        keys = self.hosts / "coordinator"
        for n in range(2):
            self.prelabel("keygen", keys, "--name", f"worker{n}")
            shutil.move(keys / f"worker{n}", self.hosts / f"worker{n}")
        run = self.cluster(name, address="0.0.0.0", keys=str(keys), transport="stream")
        server = self.serve(run)
        workers = []
        for n in range(2):
            workers.append(self.worker(run, n))
            run.wait_joined(n + 1, alive=[server, *workers])
        run.wait_commits(3, alive=[server, *workers])
        return run, server, workers

    def serve(self, run):
        return run.serve(prefix=["ip", "netns", "exec", self.network.center])

    def alone(self, n):
        """The prefix of a command on the host of a worker: it sees nothing of the test's folder."""
        script = 'mount -t tmpfs none "$0" && test -z "$(ls -A "$0")" && exec "$@"'
        return ["ip", "netns", "exec", self.network.leaves[n], "unshare", "--mount",
                "--propagation", "private", "sh", "-c", script, self.folder]

    def worker(self, run, n):
        from support import WORKER
        return run.start("worker", WORKER, "--connect", f"tcp://10.77.{n + 1}.1:{run.port}",
                         "--keys", self.hosts / f"worker{n}", "--slots", 1,
                         "--model-cache", self.hosts / f"cache{n}", prefix=self.alone(n))

    def test_one_host_is_cut_off_for_a_while(self):
        run, server, workers = self.start("cut-off")
        self.network.drop(0, "input")
        self.network.drop(0, "output")
        run.wait(lambda: run.events("worker left"), "the first worker is given up",
                 alive=[server, *workers])
        run.wait_commits(3, alive=[server, workers[1]])
        workers[1].signal(signal.SIGTERM)  # the rest is the first one's
        run.check_status(workers[1], 128 + signal.SIGTERM)
        self.network.heal(0)
        self.check_finished(run, server, workers[:1])

    def test_the_coordinator_is_killed_and_starts_again(self):
        run, server, workers = self.start("killed")
        server.kill()
        server = self.serve(run)
        self.check_finished(run, server, workers)

    def test_without_streaming_such_a_worker_is_told_what_to_do(self):
        keys = self.hosts / "coordinator"
        self.prelabel("keygen", keys, "--name", "worker0")
        shutil.move(keys / "worker0", self.hosts / "worker0")
        run = self.cluster("shared", address="0.0.0.0", keys=str(keys))
        self.serve(run)
        worker = self.worker(run, 0)
        run.check_status(worker, 2)
        self.assertIn("add --data-root DIR", worker.text())
        self.assertIn("cluster.transport", worker.text())


if __name__ == "__main__":
    cluster.main()
