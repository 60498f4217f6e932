#!/usr/bin/python3
"""No-op tasks a second through Dask's scheduler (Debian's python3-distributed), for comparison with
noop_bench: two worker processes on this machine, a thread each, results gathered at the client.

Nothing is durable, nothing is encrypted, and tasks are Python functions. Prints one line.
"""

import argparse
import sys
import time

try:
    from distributed import Client, LocalCluster
except ImportError:
    print("distributed: skipped, Debian's python3-distributed is not installed")
    sys.exit(0)


def noop(task):
    return task


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=20000)
    arguments = parser.parse_args()
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                      silence_logs=50) as cluster, Client(cluster) as client:
        client.gather(client.map(noop, range(-100, 0), pure=False))  # warm
        begin = time.monotonic()
        results = client.gather(client.map(noop, range(arguments.tasks), pure=False,
                                           batch_size=1000))
        seconds = time.monotonic() - begin
    assert results == list(range(arguments.tasks))
    print(f"distributed: {arguments.tasks / seconds:.0f} tasks/s with 2 workers "
          "(Dask; not durable, not encrypted)")


if __name__ == "__main__":
    main()
