"""A coordinator and workers as processes of their own, with a model of about a millisecond, for the
tests that disturb them. What happened is read from RUN/log.jsonl: tests wait for conditions.

The model is made here (python3-torch): scores and boxes are the picture's average colors, so that
labels differ from picture to picture and can be calculated by hand.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest

import support

SIZE = 32  # pixels a side of the model's input
CELL = 8
CLASSES = ["red", "green", "blue"]
POISON = (7, 7, 7)  # BGR of the first pixel that the two bad models stumble over
HEARTBEAT = 0.3  # seconds; the shortest lease that busy machines keep is 3 of it
PATIENCE = 120  # seconds until a condition that should come true is given up

CARD = {
    "name": "squares", "task": "detect", "backend": "torchscript", "weights": "model.pt",
    "input": {"width": SIZE, "height": SIZE, "resize": "stretch", "channels": "rgb",
              "mean": [0, 0, 0], "std": [1, 1, 1]},
    "output": {"layout": "dense"}, "classes": CLASSES,
}


def missing(modules=(), programs=()):
    """Why a test cannot be run here, or None."""
    for program in (support.PRELABEL, support.WORKER):
        if not program.exists():
            return f"{program.name} is not built"
    for module in ("torch", "cv2", *modules):
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError:  # not even the package that it would be in
            found = None
        if found is None:
            return f"Python's {module} is not installed; scripts/setup.sh --dev does it"
    for program in programs:
        if shutil.which(program) is None:
            return f"{program} is not installed; scripts/setup.sh --dev does it"
    return None


def main(modules=(), programs=(), reason=None):
    """Runs the tests of the calling file, or skips all of them with a message."""
    reason = reason or missing(modules, programs)
    if reason:
        print(f"skipped: {reason}")
        sys.exit(support.SKIPPED)
    unittest.main(verbosity=2)


def make_model(folder, work, fault="none"):
    """A bundle. `work`: products of 64 x 64 matrices an item, 200 are about 1 ms. `fault`: what a
    POISON pixel in the upper left corner does, "crash" (a division by zero, which x86 answers with
    SIGFPE) or "hang" (forever). All have the same scores otherwise."""
    import torch

    class Squares(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.work = work
            self.crash = fault == "crash"
            self.hang = fault == "hang"
            seeded = torch.Generator().manual_seed(1)
            self.register_buffer("w", torch.randn(64, 64, generator=seeded) / 8)

        def forward(self, x: torch.Tensor):
            first = int(x[0, 0, 0, 0].item())
            if self.crash and first == 7:
                first = 1 % (first - 7)
            spins = 0
            while self.hang and int(x[0, 0, 0, 0].item()) == 7:
                spins += 1
            h = x[:, 0].reshape(-1, 64) / 255
            for _ in range(self.work):
                h = torch.tanh(torch.matmul(h, self.w))
            # Never true, but no compiler knows.
            nothing = (h.sum() > 1e30).to(torch.float32) + float(first + spins < 0)
            means = torch.nn.functional.avg_pool2d(x, 8) / 255
            scores = means.permute(0, 2, 3, 1).reshape(x.size(0), 16, 3) + nothing
            corner = scores[:, :, :2] * 12
            return torch.cat([corner, corner + 4 + 12 * scores[:, :, 1:]], 2), scores

    folder.mkdir(parents=True)
    torch.jit.script(Squares().eval()).save(str(folder / "model.pt"))
    digest = hashlib.sha256((folder / "model.pt").read_bytes()).hexdigest()
    card = folder / "model.yaml"
    card.write_text(json.dumps({**CARD, "sha256": digest}))
    return card


def make_pictures(folder, count, poisoned=()):
    """PNG files of 16 colored squares, no two the same; those whose index is in `poisoned` have a
    first pixel that a bad model stumbles over, no other has."""
    import cv2
    import numpy

    folder.mkdir(parents=True)
    colors = numpy.random.default_rng(7)
    for i in range(count):
        squares = colors.integers(10, 250, (SIZE // CELL, SIZE // CELL, 3), dtype=numpy.uint8)
        picture = squares.repeat(CELL, 0).repeat(CELL, 1)
        if i in poisoned:
            picture[0, 0] = POISON
        assert cv2.imwrite(str(folder / f"picture_{i:04}.png"), picture)
    return folder


def make_clip(path, frames):
    """A video of squares that slowly change their color."""
    import cv2
    import numpy

    colors = numpy.random.default_rng(8)
    begin, end = (colors.integers(10, 250, (SIZE // CELL, SIZE // CELL, 3)) for _ in range(2))
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (SIZE, SIZE))
    assert video.isOpened()
    for i in range(frames):
        squares = (begin + (end - begin) * i / frames).astype(numpy.uint8)
        video.write(squares.repeat(CELL, 0).repeat(CELL, 1))
    video.release()
    return path


def free_port():
    """A port that stays free while a coordinator is away: below those that the kernel gives to
    connections (ip(7), ip_local_port_range)."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def here(words, places):
    """The words of a container's command with the folders of this machine in the place of mount paths."""
    if not places:
        return [str(word) for word in words]
    known = "|".join(re.escape(path) for path in sorted(places, key=len, reverse=True))
    return [re.sub(rf"(?<![\w/])({known})(?=/|$|\s)", lambda m: places[m[1]], str(word))
            for word in words]


