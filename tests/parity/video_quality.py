#!/usr/bin/python3
"""What looking at few frames keeps: MOTA, IDF1 and HOTA of vtest.avi's people by the share of frames
that the model looked at, and the wall time. Prints the table of docs/video.md:

    PRELABEL_REFERENCE_DATA=DIR tests/parity/video_quality.py

Ground truth: DIR/pets09-s2l1/gt.txt, frames 1 to 400. The job is configs/video.yaml, every figure
that of `prelabel run` and the MOT file that it writes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "parity"))

import track_metrics  # noqa: E402

BIN = Path(os.environ.get("PRELABEL_BIN", ROOT / "build/release/bin"))
MODEL = ROOT / "var/models/nanodet-g-coco/model.yaml"
VIDEO = ROOT / "var/data/vtest.avi"
JUDGED = range(1, 401)
EVERY = {"every": 1}


def missing():
    """Why nothing can be measured here, or None."""
    if not os.environ.get("PRELABEL_REFERENCE_DATA"):
        return "PRELABEL_REFERENCE_DATA is unset"
    for path in (BIN / "prelabel", MODEL, VIDEO):
        if not path.exists():
            return f"{path.name} is not there; scripts/quickstart.sh makes it"
    return None


def ground_truth():
    return Path(os.environ["PRELABEL_REFERENCE_DATA"]) / "pets09-s2l1/gt.txt"


def run(folder, name, keyframes, **cluster):
    """Labels the video; returns the run's folder and the seconds that it took."""
    job = folder / f"{name}.yaml"
    job.write_text(json.dumps({
        "name": name,
        "data": [{"video": str(VIDEO), "keyframes": keyframes}],
        "model": str(MODEL),
        "labels": {"threshold": 0.5, "classes": {"person": {}}},
        "cluster": {"workers": 2, **cluster},
        "output": {"dir": str(folder / name), "formats": ["mot"]},
    }))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PRELABEL_")}
    begin = time.monotonic()
    subprocess.run([str(BIN / "prelabel"), "run", str(job), "--quiet"], check=True, env=kept,
                   stdout=subprocess.DEVNULL)
    return folder / name, time.monotonic() - begin


def judge(run_folder):
    """The metrics of the run's tracks, and the share of the frames that the model looked at."""
    truth = track_metrics.read_mot(ground_truth().read_text().splitlines())
    tracks = track_metrics.read_mot(
        (run_folder / "labels/mot/vtest/gt/gt.txt").read_text().splitlines())
    metrics = track_metrics.evaluate(*({f: boxes.get(f, []) for f in JUDGED}
                                       for boxes in (truth, tracks)))
    source = json.loads((run_folder / "report/report.json").read_text())["sources"][0]
    metrics["looked_at"] = source["looked_at"] / source["items"]
    return metrics


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    reason = missing()
    if reason:
        sys.exit(f"video_quality.py: {reason}")
    rows = [("every frame", EVERY)]
    rows += [(f"every {n}th frame" if n > 3 else "every 2nd frame", {"every": n})
             for n in (2, 5, 10, 20)]
    rows += [(f"adaptive, budget {b:g}", {"adaptive": {"budget": b}})
             for b in (0.5, 0.3, 0.2, 0.15, 0.1, 0.05)]
    print("| keyframes | looked at | MOTA | IDF1 | HOTA | wall time |")
    print("|---|---:|---:|---:|---:|---:|")
    dense = None
    with tempfile.TemporaryDirectory(prefix="prelabel-") as folder:
        for number, (name, keyframes) in enumerate(rows):
            run_folder, seconds = run(Path(folder), f"run-{number}", keyframes)
            m = judge(run_folder)
            dense = dense or seconds
            print(f"| {name} | {m['looked_at']:.1%} | {m['MOTA']:.3f} | {m['IDF1']:.3f} | "
                  f"{m['HOTA']:.3f} | {seconds / dense:.0%} |", flush=True)
    print(f"\n100 % of the wall time are {dense:.1f} s here.")


if __name__ == "__main__":
    main()
