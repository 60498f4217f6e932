"""A peer that speaks prelabel's protocol without being prelabel: for tests that send what no honest
worker would. The messages' classes are generated from the .proto with protoc."""

import importlib
import subprocess
import sys
import tempfile
import time
import uuid

import support

PATIENCE = 60  # seconds until an answer that should come is given up
_modules = {}


def messages():
    """The module of the message classes."""
    if not _modules:
        with tempfile.TemporaryDirectory(prefix="prelabel-proto-") as folder:
            source = support.ROOT / "common/wire"
            subprocess.run(["protoc", f"--proto_path={source}", f"--python_out={folder}",
                            "prelabel.proto"], check=True)
            sys.path.insert(0, folder)
            try:
                _modules["wire"] = importlib.import_module("prelabel_pb2")
            finally:
                sys.path.remove(folder)
    return _modules["wire"]


def protocol_version():
    """The one that the coordinator speaks (the .proto's first line says where it stands)."""
    header = (support.ROOT / "common/wire/messages.h").read_text()
    return int(header.split("kProtocolVersion = ")[1].split(";")[0])


class Peer:
    """A DEALER socket. Context manager."""

    def __init__(self, endpoint, worker_uuid=None, keys=None):
        import zmq

        self._zmq = zmq
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.linger = 0
        if keys:
            server, public, secret = keys
            self.socket.curve_serverkey = server
            self.socket.curve_publickey = public
            self.socket.curve_secretkey = secret
        self.uuid = worker_uuid or uuid.uuid4().hex.encode()
        self.socket.connect(endpoint)
        self.epoch = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._context.destroy(linger=0)

    def send(self, **fields):
        """One message of a worker: send(credit={"tasks": 3})."""
        self.socket.send(messages().WorkerEnvelope(**fields).SerializeToString())

    def receive(self, kind, seconds=PATIENCE):
        """The next message of this kind; others are passed over. None: it does not come."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0 or not self.socket.poll(left * 1000):
                return None
            envelope = messages().CoordinatorEnvelope.FromString(self.socket.recv())
            if envelope.WhichOneof("message") == kind:
                return getattr(envelope, kind)

    def hello(self, nonce=1, version=None, **fields):
        """What a worker with one slot says first."""
        self.send(hello={"protocol_version": version or protocol_version(),
                         "worker_uuid": self.uuid, "hostname": b"peer", "nonce": nonce, "slots": 1,
                         "build": b"test", "device": b"cpu", "cpu": b"none", "precision": b"fp32",
                         **fields})

    def join(self, nonce=1, **fields):
        """Says Hello until it is welcome; returns the Welcome."""
        self.hello(nonce, **fields)
        welcome = self.receive("welcome")
        if welcome is None:
            raise AssertionError("nobody welcomed the peer")
        self.epoch = welcome.epoch
        return welcome

    def take(self, tasks=1):
        """Asks for work and returns the first assignment."""
        self.send(credit={"tasks": tasks})
        assign = self.receive("assign")
        if assign is None:
            raise AssertionError("nobody assigned the peer a task")
        return assign.tasks[0]

    def result(self, task, attempt, items, epoch=None):
        """Sends a result that says: `items` pictures, and nothing in any of them."""
        payload = messages().TaskPayload(items=[
            {"item": i, "width": 32, "height": 32, "predictions": {},
             "stats": [0.5] * 7} for i in items])
        self.send(results={"epoch": self.epoch if epoch is None else epoch, "results": [
            {"task": task, "attempt": attempt, "items": len(items), "compute_micros": 1,
             "payload": payload.SerializeToString()}]})

    def verdict(self, task, attempt, seconds=PATIENCE):
        """The status in the acknowledgement of this attempt's result: 0 committed, 1 duplicate, 2
        stale; or None."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ack = self.receive("ack", left)
            for item in ack.items if ack else ():
                if (item.task, item.attempt) == (task, attempt):
                    return item.status
        return None
