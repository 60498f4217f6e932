"""Jobs, clips and processes for the integration tests.

The programs are those in the folder that the environment's PRELABEL_BIN names (CTest sets it).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "var/models/nanodet-g-coco/model.yaml"
VIDEO = ROOT / "var/data/vtest.avi"
BIN = Path(os.environ.get("PRELABEL_BIN", ROOT / "build/release/bin"))
PRELABEL = BIN / "prelabel"
WORKER = BIN / "prelabel-worker"
SKIPPED = 77  # exit status that CTest shows as "Skipped"
PATIENCE = 240  # seconds; a run that takes longer hangs


def missing():
    """Why the programs cannot be tried here, or None."""
    for program in (PRELABEL, WORKER):
        if not program.exists():
            return f"{program.name} is not built"
    if not MODEL.exists():
        return "the model is not there; scripts/models/prepare_nanodet.py makes it"
    if not VIDEO.exists():
        return "the video is not there; scripts/data/fetch_vtest.sh fetches it"
    if shutil.which("ffmpeg") is None:
        return "the ffmpeg program is not installed"
    return None


def main(reason=None):
    """Runs the tests of the calling file, or skips all of them with a message. A file that needs
    neither model nor video says so with an empty `reason`."""
    reason = missing() if reason is None else reason
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)


def environment(**extra):
    """This process's, without the overrides that PRELABEL_* variables are."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PRELABEL_")}
    return {**kept, **extra}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def make_clip(path, frames):
    """The first frames of the video, its packets copied as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ffmpeg("-i", VIDEO, "-c", "copy", "-frames:v", frames, path)
    return path


def packets(path):
    """[(where it begins in the file, its length)] of a video's packets, in bytes."""
    shown = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                            "packet=pos,size", "-of", "json", str(path)],
                           check=True, text=True, stdout=subprocess.PIPE).stdout
    return [(int(p["pos"]), int(p["size"])) for p in json.loads(shown)["packets"]]


def make_pictures(folder, count):
    """JPEG files of real footage, of several sizes and shapes; the same ones each time."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = ["768:576", "320:240", "500:375", "333:500", "640:426"]
    for i in range(count):
        ffmpeg("-ss", 5 * i, "-i", VIDEO, "-frames:v", 1, "-vf", f"scale={sizes[i % len(sizes)]}",
               "-q:v", 3, folder / f"picture_{i:02}.jpg")
    return folder


def start(*arguments, program=PRELABEL, **options):
    """A process that speaks over text pipes."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment()}
    return subprocess.Popen([str(a) for a in (program, *arguments)], text=True,
                            **{**pipes, **options})


def read_json(path):
    return json.loads(Path(path).read_text())


class ProgramTest(unittest.TestCase):
    """Each class has one folder, `self.folder`."""

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="prelabel-")
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = Path(cls._folder.name)

    def prelabel(self, *arguments, status=0, program=PRELABEL, env=None):
        """Runs to the end; the exit status must be `status`. Returns the CompletedProcess."""
        done = subprocess.run([str(a) for a in (program, *arguments)], text=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, env=env or environment())
        self.assertEqual(done.returncode, status, self.both(done))
        return done

    @staticmethod
    def both(done):
        return f"\n--- standard output\n{done.stdout}\n--- standard error\n{done.stderr}"

    def job(self, name, data, run=None, **sections):
        """Writes a job (JSON is YAML) and returns its path; its run is `folder/run`."""
        job = {"name": "test", "data": data, "model": str(MODEL),
               "output": {"dir": str(self.folder / (run or name)), "formats": ["coco", "mot"]}}
        job.update(sections)
        path = self.folder / f"{name}.yaml"
        path.write_text(json.dumps(job, indent=1))
        return path

    def raw_results(self, name, data, **sections):
        """Runs a job; everything that its model said, as COCO results with file names."""
        self.prelabel("run", self.job(name, data, **sections))
        out = self.folder / f"{name}.json"
        self.prelabel("export", self.folder / name, "--format", "coco-results", "--raw",
                      "--out", out)
        files = {image["id"]: image["file_name"] for image in
                 read_json(self.folder / name / "labels/coco.json")["images"]}
        # Category ids are the card's, COCO's: no class has another name in the labels.
        return [{"file_name": files[row["image_id"]], **row} for row in read_json(out)]

    def outputs(self, run):
        """Everything that must not depend on how a run went, by name."""
        run = Path(run)
        self.prelabel("export", run, "--format", "coco-results", "--raw")
        files = {str(p.relative_to(run)): p.read_bytes()
                 for p in sorted((run / "labels").rglob("*"))
                 if p.is_file() and "frames" not in p.relative_to(run).parts}
        report = read_json(run / "report/report.json")
        del report["run"]
        files["report/report.json"] = json.dumps(report).encode()
        return files

    def assert_same(self, expected, actual, message=""):
        self.assertEqual(sorted(expected), sorted(actual), message)
        for name, data in expected.items():
            # Not assertEqual: its difference of two such files takes minutes.
            self.assertTrue(data == actual[name], f"{name} differs {message}")
