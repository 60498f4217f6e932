#!/usr/bin/python3
"""Expected precision is what somebody finds who checks every label.

coco-val64 is cut into halves at random: one is the reference, the labels of the other are judged.
Truth is worked out here, apart from the program's own matching: COCO's rule at IoU 0.5.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/parity")]
import coco_ap  # noqa: E402
import support  # noqa: E402

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA") or "/nonexistent")
SEEDS = 200
RIGHT_IOU = 0.5


def judge(predictions, objects):
    """Right (1), wrong (0) or in a crowd (None), best score first."""
    predictions = sorted(predictions, key=lambda p: -p["score"])
    free = [o for o in objects if not o.get("iscrowd")]
    crowds = [o for o in objects if o.get("iscrowd")]
    truths = []
    for prediction in predictions:
        overlaps = coco_ap.iou_matrix([prediction["bbox"]], [o["bbox"] for o in free], False)[0] \
            if free else []
        if len(overlaps) and overlaps.max() >= RIGHT_IOU:
            free.pop(int(overlaps.argmax()))
            truths.append(1)
        elif crowds and coco_ap.iou_matrix([prediction["bbox"]], [o["bbox"] for o in crowds],
                                           [True] * len(crowds)).max() >= RIGHT_IOU:
            truths.append(None)
        else:
            truths.append(0)
    return list(zip(predictions, truths))


class PrecisionCoverageTest(support.ProgramTest):
    def judged(self, part, first_image):
        """Lines of precision_experiment for one part of the data."""
        self.prelabel("run", self.job(part, [{"images": str(DATA / part / "images")}]))
        out = self.folder / f"{part}.json"
        self.prelabel("export", self.folder / part, "--format", "coco-results", "--raw", "--out",
                      out)
        files = {i["id"]: i["file_name"] for i in
                 support.read_json(self.folder / part / "labels/coco.json")["images"]}
        truth = support.read_json(DATA / part / "instances.json")
        ids = {i["file_name"]: i["id"] for i in truth["images"]}
        objects, predictions = {}, {}
        for annotation in truth["annotations"]:
            key = annotation["image_id"], annotation["category_id"]
            objects.setdefault(key, []).append(annotation)
        for result in support.read_json(out):
            key = ids[files[result["image_id"]]], result["category_id"]
            predictions.setdefault(key, []).append(result)
        lines = [f"{first_image + n}" for n in range(len(ids))]
        number = {image: first_image + n for n, image in enumerate(sorted(ids.values()))}
        for (image, category), group in predictions.items():
            for prediction, right in judge(group, objects.get((image, category), [])):
                if right is not None:
                    lines.append(f"{number[image]} {category} {prediction['score']} {right}")
        return lines, len(ids)

    def experiment(self, lines, *options):
        program = support.BIN / "precision_experiment"
        done = subprocess.run([program, *options], input="\n".join(lines), text=True, check=True,
                              stdout=subprocess.PIPE)
        rows = [line.split() for line in done.stdout.splitlines()]
        def numbers(row):
            return [float(x) for x in row]
        return ([numbers(r[1:]) for r in rows if r[0] == "overall"],
                [numbers(r[2:]) for r in rows if r[0] == "class"])

    @staticmethod
    def summary(rows):
        errors = [expected - measured for expected, _, _, measured, _ in rows]
        covered = [low <= measured <= high for _, low, high, measured, _ in rows]
        widths = [high - low for _, low, high, _, _ in rows]
        return (sum(errors) / len(rows), sum(covered) / len(rows), sum(widths) / len(rows))

    def test_halves(self):
        lines, _ = self.judged("coco-val64", 0)
        overall, classes = self.experiment(lines, "--seeds", str(SEEDS))
        self.assertEqual(len(overall), SEEDS)
        error, coverage, width = self.summary(overall)
        print(f"{SEEDS} halves: mean signed error {error:+.4f}, coverage {coverage:.3f}, "
              f"mean width {width:.3f}")
        self.assertLessEqual(abs(error), 0.03)
        self.assertGreaterEqual(coverage, 0.90)
        # An interval that says nothing would cover, too.
        self.assertLess(width, 0.3)
        error, coverage, width = self.summary(classes)
        print(f"{len(classes)} classes with 30 labels: error {error:+.4f}, coverage "
              f"{coverage:.3f}, width {width:.3f}")
        self.assertGreaterEqual(coverage, 0.90)

    def test_from_train_to_val_and_back(self):
        """Other pictures from the same source; printed for docs, and the interval must hold."""
        train, train_size = self.judged("coco-train128", 0)
        val, _ = self.judged("coco-val64", train_size)
        for name, first, second, size in (("train to val", train, val, train_size),):
            overall, _ = self.experiment(first + second, "--reference", str(size))
            expected, low, high, measured, labels = overall[0]
            print(f"{name}: expected {expected:.3f} ({low:.3f} to {high:.3f}), measured "
                  f"{measured:.3f} of {labels:.0f}")


if __name__ == "__main__":
    support.main(None if DATA.exists() else "PRELABEL_REFERENCE_DATA is not set")
