#!/usr/bin/python3
"""Processes that stand still (SIGSTOP) for longer than a lease and then go on (SIGCONT)."""

import signal
import time

import cluster

LEASE = 3 * cluster.HEARTBEAT


class PauseTest(cluster.ClusterTest):
    PICTURES = 600

    def start(self, name):
        run = self.cluster(name)
        server = run.serve()
        workers = []
        for count in (1, 2):  # one after the other: their numbers in the log are 1 and 2
            workers.append(run.worker())
            run.wait_joined(count, alive=[server])
        run.wait_commits(5, alive=[server, *workers])
        return run, server, workers

    def test_a_worker_past_its_lease(self):
        run, server, (first, second) = self.start("worker")
        first.signal(signal.SIGSTOP)
        run.wait(lambda: run.events("worker left"), "its lease ran out", alive=[server, second])
        left, = run.events("worker left")
        self.assertEqual(left["worker"], 1)
        self.assertIn("lease", left["reason"])
        run.wait_commits(3, alive=[server, second])
        # What the other one leaves is the first one's: it notices what it missed, and joins again.
        second.signal(signal.SIGTERM)
        run.check_status(second, 128 + signal.SIGTERM)
        first.signal(signal.SIGCONT)
        run.check_status(first, 0)
        self.assertEqual(len(run.events("worker joined")), 3)
        self.check_finished(run, server)

    def test_the_coordinator_for_several_leases(self):
        """It reads what has arrived meanwhile before it holds their silence against anyone."""
        run, server, workers = self.start("coordinator")
        for leases in (1.5, 4):
            server.signal(signal.SIGSTOP)
            time.sleep(leases * LEASE)
            server.signal(signal.SIGCONT)
            run.wait_commits(10, alive=[server, *workers])
        silent = [e for e in run.events("worker left") if "lease" in e["reason"]]
        self.assertEqual(silent, [])
        for worker in workers:
            run.check_status(worker, 0)
        self.check_finished(run, server)

    def test_everyone_at_once(self):
        """As a suspended laptop, or a virtual machine that is moved."""
        run, server, workers = self.start("everyone")
        for process in (server, *workers):
            process.signal(signal.SIGSTOP)
        time.sleep(3 * LEASE)
        for process in (server, *workers):
            process.signal(signal.SIGCONT)
        for worker in workers:
            run.check_status(worker, 0)
        self.check_finished(run, server)


if __name__ == "__main__":
    cluster.main()