def unread_bytes(port):
    """What has arrived at this port of this machine and was not read (proc(5), /proc/net/tcp)."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    mine = f":{port:04X}"
    return sum(int(row[4].split(":")[1], 16) for row in rows
               if row[1].endswith(mine) and row[3] == "01")


def seed():
    """A new one a run, unless PRELABEL_TEST_SEED has one; shown, so that it can be had again."""
    value = int(os.environ.get("PRELABEL_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"PRELABEL_TEST_SEED={value}", flush=True)
    return value


class Process:
    """A program whose output goes to a file."""

    def __init__(self, path, *command, env=None):
        self.path = path
        with open(path, "ab") as out:
            self.popen = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out,
                                          stdin=subprocess.DEVNULL,
                                          env=support.environment(**(env or {})))
        self.pid = self.popen.pid

    def signal(self, number):
        self.popen.send_signal(number)

    def running(self):
        return self.popen.poll() is None

    def status(self):
        """The exit status, minus the signal's number where one killed it."""
        return self.popen.wait(PATIENCE)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.popen.kill()
        return self.status()

    def text(self):
        return self.path.read_text(errors="replace")


class Cluster:
    """One run: its job, its processes, its log."""

    def __init__(self, test, name, job, address="127.0.0.1"):
        self.test = test
        self.name = name
        self.job = job
        self.run = test.folder / name
        self.port = free_port()
        self.endpoint = f"tcp://{address}:{self.port}"
        self.processes = []
        self._read = 0
        self._events = []
        test.addCleanup(self.stop)

    def stop(self):
        for process in self.processes:
            process.kill()

    def start(self, kind, *command, prefix=(), env=None):
        path = self.test.folder / f"{self.name}-{kind}-{len(self.processes)}.txt"
        process = Process(path, *prefix, *command, env=env)
        self.processes.append(process)
        return process

    def serve(self, *options, **how):
        return self.start("serve", support.PRELABEL, "serve", self.job, "--quiet", "--set",
                          f"cluster.listen={self.endpoint}", *options, **how)

    def worker(self, *options, endpoint=None, slots=1, **how):
        return self.start("worker", support.WORKER, "--connect", endpoint or self.endpoint,
                          "--slots", slots, "--data-root", self.test.folder, *options, **how)

    def events(self, *names):
        """The log's lines so far, or those of these events. What a killed coordinator left of a
        line is none."""
        path = self.run / "log.jsonl"
        if path.exists():
            with open(path, "rb") as log:
                log.seek(self._read)
                new = log.read()
            whole = new.rfind(b"\n") + 1
            self._read += whole
            for line in new[:whole].splitlines():
                with contextlib.suppress(ValueError):
                    self._events.append(json.loads(line))
        return [e for e in self._events if not names or e["event"] in names]

    def commits(self):
        return len(self.events("committed"))

    def wait(self, condition, what, alive=()):
        """Until the condition holds; the processes `alive` must be running all the time."""
        end = time.monotonic() + PATIENCE
        while not condition():
            for process in alive:
                if not process.running():
                    self.fail(f"{process.path.name} ended before {what}")
            if time.monotonic() > end:
                self.fail(f"waited in vain: {what}")
            time.sleep(0.005)

    def wait_commits(self, more, alive=()):
        """Until there are so many commits more than now."""
        wanted = self.commits() + more
        self.wait(lambda: self.commits() >= wanted, f"{more} more commits", alive)

    def wait_joined(self, count, alive=()):
        """Until so many workers have joined since the log began."""
        self.wait(lambda: len(self.events("worker joined")) >= count, f"{count} workers joined",
                  alive)

    def fail(self, message):
        usual = ("committed", "assigned", "recalled")
        tail = [json.dumps(e) for e in self.events() if e["event"] not in usual][-40:]
        shown = [f"--- {p.path.name} ({p.popen.poll()})\n{p.text()[-2000:]}"
                 for p in self.processes if p.running() or p.text()][-8:]
        self.test.fail("\n".join([message, f"{self.commits()} commits; log:", *tail, *shown]))

    def check_status(self, process, *expected):
        try:
            status = process.status()
        except subprocess.TimeoutExpired:
            status = "none: it hangs"
        if status not in expected:
            self.fail(f"{process.path.name}: status {status}, expected {expected}")


