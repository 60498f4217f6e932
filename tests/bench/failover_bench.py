#!/usr/bin/python3
"""How long the task of a worker that stops (SIGSTOP), vanishes (SIGKILL) or whose model hangs waits
until it is at another worker: real processes, workers that are started by hand and reached over TCP
alone, the tiny models of tests/integration/cluster.py. Times are those of RUN/log.jsonl.

    failover_bench.py [--rounds 4] [--heartbeat 2]

The programs are those in the folder that PRELABEL_BIN names, else in build/release/bin.
"""

import argparse
import datetime
import signal
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import cluster

SHARD = 2  # items a task of the model that hangs: the other worker is soon free
ON_ITS_WAY = 0.1  # seconds; a result sent before the signal is committed that soon


def moment(event):
    """Of a line of the log, in seconds since 1970."""
    at = datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
    return at.replace(tzinfo=datetime.timezone.utc).timestamp()


class Bench(cluster.ClusterTest):
    """The folder with the models and pictures; every measurement is a run of its own."""

    PICTURES = 600
    FRAMES = 1
    WORK = 6000  # about 30 ms an item: the run outlasts the measurement
    POISONED = (2 * SHARD,)

    def reference(self):
        return None

    def start(self, name, **options):
        """A coordinator and two workers, number 1 and 2 in the log."""
        run = self.cluster(name, data=[{"images": str(self.pictures)}], **options)
        server = run.serve()
        workers = []
        for count in (1, 2):
            workers.append(run.worker())
            run.wait_joined(count, alive=[server])
        return run, server, workers

    def taken_over(self, run, begin, alive):
        """Seconds after `begin` at which the task that worker 1 was at, or a part of it, was given
        to worker 2."""
        held = [e["task"] for e in run.events("assigned")
                if e["worker"] == 1 and moment(e) <= begin]

        def found():
            ended = {e["task"] for e in run.events("committed", "recalled")
                     if e.get("worker", 1) == 1 and moment(e) < begin + ON_ITS_WAY}
            first = next((task for task in held if task not in ended), None)
            wanted = {first}
            for e in run.events("split"):
                if e["task"] == first:
                    wanted |= set(range(e["first_part"], e["last_part"] + 1))
            return next((moment(e) for e in run.events("assigned", "backup assigned")
                         if e["worker"] != 1 and e["task"] in wanted and moment(e) >= begin), None)

        run.wait(found, "worker 1's task is given to another", alive)
        return found() - begin

    def stop_or_kill(self, name, number, heartbeat):
        run, server, (first, second) = self.start(name, shard_size=1,
                                                  heartbeat=f"{round(heartbeat * 1000)}ms")
        run.wait_commits(20, alive=[server, first, second])
        begin = time.time()
        first.signal(number)
        took = self.taken_over(run, begin, [server, second])
        self.doCleanups()
        return took / heartbeat

    def hang(self, name, heartbeat, deadline):
        """Seconds from when the bad picture was in the model, as far as the log tells, until the
        task was taken from the worker, and until it was given to the other one: that one ends what
        it has in hand first."""
        run, server, _ = self.start(name, shard_size=SHARD, model=self.hanging,
                                    heartbeat=f"{round(heartbeat * 1000)}ms",
                                    task_deadline=f"{round(deadline * 1000)}ms")
        task = self.POISONED[0] // SHARD

        def given(tasks):
            return [e for e in run.events("assigned", "backup assigned") if e["task"] in tasks]

        def elsewhere():
            """The task's last assignment before it hung, the worker's end, the next assignment of the
            task or a part."""
            for left in run.events("worker left"):
                if "deadline" not in left["reason"]:
                    continue
                mine = [e for e in given({task}) if e["worker"] == left["worker"]][-1]
                parts = {task}
                for e in run.events("split"):
                    if e["task"] == task:
                        parts |= set(range(e["first_part"], e["last_part"] + 1))
                others = [e for e in given(parts)
                          if e["worker"] != mine["worker"] and moment(e) >= moment(mine)]
                if others:
                    return mine, left, others[0]
            return None

        run.wait(elsewhere, "the hung task is given to another worker", [server])
        mine, left, other = elsewhere()
        # It was in the model when the tasks before it at that worker were done; it is the first
        # item of its task.
        before = {e["task"] for e in run.events("assigned")
                  if e["worker"] == mine["worker"] and moment(e) <= moment(mine)} - {task}
        begin = max([moment(mine)] + [moment(e) for e in run.events("committed")
                                      if e["task"] in before and moment(e) < moment(other)])
        self.doCleanups()
        return moment(left) - begin, moment(other) - begin


def show(name, values, unit, limit, note):
    print(f"{name}: " + ", ".join(f"{v:.2f}" for v in values) + f" {unit}", flush=True)
    print(f"RATIO {name} {statistics.median(values):.3f} target <={limit:.2f} ({note}, median of "
          f"{len(values)}; the longest {max(values):.2f})", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--heartbeat", type=float, default=2.0, help="seconds")
    parser.add_argument("--deadline", type=float, default=4.0, help="seconds, of a hung model")
    options = parser.parse_args()
    if reason := cluster.missing():
        print(f"failover_bench: skipped: {reason}")
        return
    Bench.setUpClass()
    try:
        bench = Bench()
        Bench.hanging = cluster.make_model(Bench.folder / "hang", Bench.WORK, "hang")
        beat, deadline, rounds = options.heartbeat, options.deadline, range(options.rounds)
        print(f"heartbeats of {beat:g} s, a task deadline of {deadline:g} s", flush=True)
        for name, number in (("stopped", signal.SIGSTOP), ("vanished", signal.SIGKILL)):
            show(f"{name}-worker", [bench.stop_or_kill(f"{name}-{i}", number, beat)
                                    for i in rounds],
                 "heartbeats", 3, "heartbeats")
        hung = [bench.hang(f"hang-{i}", beat, deadline) for i in rounds]
        for name, times in zip(("hung-model-taken", "hung-model"), zip(*hung)):
            show(name, [t / deadline for t in times], "task deadlines", 1, "task deadlines")
    finally:
        bench.doCleanups()
        Bench.doClassCleanups()


if __name__ == "__main__":
    main()
