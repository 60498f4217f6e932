#!/usr/bin/python3
"""Peers that send what no honest worker sends: it is refused, and the run does not mind."""

import random
import socket
import struct

import cluster
import peer

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
READY = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"


def said_ready(link):
    """Shakes hands as ZMTP 3.0 asks for (rfc.zeromq.org/spec/23) with the NULL mechanism."""
    link.sendall(GREETING + bytes([4, len(READY)]) + READY)


class WireTest(cluster.ClusterTest):
    PICTURES = 60
    WORK = 100

    def start(self, name, **options):
        run = self.cluster(name, **options)
        server = run.serve()
        run.wait(lambda: run.events("run started"), "it listens", alive=[server])
        return run, server

    def finish(self, run, server):
        """An honest worker does the work, all of it."""
        if not server.running():
            run.fail("the coordinator did not survive that")
        worker = run.worker()
        run.check_status(server, 0)
        run.check_status(worker, 0)
        self.assertFalse(run.events("quarantined"))
        self.check_labels(run)
        self.check_committed_once(run)

    def connect(self, run):
        link = socket.create_connection(("127.0.0.1", run.port), timeout=peer.PATIENCE)
        self.addCleanup(link.close)
        return link

    def assert_hung_up(self, link):
        """The other end closes the connection, whatever else it says before."""
        try:
            while link.recv(4096):
                pass
        except ConnectionResetError:
            pass

    # Messages.

    def test_garbage(self):
        chance = random.Random(cluster.seed())
        run, server = self.start("garbage")
        with peer.Peer(run.endpoint) as stranger:
            for size in [0, 1, 2, 3, 10, 100, 1000, 1 << 22]:
                for _ in range(20 if size < 1000 else 1):
                    stranger.socket.send(chance.randbytes(size))
            # Fields of huge claimed lengths, groups, and submessages in submessages.
            for text in (b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
                         b"\x0b" * 5000, b"\x22\x7e" * 3000, b'{"hello": {}}', b"\xff" * 64):
                stranger.socket.send(text)
            run.wait(lambda: len(run.events("message refused")) >= 5, "they are refused",
                     alive=[server])
        self.finish(run, server)

    def test_truncated(self):
        wire = peer.messages()
        items = [{"item": 0, "width": 32, "height": 32, "predictions": {
            "classes": [1], "scores": [0.5], "boxes": [1, 2, 3, 4]}, "stats": [0.5] * 7}]
        payload = wire.TaskPayload(items=items).SerializeToString()
        whole = wire.WorkerEnvelope(results={"epoch": 1, "results": [
            {"task": 1, "attempt": 1, "items": 1, "payload": payload}]}).SerializeToString()
        run, server = self.start("truncated")
        with peer.Peer(run.endpoint) as worker:
            worker.join()
            for length in range(len(whole)):
                worker.socket.send(whole[:length])
            # Every length but that of no bytes at all ends within a field.
            run.wait(lambda: len(run.events("message refused")) >= len(whole) - 1,
                     "each is refused", alive=[server])
        self.finish(run, server)

    def test_multipart(self):
        run, server = self.start("multipart")
        with peer.Peer(run.endpoint) as worker:
            hello = peer.messages().WorkerEnvelope(hello={
                "protocol_version": peer.protocol_version(), "worker_uuid": worker.uuid,
                "hostname": b"peer", "nonce": 1, "slots": 1}).SerializeToString()
            worker.socket.send_multipart([hello, b""])
            worker.socket.send_multipart([b"", hello])
            worker.socket.send_multipart([hello[:9], hello[9:]])
            worker.socket.send_multipart([hello] * 1000)
            # One that it understands comes after all of those, and is the first it answers.
            worker.hello(nonce=2)
            self.assertIsNotNone(worker.receive("welcome"))
            self.assertEqual(len(run.events("worker joined")), 1)
        self.finish(run, server)

    def test_before_hello(self):
        """All kinds of messages, and many, from a peer that never said who it is."""
        run, server = self.start("unknown")
        with peer.Peer(run.endpoint) as stranger:
            stranger.epoch = 1
            for task in range(2000):
                stranger.send(heartbeat={"items_done": task, "sequence": task})
                stranger.send(credit={"tasks": 1 << 31})
                stranger.result(task, 1, [0, 1])
                stranger.send(failure={"epoch": 1, "task": task, "attempt": 1, "reason": b"no",
                                       "kind": 1})
            self.assertFalse(stranger.receive("reject").permanent)  # that is: say Hello
        self.finish(run, server)
        self.assertEqual(len(run.events("worker joined")), 1)

    def test_protocol_versions(self):
        run, server = self.start("versions")
        ours = peer.protocol_version()
        for version in (ours - 1, ours + 1, 0xffffffff):
            with peer.Peer(run.endpoint) as worker:
                worker.hello(version=version)
                reject = worker.receive("reject")
                self.assertTrue(reject.permanent)
                reason = reject.reason.decode()
                self.assertIn(f"version {version};", reason)
                self.assertIn(f"speaks {ours}:", reason)
        self.finish(run, server)
        self.assertEqual(len(run.events("worker joined")), 1)

    # Bytes on the connection.

    def test_no_zeromq(self):
        chance = random.Random(cluster.seed())
        run, server = self.start("tcp")
        silent = [self.connect(run) for _ in range(50)]
        texts = [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", chance.randbytes(100000), bytes(1000),
                 GREETING[:10], GREETING[:40], GREETING, GREETING + b"\x04\xff" + bytes(255),
                 GREETING + b"\x06" + struct.pack(">Q", 1 << 62)]
        links = [self.connect(run) for _ in texts]
        for link, text in zip(links, texts):
            link.sendall(text)
        # At once, or when the time to shake hands is over.
        for link in silent + links:
            self.assert_hung_up(link)
        self.finish(run, server)

    def test_oversized(self):
        """A frame over the limit is not even waited for."""
        run, server = self.start("oversized")
        for size in (257 << 20, 1 << 40, (1 << 63) - 1):
            link = self.connect(run)
            said_ready(link)
            link.sendall(b"\x02" + struct.pack(">Q", size) + b"some of it")
            self.assert_hung_up(link)
        self.finish(run, server)

    # Fences.

    def test_wrong_fences(self):
        run, server = self.start("fences")
        with peer.Peer(run.endpoint) as worker:
            worker.join()
            task = worker.take()
            items = [task.first + i * task.stride for i in range(task.count)]
            wrong = [(worker.epoch, task.attempt + 1), (worker.epoch, task.attempt - 1),
                     (worker.epoch - 1, task.attempt), (worker.epoch + 1, task.attempt)]
            for epoch, attempt in wrong:
                worker.result(task.task, attempt, items, epoch=epoch)
                self.assertEqual(worker.verdict(task.task, attempt), 2, (epoch, attempt))
            # Nor tasks that are not its own, or that there are not.
            for other in (task.task + 1, self.tasks() - 1, self.tasks(), 1 << 60):
                worker.result(other, 1, items)
                self.assertEqual(worker.verdict(other, 1), 2, other)
            for epoch, attempt in wrong:
                worker.send(failure={"epoch": epoch, "task": task.task, "attempt": attempt,
                                     "reason": b"no", "kind": 1})
            self.assertEqual(run.commits(), 0)
        self.finish(run, server)

    def test_a_result_after_the_lease(self):
        """Another worker has done the task meanwhile, and the first one comes back with a result."""
        run, server = self.start("late")
        with peer.Peer(run.endpoint) as late:
            late.join()
            task = late.take()
            items = [task.first + i * task.stride for i in range(task.count)]
            run.wait(lambda: run.events("worker left"), "its lease runs out", alive=[server])
            late.result(task.task, task.attempt, items)
            self.assertFalse(late.receive("reject").permanent)
            late.join(nonce=2)
            late.result(task.task, task.attempt, items)
            self.assertEqual(late.verdict(task.task, task.attempt), 2)
        self.finish(run, server)

    def test_held_work_is_granted_again(self):
        """To the worker of an earlier coordinator, under a new fence; the old one is worth nothing."""
        run, server = self.start("held")
        with peer.Peer(run.endpoint) as worker:
            name = worker.join().run
            task = worker.take()
            held = {"epoch": worker.epoch, "task": task.task, "attempt": task.attempt}
            nobodys = {"epoch": worker.epoch, "task": self.tasks(), "attempt": 1}
            server.kill()
            server = run.serve()
            run.wait(lambda: len(run.events("run started")) == 2, "it is there again", [server])
            # What it holds of another run has nothing to do with this one.
            self.assertFalse(worker.join(nonce=2, held=[held], run=b"another").granted)
            welcome = worker.join(nonce=3, held=[nobodys, held], run=name)
            self.assertEqual(welcome.epoch, held["epoch"] + 1)
            grant, = welcome.granted
            self.assertEqual((grant.held.task, grant.held.attempt), (task.task, task.attempt))
            self.assertGreater(grant.attempt, 0)
            items = [task.first + i * task.stride for i in range(task.count)]
            worker.result(task.task, task.attempt, items, epoch=held["epoch"])
            self.assertEqual(worker.verdict(task.task, task.attempt), 2)
            # Whom it is granted to may hand it back.
            worker.send(goodbye={"reason": b"no more"})
        self.finish(run, server)

    # Identity.

    def test_two_workers_with_one_uuid(self):
        """Cloned machines, say: the second one is told to leave while the first one is heard."""
        run, server = self.start("uuid")
        with peer.Peer(run.endpoint, b"the same") as first, \
                peer.Peer(run.endpoint, b"the same") as second:
            # The upper half of a nonce is a process's own.
            first.join(nonce=(7 << 32) + 1)
            task = first.take()
            second.hello(nonce=(9 << 32) + 1)
            reject = second.receive("reject")
            self.assertTrue(reject.permanent)
            self.assertIn("uuid", reject.reason.decode())
            # The first one's session is none the worse for it.
            first.result(task.task, task.attempt + 1, [])
            self.assertEqual(first.verdict(task.task, task.attempt + 1), 2)
            self.assertEqual(len(run.events("worker joined")), 1)
        self.finish(run, server)


if __name__ == "__main__":
    cluster.main(modules=["zmq", "google.protobuf"], programs=["protoc"])
