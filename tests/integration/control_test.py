#!/usr/bin/python3
"""What people ask of a run that goes on: pause, resume, drain, cancel, over the API of its page."""

import json
import os
import pty
import signal
import subprocess
import time

import cluster
import support


class ControlTest(cluster.ClusterTest):
    PICTURES = 500
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

    def end(self, run, server):
        """Where labels are not what a test is about."""
        self.ask("cancel", run.run)
        run.check_status(server, 143)

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
        self.check_finished(run, server)

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
        self.check_finished(run, server)
        self.assertEqual(run.events("attempt failed"), [])

    def test_several_workers_are_selected(self):
        run, server, workers = self.start("selected", 4)
        ids = lambda *words: self.ask("workers", run.run, "--output", "quiet", *words).stdout.split()
        self.assertEqual(ids(), ["1", "2", "3", "4"])
        self.assertEqual(ids("2-3,last"), ["2", "3", "4"])
        self.assertIn("77: the run has no such worker",
                      self.ask("workers", run.run, "1,77", status=2).stderr)
        told = json.loads(self.ask("status", run.run, "--worker", "2", "--json").stdout)
        self.assertEqual([worker["id"] for worker in told["workers"]], [2])
        self.assertEqual({task["worker"] for task in told["unfinished"]} - {2}, set())
        # Who is not there keeps everybody from being asked: it is a mistake.
        self.assertIn("no such worker", self.ask("drain", run.run, "1-2", "77", status=2).stderr)
        self.assertEqual(ids(), ["1", "2", "3", "4"])
        done = self.ask("drain", run.run, "1,2", "last")
        self.assertEqual([line.split()[1] for line in done.stdout.splitlines()], ["1", "2", "4"])
        run.wait(lambda: ids() == ["3"], "three leave", alive=[server])
        self.end(run, server)

    def test_a_script_waits_for_a_run(self):
        run, server, _ = self.start("watched", 1)
        watch = lambda *words: run.start("watch", support.PRELABEL, "status", run.run, "--watch",
                                         *words)
        lines, last = watch(), watch("--output", "quiet")
        stopped = watch()
        self.assertEqual(self.ask("status", run.run, "--output", "quiet", status=4).stdout,
                         "running\n")
        run.wait(stopped.text, "it has said something", alive=[stopped])
        stopped.popen.send_signal(signal.SIGINT)
        run.check_status(stopped, 130)
        self.ask("pause", run.run)
        run.wait(lambda: "paused" in lines.text(), "the pause is told", alive=[server, lines])
        self.ask("cancel", run.run)
        run.check_status(server, 143)
        run.check_status(lines, 5)
        run.check_status(last, 5)
        self.assertEqual(last.text(), "stopped\n")
        self.assertRegex(lines.text(), r"^running .*\n(.*\n)*stopped .* goes on\n$")
        server = run.serve()
        run.worker()
        run.wait_commits(1, alive=[server])
        line = watch("--output", "json")
        self.check_finished(run, server)
        run.check_status(line, 0)
        told = [json.loads(text)["state"] for text in line.text().splitlines()]
        self.assertEqual((told[0], told[-1]), ("running", "finished"))
        self.assertEqual(self.ask("status", run.run, "--output", "quiet").stdout, "finished\n")

    def test_a_terminal_is_left_as_it_was(self):
        run, server, _ = self.start("screen", 1)
        parent, child = pty.openpty()
        watch = subprocess.Popen([support.PRELABEL, "status", run.run, "--watch"], stdout=child,
                                 env=support.environment(TERM="xterm"))
        os.close(child)
        shown = b""
        while b"\x1b[J" not in shown:  # a whole screen
            shown += os.read(parent, 4096)
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(support.PATIENCE), 130)
        shown += os.read(parent, 4096)
        os.close(parent)
        self.assertTrue(shown.startswith(b"\x1b[?1049h\x1b[?25l\x1b[H"), shown)
        self.assertTrue(shown.endswith(b"\x1b[?25h\x1b[?1049l"), shown)
        self.assertIn(b" items done, ", shown)
        self.end(run, server)

    def test_why_a_run_failed_is_remembered(self):
        few = cluster.make_pictures(self.folder / "few", 4)
        run = self.cluster("failed", data=[{"images": str(few)}], page="off")
        run.run.mkdir()
        (run.run / "labels").write_text("where a folder should be")
        server = run.serve()
        run.worker()
        run.check_status(server, 1, 2)
        # The store has every result: it would say that the run has finished.
        told = self.ask("status", run.run, "--output", "quiet", status=1)
        self.assertEqual(told.stdout, "failed\n")
        self.assertIn("labels", self.ask("status", run.run).stdout.splitlines()[0])

    def test_why_a_run_ended_early_is_remembered(self):
        some = cluster.make_pictures(self.folder / "some", 60)
        for i in range(3):
            (some / f"picture_{i:04}.png").write_text("no picture")
        run = self.cluster("early", data=[{"images": str(some)}], page="off", max_failed_items=1)
        server = run.serve()
        run.worker()
        run.check_status(server, 3)
        self.assertEqual(self.ask("status", run.run, "--output", "quiet", status=5).stdout,
                         "stopped\n")
        self.assertIn("more than cluster.max_failed_items allows (1)",
                      self.ask("status", run.run).stdout.splitlines()[0])
        server = run.serve("--set", "cluster.max_failed_items=10")
        run.worker()
        run.check_status(server, 3)
        self.assertEqual(self.ask("status", run.run, "--output", "quiet", status=3).stdout,
                         "finished\n")

    def test_a_status_that_nobody_has_written_for_long_says_so(self):
        run, server, _ = self.start("hangs", 1)
        self.assertNotIn("s ago", self.ask("status", run.run).stdout)
        server.signal(signal.SIGSTOP)
        before = time.time() - 60
        os.utime(run.run / "status.json", (before, before))
        self.assertRegex(self.ask("status", run.run).stdout,
                         r"\nthat was 6\d s ago: the disk is full, or the coordinator hangs; .*\n$")
        server.signal(signal.SIGCONT)
        self.end(run, server)

    def test_a_cancelled_run_goes_on_later(self):
        run, server, workers = self.start("cancelled", 1)
        self.ask("cancel", run.run)
        run.check_status(server, 143)
        self.assertIn("no coordinator works on this run", self.ask("pause", run.run, status=2).stderr)
        self.assertIn("no coordinator works", self.ask("workers", run.run).stdout)
        server = run.serve()
        run.worker()
        self.check_finished(run, server)

    def test_commands_know_the_token(self):
        token = self.folder / "page-token"
        token.write_text("0123456789abcdef-token\n")
        token.chmod(0o600)
        run, server, workers = self.start("token", 1, "--set", f"cluster.page_token={token}")
        self.ask("pause", run.run)
        run.wait(lambda: run.events("paused"), "it is paused", alive=[server, *workers])
        self.ask("resume", run.run)
        self.check_finished(run, server)

    def test_without_a_page_there_are_no_commands(self):
        run = self.cluster("pageless", page="off")
        server = run.serve()
        worker = run.worker()
        run.wait_commits(3, alive=[server, worker])
        run.wait(lambda: (run.run / "status.json").exists(), "the status is written")
        self.assertIn("cluster.page", self.ask("pause", run.run, status=2).stderr)
        self.check_finished(run, server)


if __name__ == "__main__":
    cluster.main()
