#!/usr/bin/python3
"""What people ask of a run that goes on: pause, resume, drain, cancel, over the API of its page."""

import json
import os
import time

import cluster


class ControlTest(cluster.ClusterTest):
    PICTURES = 1000
    WORK = 4000  # about 20 ms an item

    def start(self, name, workers, *options):
        run = self.cluster(name, page="http://127.0.0.1:0")
        server = run.serve(*options)
        run.wait(lambda: run.events("run started"), "it listens", alive=[server])
        started = [run.worker() for _ in range(workers)]
        run.wait_joined(workers, alive=[server, *started])
        run.wait_commits(3, alive=[server, *started])
        # Commands find the page by the status file.
        run.wait(lambda: len(self.workers(run)) == workers, "the status is written", alive=[server])
        return run, server, started

    def ask(self, *words, status=0):
        return self.prelabel(*words, status=status)

    def workers(self, run):
        if not (run.run / "status.json").exists():
            return []
        return json.loads(self.ask("workers", run.run, "--json").stdout)

    def told_memory_is_right(self, run, workers):
        """It is about what the kernel says; workers of one kind have about the same."""
        pages = []
        for worker in workers:
            with open(f"/proc/{worker.pid}/statm") as file:
                pages.append(int(file.read().split()[1]))
        told = sorted(row["resident_bytes"] for row in self.workers(run))
        resident = sorted(n * os.sysconf("SC_PAGESIZE") for n in pages)
        return all(abs(a - b) < b / 5 for a, b in zip(told, resident))

    def state(self, run):
        return json.loads(self.ask("status", run.run, "--json").stdout)["state"]

    def finish(self, run, server):
        run.check_status(server, 0)
        self.check_labels(run)
        self.check_committed_once(run)

    def test_a_paused_run_gives_out_nothing(self):
        run, server, workers = self.start("paused", 2)
        self.assertIn("paused", self.ask("pause", run.run).stdout)
        run.wait(lambda: run.events("paused"), "it is paused", alive=[server, *workers])
        run.wait(lambda: self.state(run) == "paused", "the status says so", alive=[server])
        # What had been given out ends.
        given = len(run.events("assigned"))
        done = run.commits()
        time.sleep(2)
        self.assertEqual(len(run.events("assigned")), given)
        self.assertLessEqual(run.commits() - done, 20)
        self.assertLess(run.commits(), self.tasks())
        self.ask("resume", run.run)
        run.wait_commits(1, alive=[server, *workers])
        self.finish(run, server)

    def test_a_drained_worker_leaves_and_nothing_is_lost(self):
        run, server, workers = self.start("drained", 2)
        table = self.ask("workers", run.run).stdout.splitlines()
        self.assertEqual(len(table), 3)
        self.assertTrue(table[0].startswith("worker  host"))
        self.assertEqual([row["id"] for row in self.workers(run)], [1, 2])
        run.wait(lambda: self.told_memory_is_right(run, workers), "their memory is known",
                 alive=[server, *workers])
        self.assertRegex(self.ask("workers", run.run).stdout.splitlines()[1], r" \d+ MB ")
        self.ask("drain", run.run, "1")
        run.wait(lambda: not all(worker.running() for worker in workers), "one leaves",
                 alive=[server])
        self.assertEqual([worker.popen.poll() for worker in workers].count(0), 1)
        self.assertTrue(any(worker.running() for worker in workers))
        self.assertIn("no such worker", self.ask("drain", run.run, "77", status=2).stderr)
        self.finish(run, server)
        self.assertEqual(run.events("attempt failed"), [])

    def test_a_cancelled_run_goes_on_later(self):
        run, server, workers = self.start("cancelled", 1)
        self.ask("cancel", run.run)
        run.check_status(server, 143)
        self.assertIn("no coordinator works on this run", self.ask("pause", run.run, status=2).stderr)
        self.assertIn("no coordinator works", self.ask("workers", run.run).stdout)
        server = run.serve()
        run.worker()
        self.finish(run, server)

    def test_commands_know_the_token(self):
        token = self.folder / "page-token"
        token.write_text("0123456789abcdef-token\n")
        token.chmod(0o600)
        run, server, workers = self.start("token", 1, "--set", f"cluster.page_token={token}")
        self.ask("pause", run.run)
        run.wait(lambda: run.events("paused"), "it is paused", alive=[server, *workers])
        self.ask("resume", run.run)
        self.finish(run, server)

    def test_without_a_page_there_are_no_commands(self):
        run = self.cluster("pageless", page="off")
        server = run.serve()
        worker = run.worker()
        run.wait_commits(3, alive=[server, worker])
        run.wait(lambda: (run.run / "status.json").exists(), "the status is written")
        self.assertIn("cluster.page", self.ask("pause", run.run, status=2).stderr)
        self.finish(run, server)


if __name__ == "__main__":
    cluster.main()
