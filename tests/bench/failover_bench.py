#!/usr/bin/python3
"""How soon work runs elsewhere, in heartbeats after a worker was stopped or killed, in task
deadlines after its model hung. Real processes with the tiny model of the integration tests; read off log.jsonl.

    PRELABEL_BIN=build/release/bin tests/bench/failover_bench.py --rounds 3
"""

import argparse
import datetime
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
import cluster  # noqa: E402

HEARTBEAT = 1.0  # seconds
DEADLINE = 10.0


def when(event):
    text = event["time"].replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text).timestamp()


class Failover(cluster.ClusterTest):
    PICTURES = 400
    WORK = 4000
    POISONED = (150,)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hanging = cluster.make_model(cls.folder / "hang", cls.WORK, "hang")

    def held(self, run, worker):
        """Tasks that the log says the worker holds now."""
        tasks = set()
        for event in run.events():
            if event["event"] in ("assigned", "lease adopted") and event.get("worker") == worker:
                tasks.add(event["task"])
            elif event["event"] == "committed":
                tasks.discard(event["task"])
            elif event["event"] == "recalled" and event.get("worker") == worker:
                tasks.discard(event["task"])
        return tasks

    def after_signal(self, number):
        """Seconds from the signal until the last of what the worker held was given to the other."""
        run = self.cluster(f"failover-{number}-{time.monotonic_ns()}", heartbeat="1s")
        server = run.serve()
        victim = run.worker()
        run.wait_joined(1, alive=[server])
        other = run.worker()
        run.wait_joined(2, alive=[server])
        run.wait_commits(10, alive=[server])
        victim.signal(number)
        begin = time.time()
        time.sleep(0.05)
        worker = [e for e in run.events() if e["event"] == "worker joined"][0]["worker"]
        held = self.held(run, worker)
        run.wait(lambda: any(e["event"] == "worker left" and e["worker"] == worker
                             for e in run.events()), "the worker is dropped", alive=[server])
        given = {}

        def all_elsewhere():
            for event in run.events():
                if event["event"] in ("assigned", "backup assigned") and when(event) > begin and \
                        event["task"] in held and event["worker"] != worker:
                    given.setdefault(event["task"], when(event))
            return len(given) > 0 and held <= set(given)
        run.wait(all_elsewhere, "its tasks are elsewhere", alive=[server])
        took = min(given.values()) - begin
        if number == signal.SIGSTOP:
            victim.signal(signal.SIGCONT)
        for process in (victim, other, server):
            process.kill()
        return took


    def after_hang(self):
        """Seconds from the last progress of a lone worker until its task's parts run elsewhere."""
        run = self.cluster(f"hang-{time.monotonic_ns()}", heartbeat="1s", model=self.hanging,
                           task_deadline=f"{DEADLINE:.0f}s")
        server = run.serve()
        victim = run.worker()
        run.wait_joined(1, alive=[server])
        other = None
        while True:  # until nothing was committed for a while: it hangs
            commits = run.events("committed")
            if commits and time.time() - when(commits[-1]) > DEADLINE / 5:
                break
            time.sleep(0.05)
        begin = when(commits[-1])
        other = run.worker()
        run.wait(lambda: run.events("split"), "the task is cut", alive=[server])
        split = run.events("split")[0]
        parts = range(split["first_part"], split["last_part"] + 1)

        def elsewhere():
            return [e for e in run.events("assigned") if e["task"] in parts]
        run.wait(elsewhere, "its parts are elsewhere", alive=[server])
        took = when(elsewhere()[0]) - begin
        for process in (victim, other, server):
            process.kill()
        return took


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    Failover.setUpClass()
    test = Failover()
    for name, number in (("stopped", signal.SIGSTOP), ("killed", signal.SIGKILL)):
        beats = []
        for _ in range(arguments.rounds):
            test.setUp()
            beats.append(test.after_signal(number) / HEARTBEAT)
            test.doCleanups()
        print(f"a {name} worker's first task runs elsewhere after "
              f"{', '.join(f'{b:.2f}' for b in beats)} heartbeats")
        print(f"RATIO {name}/heartbeat {sorted(beats)[len(beats) // 2]:.2f} target <=3.00 "
              "(heartbeats until its work runs elsewhere)", flush=True)
    shares = []
    for _ in range(arguments.rounds):
        test.setUp()
        shares.append(test.after_hang() / DEADLINE)
        test.doCleanups()
    print(f"a hung model's task runs elsewhere after {', '.join(f'{s:.3f}' for s in shares)} "
          "task deadlines")
    print(f"RATIO hung/deadline {sorted(shares)[len(shares) // 2]:.3f} target <=1.00 "
          "(task deadlines until its work runs elsewhere)", flush=True)
    Failover.doClassCleanups()


if __name__ == "__main__":
    main()
