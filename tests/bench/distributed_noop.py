#!/usr/bin/python3
"""No-op tasks a second of Dask's distributed scheduler (Debian's python3-distributed) with worker
processes on this machine: what noop_bench prints beside its figures. Nothing is durable there and
nothing is encrypted.

    distributed_noop.py [WORKERS [TASKS]]
"""

import importlib.util
import logging
import statistics
import sys
import time

ROUNDS = 3


def noop(number):
    return number


def main():
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    tasks = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    if importlib.util.find_spec("distributed") is None:
        print("distributed: skipped, python3-distributed is not installed; "
              "scripts/setup.sh --dev does it")
        return
    import distributed

    # Each worker a process with one thread; the scheduler and the client are in this one, apart by
    # their loops, as LocalCluster has it.
    with distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address=None, silence_logs=logging.ERROR) as cluster:
        with distributed.Client(cluster) as client:
            client.wait_for_workers(workers)
            client.gather(client.map(noop, range(200), pure=False))  # connections and imports
            rates = []
            for _ in range(ROUNDS):
                begin = time.monotonic()
                futures = client.map(noop, range(tasks), pure=False)
                distributed.wait(futures)
                rates.append(tasks / (time.monotonic() - begin))
                del futures
    print(f"distributed: {statistics.median(rates):.0f} tasks/s (not durable, no encryption; "
          f"version {distributed.__version__}, {workers} worker processes, {tasks} tasks, median "
          f"of {ROUNDS})")


if __name__ == "__main__":
    main()
