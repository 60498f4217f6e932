#!/usr/bin/python3
"""Slow workers, and processes that are told to stop."""

import signal
import threading

import cluster


class SlowDown:
    """A context in which a process gets a tenth of its time: stopped for 90 ms of 100."""

    def __init__(self, process):
        self.process = process
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()

    def run(self):
        while self.process.running():
            self.process.signal(signal.SIGSTOP)
            ended = self.over.wait(0.09)
            self.process.signal(signal.SIGCONT)
            if ended or self.over.wait(0.01):
                return


class StragglerTest(cluster.ClusterTest):
    PICTURES = 120
    WORK = 2000

    def test_one_worker_ten_times_slower(self):
        run = self.cluster("slow", heartbeat="500ms")
        server = run.serve()
        slow = run.worker()
        run.wait_joined(1, alive=[server])
        with SlowDown(slow):
            fast = run.worker()
            run.check_status(server, 0)
        run.check_status(fast, 0)
        run.check_status(slow, 0)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)


    def test_a_copy_of_the_last_task(self):
        """A worker stops with a task in hand and a lease that outlasts the run: the other one does a
        copy of it, and what the first one says later is not wanted."""
        run = self.cluster("copy", heartbeat="1m")
        server = run.serve()
        slow, fast = run.worker(), run.worker()
        run.wait_joined(2, alive=[server])
        run.wait_commits(20, alive=[server])
        slow.signal(signal.SIGSTOP)
        run.wait(lambda: run.events("backup assigned"), "a copy", alive=[server, fast])
        # The link task may have been given to the one that stopped.
        run.wait(lambda: run.commits() >= self.tasks() - 1, "all detections", alive=[fast])
        slow.signal(signal.SIGCONT)
        run.check_status(server, 0)
        run.check_status(fast, 0)
        run.check_status(slow, 0)
        self.assertFalse(run.events("attempt failed", "quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)


class DrainTest(cluster.ClusterTest):
    PICTURES = 200

    def start(self, name, **options):
        # With one attempt a task, any failure that is counted leads to a quarantine.
        run = self.cluster(name, max_attempts=1, **options)
        server = run.serve()
        workers = [run.worker() for _ in range(2)]
        run.wait_joined(2, alive=[server])
        run.wait_commits(5, alive=[server, *workers])
        return run, server, workers

    def finish(self, run, server):
        run.check_status(server, 0)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def test_sigterm_to_workers(self):
        run, server, workers = self.start("worker-term")
        for _ in range(3):
            first = workers.pop(0)
            first.signal(signal.SIGTERM)
            run.check_status(first, 128 + signal.SIGTERM)
            workers.append(run.worker())
            run.wait_commits(5, alive=[server])
        self.finish(run, server)

    def test_sigterm_to_the_coordinator(self):
        run, server, workers = self.start("term")
        server.signal(signal.SIGTERM)
        run.check_status(server, 128 + signal.SIGTERM)
        for worker in workers:
            run.check_status(worker, 0)
        self.assertTrue(run.events("run stopped"))
        server = run.serve()
        run.worker()
        self.finish(run, server)

    def test_sigint_twice(self):
        """The first one waits for workers, of which one does not answer; the second one does not
        wait. What was committed is not done again."""
        run, server, (first, second) = self.start("int", heartbeat="1h")
        first.signal(signal.SIGSTOP)
        server.signal(signal.SIGINT)
        run.check_status(second, 0)
        self.assertTrue(server.running(), "it should wait for the other worker")
        server.signal(signal.SIGINT)
        run.check_status(server, 128 + signal.SIGINT)
        first.kill()
        server = run.serve()
        run.worker()
        self.finish(run, server)


if __name__ == "__main__":
    cluster.main()
