#!/usr/bin/python3
"""Pictures that kill or stall the model cost themselves and nothing else; a worker that cannot read
the data costs nothing at all."""

import shutil
import subprocess

import cluster
import support


class PoisonTest(cluster.ClusterTest):
    PICTURES = 90
    SHARD = 8
    WORK = 200
    POISONED = (20, 70)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bad = [f"picture_{i:04}.png" for i in cls.POISONED]
        cls.crashing, cls.hanging = (
            cluster.make_model(cls.folder / fault, cls.WORK, fault) for fault in ("crash", "hang"))

    def quarantined(self, run):
        report = support.read_json(run.run / "report/report.json")
        return {row["item"]: row["reason"] for row in report["quarantined"]}

    def check(self, run, *phrases):
        """Just the bad pictures are quarantined, each for a reason with one of the phrases."""
        reasons = self.quarantined(run)
        self.assertEqual(sorted(reasons), self.bad, reasons)
        for reason in reasons.values():
            self.assertTrue(any(phrase in reason for phrase in phrases), reason)
        self.check_labels_without(run, self.bad)
        self.check_committed_once(run)

    def test_crash_of_local_workers(self):
        run = self.cluster("crash-run", model=self.crashing, launcher="local", workers=2)
        process = run.start("run", support.PRELABEL, "run", run.job)
        run.check_status(process, 3)
        self.check(run, "crash", "lost", "ended", "died", "killed")

    def test_crash_of_workers_by_hand(self):
        """Somebody starts them again, like a container's supervisor."""
        run = self.cluster("crash-serve", model=self.crashing)
        server = run.serve()
        workers = [run.worker() for _ in range(2)]

        def restart():
            for i, worker in enumerate(workers):
                if not worker.running() and server.running():
                    workers[i] = run.worker()
            return not server.running()

        run.wait(restart, "the run ends")
        run.check_status(server, 3)
        self.check(run, "crash", "lost", "ended", "died", "killed")

    def test_hang(self):
        run = self.cluster("hang", model=self.hanging, launcher="local", workers=2,
                           task_deadline="2s")
        process = run.start("run", support.PRELABEL, "run", run.job)
        run.check_status(process, 3)
        self.check(run, "deadline", "hang", "hung", "progress")


def no_mounts():
    """Why a worker cannot be given a file system of its own, or None."""
    if shutil.which("unshare") is None:
        return "unshare is not installed"
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
                           stderr=subprocess.PIPE, text=True)
    return f"no mount namespaces: {tried.stderr}" if tried.returncode else None


class UnreadableTest(cluster.ClusterTest):
    PICTURES = 200
    WORK = 3000

    def test_one_worker_does_not_have_the_data(self):
        if reason := no_mounts():
            self.skipTest(reason)
        data = self.folder / "data"
        data.mkdir()
        shutil.copytree(self.pictures, data / "pictures")
        shutil.copy(self.clip, data / "clip.avi")
        run = self.cluster("unreadable", data=[
            {"images": str(data / "pictures")},
            {"video": str(data / "clip.avi"), "keyframes": {"every": 2}}])
        server = run.serve()
        seeing = run.worker()
        run.wait_commits(1, alive=[server, seeing])
        # In its mount namespace there is an empty folder in the data's place.
        blind = run.worker(prefix=["unshare", "-m", "sh", "-c",
                                   f"mount -t tmpfs none '{data}' && exec \"$@\"", "sh"])
        run.wait_joined(2, alive=[server])
        for process in (server, seeing, blind):
            run.check_status(process, 0)
        self.assertEqual({e["worker"] for e in run.events("worker benched")}, {2})
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)


if __name__ == "__main__":
    cluster.main()
