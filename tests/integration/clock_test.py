#!/usr/bin/python3
"""The wall clock jumps by a day, there and back, while a run is going on: only the log's times tell.

libfaketime shifts what the programs read as the time of day; the monotonic clock stays as it is."""

import datetime
import glob

import cluster

LIBRARIES = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")


class ClockTest(cluster.ClusterTest):
    PICTURES = 250

    def setUp(self):
        self.clock = self.folder / f"{self._testMethodName}.clock"
        self.shift("+0")

    def shift(self, offset):
        """From now on all programs read the time so far ahead (or, with a minus, behind)."""
        new = self.clock.with_suffix(".new")
        new.write_text(offset)
        new.replace(self.clock)

    def faked(self):
        return {"LD_PRELOAD": LIBRARIES[0],
                # A program built for the address sanitizer wants to be first otherwise.
                "ASAN_OPTIONS": "verify_asan_link_order=0",
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def noted(self, run, offset):
        """Whether the log's last line is of the day that is so many days from today."""
        day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=offset)
        return run.events()[-1]["time"].startswith(f"{day:%Y-%m-%d}T")

    def disturb(self, name, everyone):
        run = self.cluster(name)
        server = run.serve(env=self.faked())
        workers = [run.worker(env=self.faked() if everyone else None) for _ in range(2)]
        run.wait_joined(2, alive=[server])
        for offset in (1, -1, 0):
            self.shift(f"{offset:+}d")
            run.wait(lambda: self.noted(run, offset), "the clock is another", [server, *workers])
            run.wait_commits(5, alive=[server, *workers])
        for process in (server, *workers):
            run.check_status(process, 0)
        # Nobody was taken for lost.
        self.assertTrue(all(e["reason"] == "done" for e in run.events("worker left")))
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def test_everyone(self):
        self.disturb("everyone", True)

    def test_the_coordinator_alone(self):
        self.disturb("coordinator", False)

    def test_resumed_a_day_earlier(self):
        """The second start believes to be before the first one."""
        run = self.cluster("earlier")
        server = run.serve(env=self.faked())
        worker = run.worker()
        run.wait_commits(5, alive=[server, worker])
        server.kill()
        self.shift("-1d")
        run.check_status(run.serve(env=self.faked()), 0)
        run.check_status(worker, 0)
        self.assertTrue(self.noted(run, -1))
        self.check_labels(run)
        self.check_committed_once(run)


if __name__ == "__main__":
    reason = None if LIBRARIES else "libfaketime is not installed; scripts/setup.sh --dev does it"
    cluster.main(reason=reason)
