"""A run whose workers are jobs of a real Slurm cluster, on this machine: it grows to the maximum,
loses a job, gives back those that wait or are idle, and its labels are those of a run with one
worker."""

import json
import signal
import subprocess

import cluster
import slurm_cluster
import support

NODES = 3


class SlurmTest(cluster.ClusterTest):
    PICTURES = 400
    WORK = 4000  # about 20 ms an item: the run outlives a job that is lost

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ports = [cluster.free_port() for _ in range(NODES + 1)]
        cls.slurm = slurm_cluster.SlurmCluster(cls.folder / "slurm", ports)
        cls.addClassCleanup(cls.slurm.stop)

    def launched(self, name, workers, **options):
        return self.cluster(name, launcher="slurm", workers=workers, listen="tcp://127.0.0.1:0",
                            slurm={"partition": "work", "time": "00:10:00", "memory": "100M"},
                            **options)

    def run_job(self, run, *options):
        return run.start("run", support.PRELABEL, "run", run.job, "--quiet", *options,
                         env=self.slurm.env)

    def test_grows_loses_a_job_and_finishes(self):
        run = self.launched("grows", {"min": 1, "max": NODES})
        coordinator = self.run_job(run)
        run.wait_joined(NODES, alive=[coordinator])
        running = self.slurm.jobs("RUNNING")
        self.assertEqual(len(running), NODES)
        for _, name, _ in running:
            self.assertTrue(name.startswith("prelabel-test-"), name)
        # The key is in no argument, and only its owner may read it.
        self.assertEqual((run.run / "worker.keys").stat().st_mode & 0o777, 0o600)
        secret = [line.split()[-1] for line in (run.run / "worker.keys").read_text().splitlines()
                  if line.startswith("secret-key")]
        self.assertEqual(len(secret), 1)
        everybody = subprocess.run(["ps", "-eo", "args"], text=True, capture_output=True,
                                   check=True).stdout
        self.assertIn("prelabel-worker --connect", everybody)
        self.assertNotIn(secret[0], everybody)

        lost = running[0][0]
        self.slurm.run("scancel", lost)
        run.wait_joined(NODES + 1, alive=[coordinator])
        self.assertIn({"id": lost, "status": "was cancelled"},
                      [{k: e[k] for k in ("id", "status")} for e in run.events("allocation ended")])
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.check_committed_once(run)
        self.assertEqual(run.events("attempt failed"), [])
        self.assertFalse((run.run / "worker.keys").exists())
        run.wait(lambda: self.slurm.jobs("RUNNING,PENDING") == [], "no job is left")

    def test_waits_in_the_queue_and_gives_back_what_it_does_not_need(self):
        # One node is taken, and there are more workers wanted than nodes.
        self.slurm.run("sbatch", "--wrap=exec sleep 1000", "--job-name=other", "--output=/dev/null")
        self.addCleanup(self.slurm.run, "scancel", "--name=other")
        run = self.launched("queue", {"min": 1, "max": NODES + 2, "idle": "1s"})
        coordinator = self.run_job(run)
        run.wait_joined(NODES - 1, alive=[coordinator])
        run.wait(lambda: len([j for j in self.slurm.jobs("PENDING") if j[1] != "other"]) == 3,
                 "three jobs wait", [coordinator])
        status = json.loads(self.prelabel("status", run.run, "--json").stdout)
        self.assertRegex(status["launcher"], r"^Slurm job: \d running, \d waiting, 1 to 5 wanted$")
        run.check_status(coordinator, 0)
        self.check_labels(run)
        run.wait(lambda: [j for j in self.slurm.jobs("RUNNING,PENDING") if j[1] != "other"] == [],
                 "no job is left")

    def test_gives_idle_workers_back_while_one_works(self):
        # Three tasks at first, of which one takes long.
        run = self.launched("idle", {"min": 1, "max": NODES, "idle": "1s"}, shard_size=360)
        coordinator = self.run_job(run)
        run.wait_joined(NODES, alive=[coordinator])
        run.wait(lambda: len(self.slurm.jobs("RUNNING")) == 1, "two of three are given back",
                 [coordinator])
        self.assertEqual(len(run.events("worker dismissed")), 2)
        self.assertNotIn(0, [e["task"] for e in run.events("committed")])
        run.check_status(coordinator, 0)
        self.assertEqual(run.events("attempt failed"), [])
        self.check_labels(run)

    def test_a_stopped_run_leaves_no_jobs_and_goes_on(self):
        run = self.launched("stopped", NODES)
        coordinator = self.run_job(run)
        run.wait_joined(1, alive=[coordinator])
        run.wait_commits(3, alive=[coordinator])
        coordinator.signal(signal.SIGTERM)
        run.check_status(coordinator, 143)
        run.wait(lambda: self.slurm.jobs("RUNNING,PENDING") == [], "no job is left")
        # A killed one leaves jobs; the next one ends them.
        coordinator = self.run_job(run)
        run.wait_commits(3, alive=[coordinator])
        orphans = {job for job, _, _ in self.slurm.jobs("RUNNING,PENDING")}
        self.assertTrue(orphans)
        coordinator.kill()
        run.check_status(self.run_job(run), 0)
        self.assertFalse(orphans & {job for job, _, _ in self.slurm.jobs("RUNNING,PENDING")})
        self.check_labels(run)

    def test_says_what_slurm_refuses(self):
        run = self.launched("refused", 1)
        coordinator = self.run_job(run, "--set", "cluster.slurm.partition=nowhere")
        run.check_status(coordinator, 1)
        self.assertIn("invalid partition specified: nowhere", coordinator.text())

    def test_says_that_a_worker_cannot_use_the_job(self):
        run = self.launched("unusable", 1)
        coordinator = self.run_job(run, "--set", "cluster.device=cuda:7")
        run.check_status(coordinator, 2)
        self.assertIn("every Slurm job has ended; the last one exited with status 2 (its log: ",
                      coordinator.text())


if __name__ == "__main__":
    cluster.main(programs=("ps",), reason=slurm_cluster.missing())
