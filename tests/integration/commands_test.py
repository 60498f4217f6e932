#!/usr/bin/python3
"""run, serve, report and export as a user types them, also where a run is disturbed."""

import json
import os
import pty
import re
import shutil
import signal
import time

import support

FRAMES = 80


def events(run):
    """The lines of log.jsonl; the last one may be unfinished while the run goes on."""
    path = run / "log.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(True) if line.endswith("\n")]


def commits(run):
    return sum(event["event"] == "committed" for event in events(run))


def children(pid):
    text = "".join(p.read_text() for p in support.Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for child in text.split()]


class CommandLineTest(support.ProgramTest):
    def test_help_and_version(self):
        for program in (support.PRELABEL, support.WORKER):
            shown = self.prelabel("--help", program=program)
            self.assertIn("--version", shown.stdout)
            self.assertEqual(shown.stderr, "")
            version = self.prelabel("--version", program=program)
            self.assertRegex(version.stdout, rf"^{program.name} \d+\.\d+\.\d+\n$")
        shown = self.prelabel("--help").stdout
        for word in ("run", "serve", "report", "export", "Exit status: 0 done, 1 failed, 2 bad job",
                     "3 finished with quarantined items", "130 and 143"):
            self.assertIn(word, shown)
        self.assertIn("validate", shown)
        for command in ("run", "serve", "report", "export"):
            self.assertIn("--set", self.prelabel(command, "--help").stdout)
        for command in ("run", "serve"):
            self.assertIn("--retry-failed", self.prelabel(command, "--help").stdout)

    def test_usage_errors(self):
        cases = [([], "subcommand is required"),
                 (["label"], "unknown command 'label'; write one of plan, run, serve, "),
                 (["rnu"], "unknown command 'rnu'; did you mean 'run'?"),
                 (["run"], "job is required"),
                 (["run", "job.yaml", "--sett", "a=b"], "--sett"),
                 (["run", self.folder / "none.yaml"], "none.yaml"),
                 (["report", self.folder / "none"], "no run is there; give the job's output.dir"),
                 (["report"], "run is required: give a run directory, or two with --compare"),
                 (["report", "--compare", self.folder / "none", self.folder / "none"],
                  "there is no report; give a run directory or its report.json"),
                 (["report", "--compare", self.folder / "none"], "--compare"),
                 (["report", self.folder / "none", "--out", "page.html"], "--out requires"),
                 (["export", self.folder / "none"], "nothing to export: give --format"),
                 (["export", self.folder / "none", "--format", "coco"], "no run is there"),
                 (["validate", self.folder / "none"], "none: cannot be read: No such file")]
        for arguments, phrase in cases:
            done = self.prelabel(*arguments, status=2)
            self.assertIn(phrase, done.stderr)
            self.assertEqual(done.stdout, "", arguments)
        for arguments, phrase in [([], "--connect is required"),
                                  (["--connect", "somewhere"], "tcp://HOST:PORT"),
                                  (["--connect", "tcp://127.0.0.1:1", "--data-root",
                                    self.folder / "nowhere"], "nowhere: --data-root takes")]:
            done = self.prelabel(*arguments, program=support.WORKER, status=2)
            self.assertIn(phrase, done.stderr)

    def test_a_worker_without_a_coordinator_gives_up(self):
        done = self.prelabel("--connect", "tcp://127.0.0.1:1", "--wait", "1",
                             program=support.WORKER, status=1)
        self.assertIn("tcp://127.0.0.1:1: no coordinator answered", done.stderr)


