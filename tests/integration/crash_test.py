#!/usr/bin/python3
"""SIGKILL of the coordinator and of workers at random instants loses nothing and doubles nothing."""

import json
import random
import signal
import subprocess
import time

import cluster
import support

LOOPS = 100
RUN_LOOPS = 6
WORKER_KILLS = 12


class CoordinatorCrashTest(cluster.ClusterTest):
    PICTURES = 700
    SHARD = 1
    # Some 20 ms an item: a life of the coordinator gets a few of them done, so that the work lasts for
    # most of the loops also where a machine is several times faster.
    WORK = 4000

    def test_killed_100_times(self):
        """Workers stay and join each new coordinator by themselves."""
        chance = random.Random(cluster.seed())
        run = self.cluster("killed")
        workers = []
        unfinished = 0
        for loop in range(LOOPS):
            workers = [w for w in workers if w.running()]
            while len(workers) < 2:
                workers.append(run.worker())
            server = run.serve()
            started = len(run.events("run started"))
            if chance.random() < 0.5:
                # While it starts, or is idle, or (after the last commit) while it writes labels.
                time.sleep(chance.uniform(0, 0.2))
            else:
                before = run.commits()
                run.wait(lambda: run.commits() > before or not server.running() or
                         len(run.events("run finished")) > 0, f"a commit in loop {loop}")
                time.sleep(chance.uniform(0, 0.06))
            server.kill()
            if len(run.events("run started")) > started and not run.events("run finished"):
                unfinished += 1
        # Otherwise there was too little work for so many loops.
        self.assertGreater(unfinished, LOOPS / 4)
        while sum(w.running() for w in workers) < 2:
            workers.append(run.worker())
        run.check_status(run.serve(), 0)
        # Work in hand, or done and not acknowledged, is taken over.
        self.assertTrue(run.events("lease adopted"))
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def test_killed_together_with_its_workers(self):
        chance = random.Random(cluster.seed())
        run = self.cluster("together", launcher="local", workers=2)
        for _ in range(RUN_LOOPS):
            process = run.start("run", support.PRELABEL, "run", run.job, "--quiet")
            run.wait_commits(1, alive=[process])
            time.sleep(chance.uniform(0, 0.1))
            process.kill()
        self.assertFalse(run.events("run finished"))
        run.check_status(run.start("run", support.PRELABEL, "run", run.job, "--quiet"), 0)
        self.check_labels(run)
        self.check_committed_once(run)


class KilledWhileWritingTest(cluster.ClusterTest):
    """A run whose tasks are done and whose labels are not there is not called finished."""
    PICTURES = 700

    def test_the_same_command_writes_them(self):
        run = self.cluster("writing", launcher="local", workers=2)

        def state():
            done = subprocess.run([support.PRELABEL, "status", run.run, "--output", "quiet"],
                                  capture_output=True, text=True)
            return done.stdout.strip(), done.returncode

        def kill_while_writing():
            process = run.start("run", support.PRELABEL, "run", run.job, "--quiet")
            run.wait(lambda: '"state":"writing"' in status_file(), "it writes labels", [process])
            process.kill()

        def status_file():
            file = run.run / "status.json"
            return file.read_text() if file.exists() else ""

        for _ in range(2):  # the second time nothing is left to do but to write
            kill_while_writing()
            self.assertEqual(state(), ("stopped", 5))
            text = subprocess.run([support.PRELABEL, "status", run.run], check=True,
                                  capture_output=True, text=True).stdout
            self.assertIn(f"prelabel run {run.run}/job.yaml writes them", text)
        run.check_status(run.start("run", support.PRELABEL, "run", run.job, "--quiet"), 0)
        self.assertEqual(state(), ("finished", 0))
        self.assertEqual(json.loads(status_file())["state"], "finished")
        self.check_labels(run)


class WorkerCrashTest(cluster.ClusterTest):
    PICTURES = 500

    def test_killed_at_random(self):
        chance = random.Random(cluster.seed())
        run = self.cluster("workers")
        server = run.serve()
        workers = [run.worker() for _ in range(2)]
        run.wait_joined(2, alive=[server])
        for _ in range(WORKER_KILLS):
            run.wait_commits(chance.randrange(5, 10), alive=[server])
            time.sleep(chance.uniform(0, 0.02))
            workers.pop(chance.randrange(2)).kill()
            workers.append(run.worker())
        run.check_status(server, 0)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def test_killed_between_commit_and_acknowledgement(self):
        """The coordinator is stopped while results arrive, and their sender is gone before it goes
        on: it commits what nobody waits to be acknowledged."""
        run = self.cluster("unacknowledged", heartbeat="1s")
        server = run.serve()
        for _ in range(3):
            worker = run.worker()
            run.wait_commits(3, alive=[server, worker])
            server.signal(signal.SIGSTOP)
            # A result of two pictures is more than 1,000 bytes, a heartbeat less than 100.
            run.wait(lambda: cluster.unread_bytes(run.port) > 1000, "results arrive", [worker])
            worker.kill()
            before = run.commits()
            server.signal(signal.SIGCONT)
            run.wait(lambda: run.commits() > before, "they are committed", alive=[server])
        run.worker()
        run.check_status(server, 0)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)


if __name__ == "__main__":
    cluster.main()
