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

    def experiment(self, lines, *options, kind="overall"):
        program = support.BIN / "precision_experiment"
        done = subprocess.run([program, *options], input="\n".join(lines), text=True, check=True,
                              stdout=subprocess.PIPE)
        rows = [line.split() for line in done.stdout.splitlines()]
        def numbers(row):
            return [float(x) for x in row]
        return ([numbers(r[1:]) for r in rows if r[0] == kind],
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

    def test_after_an_audit(self):
        """Some of the labels of the judged half, 150 to 320 in 29 to 50 classes, are drawn by the
        sampler and checked. Many halves: of 200, a true 95 % comes out below as often as not."""
        lines, _ = self.judged("coco-val64", 0)
        for answers, widest in ((75, 0.5), (100, 0.3), (150, 0.2)):
            audited, _ = self.experiment(lines, "--seeds", str(5 * SEEDS), "--audit",
                                         str(answers), kind="audited")
            self.assertEqual(len(audited), 5 * SEEDS)
            error, coverage, width = self.summary(audited)
            print(f"audit of {answers} labels: error {error:+.4f}, coverage {coverage:.4f}, width "
                  f"{width:.3f}")
            self.assertGreaterEqual(coverage, 0.95)
            self.assertLess(width, widest)

    def test_a_small_reference_says_how_little_it_knows(self):
        """12 images hold few boxes of high scores, so that their groups have little to disagree
        about: intervals must not be narrow because of that."""
        lines, _ = self.judged("coco-val64", 0)
        for threshold in (0.3, 0.5, 0.7):
            overall, _ = self.experiment(lines, "--seeds", str(SEEDS), "--drawn", "12",
                                         "--threshold", str(threshold))
            error, coverage, width = self.summary(overall)
            print(f"12 images, labels from {threshold} up: error {error:+.4f}, coverage "
                  f"{coverage:.3f}, width {width:.3f}")
            self.assertGreaterEqual(coverage, 0.90)
            self.assertLess(width, 0.5)

    def test_pictures_that_the_model_was_trained_on_promise_too_much(self):
        """Why the shipped profile is of val alone: train and val are not of one kind to a model that
        learned from one of them. Intervals do not cover that, which docs/report.md says."""
        expected, low, high, measured = {}, {}, {}, {}
        for first, second in (("coco-train128", "coco-val64"), ("coco-val64", "coco-train128")):
            reference, size = self.judged(first, 0)
            target, _ = self.judged(second, size)
            overall, _ = self.experiment(reference + target, "--reference", str(size))
            expected[second], low[second], high[second], measured[second], labels = overall[0]
            print(f"{first} to {second}: expected {expected[second]:.3f} ({low[second]:.3f} to "
                  f"{high[second]:.3f}), measured {measured[second]:.3f} of {labels:.0f}")
        self.assertGreater(expected["coco-val64"], measured["coco-val64"])
        self.assertGreaterEqual(measured["coco-train128"], low["coco-train128"])
        for part, share in measured.items():
            self.assertLessEqual(abs(expected[part] - share), 0.1)


if __name__ == "__main__":
    support.main(None if DATA.exists() else "PRELABEL_REFERENCE_DATA is not set")
