#!/usr/bin/python3
"""A network between coordinator and workers that delays, reorders and repeats whole messages."""

import heapq
import random
import threading
import time

import cluster
import peer


class Proxy:
    """Workers connect to `endpoint`; each has a connection of its own to the coordinator. Messages
    pass `change` (direction "up" or "down", bytes), which returns [(delay in seconds, bytes)]: none
    drops it, several repeat it. Its socket threads end with the context."""

    def __init__(self, target, change):
        import zmq

        self._zmq = zmq
        self._target = target
        self._change = change
        self._context = zmq.Context()
        self._front = self._context.socket(zmq.ROUTER)
        port = self._front.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{port}"
        self._backs = {}  # by the worker's routing id
        self._waiting = []  # a heap of (when, order, socket, frames)
        self._order = 0
        self.count = 0
        self.error = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()
        self._context.destroy(linger=0)
        if self.error:
            raise self.error

    def _run(self):
        try:
            poller = self._zmq.Poller()
            poller.register(self._front, self._zmq.POLLIN)
            while not self._stop.is_set():
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else 0.05
                for ready, _ in poller.poll(max(0, min(wait, 0.05)) * 1000):
                    self._take(ready, poller)
                while self._waiting and self._waiting[0][0] <= time.monotonic():
                    _, _, to, frames = heapq.heappop(self._waiting)
                    to.send_multipart(frames)
        except Exception as error:  # the test shows it
            self.error = error

    def _take(self, ready, poller):
        frames = ready.recv_multipart()
        if ready is self._front:
            worker, message = frames
            if worker not in self._backs:
                back = self._context.socket(self._zmq.DEALER)
                back.connect(self._target)
                poller.register(back, self._zmq.POLLIN)
                self._backs[worker] = back
            self._pass("up", self._backs[worker], [], message)
        else:
            worker = next(w for w, back in self._backs.items() if back is ready)
            self._pass("down", self._front, [worker], frames[0])

    def _pass(self, direction, to, envelope, message):
        self.count += 1
        for delay, changed in self._change(direction, message):
            self._order += 1
            heapq.heappush(self._waiting, (time.monotonic() + delay, self._order, to,
                                           [*envelope, changed]))


class ProxyTest(cluster.ClusterTest):
    PICTURES = 150

    def label(self, name, change, heartbeat):
        """A whole run whose workers are behind a proxy."""
        run = self.cluster(name, heartbeat=heartbeat)
        with Proxy(run.endpoint, change) as proxy:
            server = run.serve()
            for _ in range(2):
                run.worker(endpoint=proxy.endpoint)
            run.check_status(server, 0)
            self.assertGreater(proxy.count, 100)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)
        return run

    def test_delayed_reordered_and_repeated(self):
        chance = random.Random(cluster.seed())

        def change(direction, message):
            copies = 2 if chance.random() < 0.2 else 1
            # Most are soon there; now and then one is later than several that come after it.
            return [(chance.choice((0, 0, 0.01, 0.05, 0.25)), message) for _ in range(copies)]

        self.label("reordered", change, "500ms")

    def test_two_real_workers_with_one_uuid(self):
        """As with cloned machines: they do not throw each other out all the time."""
        wire = peer.messages()

        def change(direction, message):
            if direction == "up":
                envelope = wire.WorkerEnvelope.FromString(message)
                if envelope.WhichOneof("message") == "hello":
                    envelope.hello.worker_uuid = b"the same"
                    message = envelope.SerializeToString()
            return [(0, message)]

        run = self.label("uuid", change, "500ms")
        # One of them is told to leave, at the latest when both have been heard for a while.
        self.assertLess(len(run.events("worker joined")), 10)


if __name__ == "__main__":
    cluster.main(modules=["zmq", "google.protobuf"], programs=["protoc"])