class ClusterTest(support.ProgramTest):
    """A dataset, a model and the labels that a run with one worker and no fault has."""

    PICTURES = 200
    FRAMES = 40
    SHARD = 2
    WORK = 1000  # about 5 ms an item
    POISONED = ()  # pictures that a model with a fault stumbles over

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Workers in other namespaces and under other users must be able to read it.
        cls.folder.chmod(0o755)
        cls.model = make_model(cls.folder / "model", cls.WORK)
        cls.pictures = make_pictures(cls.folder / "pictures", cls.PICTURES, cls.POISONED)
        cls.clip = make_clip(cls.folder / "clip.avi", cls.FRAMES)
        case = cls()
        cls.expected = case.reference()

    def runTest(self):
        """Lets setUpClass make an instance."""

    def data(self):
        return [{"images": str(self.pictures)},
                {"video": str(self.clip), "keyframes": {"every": 2}}]

    def tasks(self):
        """How many tasks such a job has: its detections and the link."""
        frames = self.FRAMES // 2 + 1  # every other one and the last
        return -(-self.PICTURES // self.SHARD) + -(-frames // self.SHARD) + 1

    def reference(self):
        """Everything that a run without a fault and with one worker writes."""
        job = self.job("reference", self.data(), model=str(self.model),
                       cluster={"workers": 1, "shard_size": 8})
        self.prelabel("run", job, "--quiet")
        outputs = self.outputs(self.folder / "reference")
        coco = json.loads(outputs["labels/coco.json"])
        self.assertEqual(len(coco["images"]), self.PICTURES + self.FRAMES)
        self.assertGreater(len(coco["annotations"]), 5 * self.PICTURES)
        return outputs

    def cluster(self, name, address="127.0.0.1", data=None, model=None, **cluster):
        options = {"launcher": "none", "workers": 0, "shard_size": self.SHARD,
                   "heartbeat": f"{round(HEARTBEAT * 1000)}ms", **cluster}
        job = self.job(name, data or self.data(), model=str(model or self.model), cluster=options)
        return Cluster(self, name, job, address)

    def labels_by_picture(self, coco):
        """{file name: its annotations without ids} of a COCO file's bytes."""
        coco = json.loads(coco)
        names = {image["id"]: image["file_name"] for image in coco["images"]}
        labels = {name: [] for name in names.values()}
        for row in coco["annotations"]:
            labels[names[row["image_id"]]].append(
                {k: v for k, v in row.items() if k not in ("id", "image_id", "track_id")})
        return labels

    def check_labels_without(self, cluster, items):
        """They are those of the run without a fault, but for these items, which are left out."""
        expected = self.labels_by_picture(self.expected["labels/coco.json"])
        for item in items:
            self.assertTrue(expected[item])
            del expected[item]
        actual = self.labels_by_picture((cluster.run / "labels/coco.json").read_bytes())
        self.assertEqual(sorted(actual), sorted(expected))
        for item, labels in expected.items():
            self.assertEqual(actual[item], labels, item)

    def check_labels(self, cluster):
        """They are those of the run without a fault, byte for byte."""
        self.assert_same(self.expected, self.outputs(cluster.run), f"after {cluster.name}")

    def check_finished(self, cluster, coordinator, workers=()):
        """All of them end well, and nothing was lost, done twice or given up."""
        for process in (*workers, coordinator):
            cluster.check_status(process, 0)
        self.assertFalse(cluster.events("quarantined"))
        self.check_labels(cluster)
        self.check_committed_once(cluster)

    def check_committed_once(self, cluster):
        done = [e["task"] for e in cluster.events("committed")]
        self.assertEqual(len(done), len(set(done)), "tasks were committed twice")


