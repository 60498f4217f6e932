#!/usr/bin/python3
"""Mask R-CNN in a job gives what it gives in Python: torchvision's own module, with the same seeded
random weights, over the same pictures.

The worker gets the exported bundle, whose masks it pastes itself. Expected values: torchvision's
boxes, labels, scores and pasted masks, of which the pixels of 0.5 and more count.
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "scripts/models")]
import peer  # noqa: E402
import support  # noqa: E402

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA") or "/nonexistent") / "coco-val64/images"
NAME = "maskrcnn_resnet50_fpn"
SEED = 7
# A random head is sure of nothing: a low threshold fills the picture with boxes.
SIZE = {"min_size": 224, "max_size": 336}
THRESHOLD = 0.01
PICTURES = 20
MOST_PIXELS = 0.01
MOST_SCORE = 1e-4
LEAST_IOU = 0.999


def absent():
    if not DATA.is_dir():
        return "PRELABEL_REFERENCE_DATA names no folder"
    try:
        import torchvision  # noqa: F401
    except ImportError:
        return "python3-torchvision is not installed"
    return None


def decode(counts, height, width):
    """A mask [height, width] of COCO's compressed counts."""
    import numpy

    runs, at = [], 0
    while at < len(counts):
        value = shift = 0
        more = True
        while more:
            bits = counts[at] - 48
            at += 1
            value |= (bits & 31) << shift
            shift += 5
            more = bits & 32
        if bits & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
    values = numpy.arange(len(runs)) % 2 == 1
    return numpy.repeat(values, runs).reshape(width, height).T


class TorchvisionTest(support.ProgramTest):
    def export(self):
        bundle = self.folder / "model"
        subprocess.run([ROOT / "scripts/models/export_torchvision.py", NAME, "--out", bundle,
                        "--random", str(SEED), "--score", str(THRESHOLD),
                        "--min-size", str(SIZE["min_size"]), "--max-size", str(SIZE["max_size"])],
                       check=True, stdout=subprocess.DEVNULL)
        return bundle / "model.yaml"

    def stored(self, run):
        """What the run's store has: an Item for each picture, in order."""
        with sqlite3.connect(run / "run.db") as database:
            rows = database.execute("SELECT bytes FROM payload ORDER BY task").fetchall()
        return [item for (payload,) in rows
                for item in peer.messages().TaskPayload.FromString(payload).items]

    def test_mask_rcnn(self):
        import torch
        from torchvision.models import detection

        pictures = self.folder / "pictures"
        pictures.mkdir()
        paths = sorted(DATA.iterdir())[:PICTURES]
        for path in paths:
            (pictures / path.name).symlink_to(path.resolve())
        job = self.job("masks", [{"images": str(pictures)}], model=str(self.export()),
                       labels={"raw_threshold": THRESHOLD, "threshold": THRESHOLD},
                       cluster={"workers": 2})
        self.prelabel("run", job)
        items = self.stored(self.folder / "masks")
        self.assertEqual(len(items), PICTURES)

        torch.set_num_threads(1)  # as a worker's replica
        torch.manual_seed(SEED)
        model = detection.maskrcnn_resnet50_fpn(weights=None, weights_backbone=None,
                                                box_score_thresh=THRESHOLD, **SIZE).eval()
        compared = 0
        worst = {"box": 0.0, "score": 0.0, "iou": 1.0}
        for path, item in zip(paths, items):
            compared += self.check(path, item, model, worst)
        print(f"\n{compared} instances: boxes within {worst['box']:.2g} pixels, scores within "
              f"{worst['score']:.2g}, mask IoU at least {worst['iou']:.6f}")
        self.assertGreater(compared, 20 * PICTURES)

    def check(self, path, item, model, worst):
        import cv2
        import numpy
        import torch
        from torchvision.transforms.functional import to_tensor

        image = cv2.imread(str(path), cv2.IMREAD_COLOR)[:, :, ::-1].copy()
        with torch.no_grad():
            found = model([to_tensor(image)])[0]
        height, width = image.shape[:2]
        self.assertEqual((item.height, item.width), (height, width), path.name)
        # Of the 90 numbers of COCO's labels ten have no name: those are dropped.
        names = self.class_of_label()
        named = [i for i, label in enumerate(found["labels"].tolist()) if label in names]
        classes = [names[label] for label in found["labels"][named].tolist()]
        self.assertEqual(list(item.predictions.classes), classes, f"{path.name}: another order")
        scores = numpy.array(item.predictions.scores)
        boxes = numpy.array(item.predictions.boxes).reshape(-1, 4)
        score = numpy.abs(scores - found["scores"][named].numpy()).max(initial=0)
        box = numpy.abs(boxes - found["boxes"][named].numpy()).max(initial=0)
        self.assertLess(score, MOST_SCORE, path.name)
        self.assertLess(box, MOST_PIXELS, path.name)
        self.assertEqual(len(item.masks), len(named))
        iou = 1.0
        for counts, place in zip(item.masks, named):
            ours = decode(counts, height, width)
            theirs = found["masks"][place, 0].numpy() >= 0.5
            either = (ours | theirs).sum()
            iou = min(iou, (ours & theirs).sum() / either if either else 1.0)
        self.assertGreaterEqual(iou, LEAST_IOU, path.name)
        worst.update(box=max(worst["box"], box), score=max(worst["score"], score),
                     iou=min(worst["iou"], iou))
        return len(named)

    def class_of_label(self):
        import export_torchvision

        return {label: i for i, (label, _) in enumerate(export_torchvision.coco_categories())}


if __name__ == "__main__":
    support.main(absent() or ("" if support.WORKER.exists() else "the programs are not built"))
