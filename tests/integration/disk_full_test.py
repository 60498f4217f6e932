#!/usr/bin/python3
"""A run whose disk fills up (a small ext4 of its own) waits for room, says so, and goes on.

PRELABEL_TEST_FULL_SECONDS: how long it stays full, longer than a worker's lease.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time

import cluster
import support

DISK_BYTES = 24 << 20
FULL_SECONDS = float(os.environ.get("PRELABEL_TEST_FULL_SECONDS") or 3)


def mount(folder):
    """A new file system at folder/disk. Returns why there can be none, or None."""
    image, point = folder / "disk.img", folder / "disk"
    image.write_bytes(bytes(DISK_BYTES))
    point.mkdir()
    for command in (["mkfs.ext4", "-q", "-F", "-m", "0", image], ["mount", "-o", "loop", image,
                                                                  point]):
        try:
            subprocess.run([str(word) for word in command], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", None) or str(error).encode()
            return f"a file system of its own is not permitted: {said.decode().strip()}"
    return None


def unmount(folder):
    subprocess.run(["umount", "--lazy", str(folder / "disk")], check=True)


def not_permitted():
    """Why no file system can be mounted here, or None."""
    if shutil.which("mkfs.ext4") is None:
        return "mkfs.ext4 is not installed; scripts/setup.sh --dev does it"
    with tempfile.TemporaryDirectory(prefix="prelabel-") as folder:
        reason = mount(support.Path(folder))
        if reason is None:
            unmount(support.Path(folder))
    return reason


class DiskFullTest(cluster.ClusterTest):
    PICTURES = 300
    SHARD = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reason = mount(cls.folder)
        assert reason is None, reason
        cls.disk = cls.folder / "disk"
        cls.addClassCleanup(unmount, cls.folder)

    def on_the_disk(self, name):
        """A run with a worker of its own, its directory on the small disk."""
        run = self.cluster(name, launcher="local", workers=1)
        run.run = self.disk / name
        run.job = self.job(name, self.data(), run=f"disk/{name}", model=str(self.model),
                           cluster={"workers": 1, "shard_size": self.SHARD, "heartbeat": "200ms"})
        self.addCleanup(subprocess.run, ["rm", "-rf", str(run.run)], check=True)
        self.addCleanup(self.make_room)
        return run

    def fill(self):
        """To the last byte."""
        with open(self.disk / "ballast", "ab", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError as error:
                    self.assertEqual(error.strerror, "No space left on device")

    def make_room(self):
        (self.disk / "ballast").unlink(missing_ok=True)

    def start_and_fill(self, run):
        process = run.start("run", support.PRELABEL, "run", run.job)
        run.wait_commits(5, alive=[process])
        self.fill()
        run.wait(lambda: "the disk is full" in process.text(), "it says that the disk is full",
                 alive=[process])
        return process

    def test_it_waits_for_room_and_goes_on(self):
        run = self.on_the_disk("waits")
        process = self.start_and_fill(run)
        self.assertIn("waiting: ", process.text())
        self.assertIn("the workers keep their results", process.text())
        self.prelabel("status", run.run)  # reading needs no room while it runs
        time.sleep(FULL_SECONDS)
        self.assertTrue(process.running(), process.text())
        self.make_room()
        run.check_status(process, 0)
        self.assertIn("results are stored again; the run goes on", process.text())

        # The log was written later: on its disk there was no room either.
        events = [event["event"] for event in run.events()]
        self.assertEqual(events.count("store waits"), 1)
        waits, recovered = events.index("store waits"), events.index("store recovered")
        before, between = events[:waits], events[waits:recovered]
        self.assertIn("assigned", before)
        self.assertNotIn("assigned", between)
        self.assertNotIn("committed", between)
        self.assertNotIn("worker left", between)
        self.assertLess(before.count("committed"), self.tasks())
        self.check_labels(run)
        self.check_committed_once(run)

    def test_killed_while_it_waits(self):
        run = self.on_the_disk("killed")
        self.start_and_fill(run).kill()
        # There is no room to begin with, either, nor to read what is still in the log.
        for command in (["run", run.job, "--quiet"], ["report", run.run]):
            done = self.prelabel(*command, status=1)
            self.assertIn("the disk is full", done.stderr)
        self.make_room()
        run.check_status(run.start("run", support.PRELABEL, "run", run.job), 0)
        self.check_labels(run)
        self.check_committed_once(run)

    def test_stopped_while_it_waits(self):
        run = self.on_the_disk("stopped")
        process = self.start_and_fill(run)
        process.signal(signal.SIGTERM)
        self.make_room()
        run.check_status(process, 128 + signal.SIGTERM)
        run.check_status(run.start("run", support.PRELABEL, "run", run.job), 0)
        self.check_labels(run)
        self.check_committed_once(run)


if __name__ == "__main__":
    cluster.main(reason=not_permitted())