class RunTest(support.ProgramTest):
    """A run that nobody disturbs, against which the others are held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pictures = support.make_pictures(cls.folder / "pictures", 4)
        cls.clip = support.make_clip(cls.folder / "clip.avi", FRAMES)
        case = cls()
        cls.first = case.prelabel("run", case.disturbed_job("calm"))
        cls.calm = cls.folder / "calm"
        cls.expected = case.outputs(cls.calm)

    def runTest(self):
        """Lets setUpClass make an instance."""

    def disturbed_job(self, name, **sections):
        """Small shards and a short lease: there is a middle, and a loss is soon noticed."""
        data = [{"images": str(self.pictures)},
                {"video": str(self.clip), "keyframes": {"every": 2}}]
        return self.job(name, data, **{"cluster": {"workers": 2, "shard_size": 2,
                                                   "heartbeat": "1s"}, **sections})

    def wait_for(self, condition, process=None, what=""):
        end = time.monotonic() + support.PATIENCE
        while not condition():
            if process is not None and process.poll() is not None:
                self.fail(f"it ended before {what}: {process.communicate()}")
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.005)

    def start_run(self, job, run, at_least=3):
        """A run that has made some commits but not all of its 23 and the link."""
        process = support.start("run", job)
        self.addCleanup(self.stop, process)
        self.wait_for(lambda: commits(run) >= at_least, process, "it was disturbed")
        return process

    def stop(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, status=0):
        out, err = process.communicate(timeout=support.PATIENCE)
        self.assertEqual(process.returncode, status, f"\n{out}\n---\n{err}")
        return out, err

    # What a run leaves behind.

    def test_results_to_stdout_and_logs_to_stderr(self):
        out, err = self.first.stdout, self.first.stderr
        self.assertRegex(out, r"(?m)^person\s+\d+")
        for name in ("labels/coco.json", "labels/mot", "report/report.json", "report/report.html"):
            found = re.search(rf"(?m)^(.*calm/{name})$", out)
            self.assertIsNotNone(found, name)
            self.assertTrue(os.path.exists(found[1]), name)  # as it is printed
        self.assertRegex(err, r"(?m)^100 %  45/45 items")
        self.assertNotRegex(out, r"(?m)^ *\d+ %")
        self.assertNotRegex(err, "person|0 workers$")
        for text in (out, err):
            self.assertNotRegex(text, "[\r\x1b]")

    def test_labels_are_what_importers_take(self):
        checked = self.prelabel("validate", self.calm).stdout
        self.assertRegex(checked, r"labels/coco\.json: COCO instances, 84 images, 80 categories, \d+ ")
        self.assertRegex(checked, r"labels/mot/clip/gt/gt\.txt: MOT, \d+ boxes, \d+ tracks?")
        self.assertRegex(checked, r"files checked: 0 problems, \d+ warnings?\n$")
        broken = json.loads((self.calm / "labels/coco.json").read_text())
        broken["annotations"][3]["image_id"] = 4711
        path = self.folder / "broken.json"
        path.write_text(json.dumps(broken))
        told = self.prelabel("validate", path, status=1).stdout
        self.assertIn("broken.json: annotations[3] (id 4): 'image_id' is 4711, which is not in", told)

    def test_the_log_is_json_lines(self):
        lines = (self.calm / "log.jsonl").read_text().splitlines()
        log = [json.loads(line) for line in lines]
        for event in log:
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        names = [event["event"] for event in log]
        self.assertEqual(names[0], "run started")
        self.assertEqual(names.count("worker joined"), 2)
        self.assertIn("run finished", names)

    def test_quiet(self):
        done = self.prelabel("run", self.disturbed_job("quiet", run="calm"), "--quiet")
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"(?m)^person")

    def test_a_bar_at_a_terminal(self):
        terminal, end = pty.openpty()
        process = support.start("run", self.disturbed_job("bar"), stderr=end)
        self.addCleanup(self.stop, process)
        os.close(end)
        shown = b""
        while True:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        os.close(terminal)
        self.finish(process)
        shown = shown.decode()
        self.assertIn("█", shown)
        bars = re.findall(r"\r\x1b\[K[█░]{24} +\d+ %  \d+/\d+ items[^\r\n]*", shown)
        self.assertGreater(len(bars), 3)
        self.assertIn("100 %", bars[-1])
        self.assertTrue(shown.endswith("\n"))
        self.assertRegex(shown, r"^live page: http://127\.0\.0\.1:\d+/\r?\n")
        self.assertEqual(shown.count("\n"), 2, "one line more, redrawn")

    # The same directory again.

    def test_run_again(self):
        before = events(self.calm)
        done = self.prelabel("run", self.folder / "calm.yaml")
        self.assertIn("every task has its result already", done.stderr)
        self.assertEqual(events(self.calm), before)  # nobody joined, nothing was run
        self.assert_same(self.expected, self.outputs(self.calm))
        self.assertEqual(done.stdout, self.first.stdout)

    def test_a_higher_threshold_needs_no_model(self):
        copy = self.folder / "copy"
        shutil.copytree(self.calm, copy)
        before = events(copy)
        self.prelabel("report", copy, "--set", "labels.threshold=0.5")
        self.assertEqual(events(copy), before)
        self.prelabel("run", self.disturbed_job("half", labels={"threshold": 0.5}))
        expected = self.outputs(self.folder / "half")
        self.assertNotEqual(expected["labels/coco.json"], self.expected["labels/coco.json"])
        for name in ("labels/coco.json", "labels/mot/clip/gt/gt.txt"):
            self.assertTrue(expected[name] == (copy / name).read_bytes(), name)
        # And back: nothing was lost.
        self.prelabel("report", copy, "--set", "labels.threshold=0.3")
        self.assert_same(self.expected, self.outputs(copy))

    def test_other_raw_settings_are_refused(self):
        job = self.folder / "calm.yaml"
        cases = [("labels.raw_threshold=0.01", "labels.raw_threshold: the run has 0.05"),
                 ("labels.nms=0.9", "labels.nms: the run has 0.6, the job 0.9"),
                 ("labels.max_per_image=200", "labels.max_per_image: the run has 100, the job 200"),
                 (f"data=[{{images: {self.pictures}}}, {{video: {self.clip}}}]", "keyframes")]
        for setting, phrase in cases:
            done = self.prelabel("run", job, "--set", setting, status=2)
            self.assertIn("the run directory holds predictions made under other settings",
                          done.stderr)
            self.assertIn(phrase, done.stderr)
            self.assertEqual(done.stdout, "")
            for command in (["report"], ["export", "--format", "coco"]):
                done = self.prelabel(*command, self.calm, "--set", setting, status=2)
                self.assertIn(phrase, done.stderr)
        self.assert_same(self.expected, self.outputs(self.calm))

    def test_another_model_is_refused(self):
        bundle = self.folder / "bundle"
        shutil.copytree(support.MODEL.parent, bundle)
        card = (bundle / "model.yaml").read_text()
        job = self.folder / "calm.yaml"
        cases = [(r"(?m)^sha256: .*$", "sha256: " + 64 * "0", "model (sha256)"),
                 (r"channels: bgr", "channels: rgb", "pre-processing")]
        for pattern, other, phrase in cases:
            changed, count = re.subn(pattern, other, card)
            self.assertEqual(count, 1)
            (bundle / "model.yaml").write_text(changed)
            done = self.prelabel("run", job, "--set", f"model={bundle}/model.yaml", status=2)
            self.assertIn(phrase, done.stderr)

    def test_other_items_are_refused(self):
        fewer = self.folder / "fewer"
        shutil.copytree(self.pictures, fewer)
        (fewer / "picture_01.jpg").unlink()
        data = f"data=[{{images: {fewer}}}, {{video: {self.clip}, keyframes: {{every: 2}}}}]"
        for command in (["run", self.folder / "calm.yaml"], ["report", self.calm]):
            done = self.prelabel(*command, "--set", data, status=2)
            self.assertIn("pictures", done.stderr)
        self.assert_same(self.expected, self.outputs(self.calm))

    def test_frames(self):
        import cv2  # python3-opencv: a decoder that is not the code under test

        folder = self.folder / "frames"
        done = self.prelabel("export", self.calm, "--frames", "--out", folder)
        self.assertIn(f"{FRAMES} frames in ", done.stdout)
        named = [image["file_name"]
                 for image in support.read_json(self.calm / "labels/coco.json")["images"]
                 if "video" in image]
        written = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
        self.assertEqual(written, sorted(named))
        video = cv2.VideoCapture(str(self.clip))
        frames = [video.read()[1] for _ in range(FRAMES)]
        for index in range(1, FRAMES - 1, 7):
            picture = cv2.imread(str(folder / f"clip/frame_{index:06}.jpg"))
            near = {i: cv2.norm(picture, frames[i], cv2.NORM_L1) for i in
                    (index - 1, index, index + 1)}
            self.assertEqual(min(near, key=near.get), index)
            self.assertLess(near[index] / picture.size, 3)  # levels of 255: JPEG's loss

    # Disturbed runs.

    def test_serve_with_workers_by_hand(self):
        job = self.disturbed_job("served", cluster={"launcher": "none", "workers": 0,
                                                    "shard_size": 2, "heartbeat": "1s"})
        server = support.start("serve", job)
        self.addCleanup(self.stop, server)
        line = server.stderr.readline()
        found = re.search(r"prelabel-worker --connect (tcp://127\.0\.0\.1:\d+)$", line)
        self.assertIsNotNone(found, line)
        workers = [support.start("--connect", found[1], "--slots", 1, program=support.WORKER)
                   for _ in range(2)]
        for worker in workers:
            self.addCleanup(self.stop, worker)
        # One is told to leave: it hands back what it has not done, and that is no failure.
        run = self.folder / "served"
        self.wait_for(lambda: commits(run) >= 3 and
                      sum(e["event"] == "worker joined" for e in events(run)) == 2,
                      server, "a worker left")
        workers[0].send_signal(signal.SIGTERM)
        self.finish(workers[0], 128 + signal.SIGTERM)
        self.finish(workers[1])
        self.finish(server)
        self.assert_same(self.expected, self.outputs(run))

    def test_sigterm_and_on(self):
        run = self.folder / "term"
        job = self.disturbed_job("term")
        process = self.start_run(job, run)
        process.send_signal(signal.SIGTERM)
        out, err = self.finish(process, 128 + signal.SIGTERM)
        self.assertIn("the same command goes on from here", err)
        self.assertEqual(out, "")
        done = commits(run)
        self.prelabel("run", job)
        self.assert_same(self.expected, self.outputs(run))
        restart = [e for e in events(run) if e["event"] == "run started"][1]
        self.assertEqual(restart["done"], done)
        self.assertGreaterEqual(done, 3)
        self.assertLess(done, restart["tasks"])

    def test_sigkill_of_the_coordinator(self):
        run = self.folder / "kill"
        job = self.disturbed_job("kill")
        process = self.start_run(job, run)
        workers = children(process.pid)
        self.assertEqual(len(workers), 2)
        process.kill()
        self.finish(process, -signal.SIGKILL)
        # The local workers do not outlive it.
        self.wait_for(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in workers),
                      what="the workers ended")
        self.prelabel("run", job)
        self.assert_same(self.expected, self.outputs(run))
        # What was committed was not done again.
        done = [e["task"] for e in events(run) if e["event"] == "committed"]
        self.assertEqual(len(done), len(set(done)))

    def test_sigkill_of_a_worker(self):
        run = self.folder / "maimed"
        process = self.start_run(self.disturbed_job("maimed"), run)
        os.kill(children(process.pid)[0], signal.SIGKILL)
        out, err = self.finish(process)
        self.assertIn("was killed by signal 9", err)
        self.assert_same(self.expected, self.outputs(run))

    def test_one_coordinator_a_run(self):
        run = self.folder / "twice"
        job = self.disturbed_job("twice")
        process = self.start_run(job, run, at_least=1)
        second = self.prelabel("run", job, status=1)
        self.assertIn("another coordinator is working on this run", second.stderr)
        self.assertIn(f"process {process.pid}", second.stderr)
        self.finish(process)
        self.assert_same(self.expected, self.outputs(run))


if __name__ == "__main__":
    support.main()
