#!/usr/bin/python3
"""Drift is called where pictures are worse or others, and hardly ever where they are not.

coco-train128 and coco-val64 together, cut into halves at random (shift_experiment): one half is the
reference, the other the run, as it is or corrupted (make_pictures.py).
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/parity")]
import coco_ap  # noqa: E402
import make_pictures  # noqa: E402
import support  # noqa: E402

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA") or "/nonexistent")
PARTS = ("coco-train128", "coco-val64")
ALARM_SEEDS = 200
POWER_SEEDS = 60
DRAWN_SEEDS = 20
DRAWN_PICTURES = 60


class ShiftPowerTest(support.ProgramTest):
    def profile(self, name, folders):
        self.prelabel("run", self.job(name, [{"images": str(f)} for f in folders]))
        path = self.folder / f"{name}.profile"
        self.prelabel("profile", self.folder / name, "--out", path)
        return path

    def ap50(self, name):
        """Of coco-val64's pictures in a run."""
        out = self.folder / f"{name}.json"
        self.prelabel("export", self.folder / name, "--format", "coco-results", "--raw", "--out",
                      out)
        files = {i["id"]: i["file_name"] for i in
                 support.read_json(self.folder / name / "labels/coco.json")["images"]}
        truth = support.read_json(DATA / "coco-val64/instances.json")
        wanted = {i["file_name"] for i in truth["images"]}
        rows = [{"file_name": files[r["image_id"]], **r} for r in support.read_json(out)]
        return coco_ap.evaluate_coco(truth, [r for r in rows if r["file_name"] in wanted],
                                     None)["AP50"]

    def drifts(self, clean, other, seeds, *options):
        """The share of the seeds in which drift is called."""
        done = subprocess.run([support.BIN / "shift_experiment", "--seeds", str(seeds), *options,
                               clean, other], text=True, check=True, stdout=subprocess.PIPE)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), seeds)
        return sum(line.startswith("drift") for line in lines) / seeds

    def test_false_alarms_and_power(self):
        clean = self.profile("clean", [DATA / part / "images" for part in PARTS])
        whole = self.ap50("clean")
        alarms = self.drifts(clean, clean, ALARM_SEEDS)
        print(f"\nfalse alarms: {alarms:.3f} of {ALARM_SEEDS} halves; AP50 {whole:.3f}")
        self.assertLessEqual(alarms, 0.05)
        for kind in make_pictures.CORRUPTIONS:
            folders = [self.folder / f"pictures-{kind}" / part for part in PARTS]
            for part, folder in zip(PARTS, folders):
                make_pictures.make(kind, DATA / part / "images", folder)
            other = self.profile(kind, folders)
            lost = 1 - self.ap50(kind) / whole
            power = self.drifts(clean, other, POWER_SEEDS)
            print(f"{kind}: costs {lost:.0%} of AP50, called in {power:.1%}")
            if kind == "gray":
                self.assertEqual(power, 1)
                continue
            self.assertGreaterEqual(lost, 0.2)
            self.assertGreaterEqual(power, 0.95)
        for kind in make_pictures.DRAWN:
            folder = self.folder / f"pictures-{kind}"
            make_pictures.make(kind, DRAWN_PICTURES, folder)
            power = self.drifts(clean, self.profile(kind, [folder]), DRAWN_SEEDS, "--all")
            print(f"{kind}: called in {power:.1%}")
            self.assertEqual(power, 1)


if __name__ == "__main__":
    support.main(None if DATA.exists() else "PRELABEL_REFERENCE_DATA is not set")
