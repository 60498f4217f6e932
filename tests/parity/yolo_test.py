#!/usr/bin/python3
"""The layouts of YOLO exports, and the letterbox, against the module that is wrapped into them.

NanoDet-g, which the detection parity test judges, is given the outputs of YOLOv5 and of v8. Expected
values: stretched, that test's AP, and a job over the plain bundle, box by box; in a letterbox,
boxes from the plain module in Python, by the formulas of Ultralytics' LetterBox and scale_boxes.
"""

import hashlib
import os
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/parity"),
                str(ROOT / "scripts/models")]
import coco_ap  # noqa: E402
import nanodet_reference  # noqa: E402
import support  # noqa: E402

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA") or "/nonexistent") / "coco-val64"
AP = 0.3052  # of the plain bundle
TOLERANCE = 0.002
COMPARED = 8  # pictures, box by box
CLEAR = 0.1  # score; below it, boxes are at the edge of being kept
MOST_PIXELS = 0.02  # center and size as floats, and back
MOST_SCORE_DIFFERENCE = 1e-4
PAD = 114


def wrapper():
    """The wrapping module's class; late, because torch takes a second."""
    import torch
    from torch import Tensor

    class YoloLayout(torch.nn.Module):
        """RGB in 0 … 1 in, one tensor out."""

        def __init__(self, detector, mean, std, v5):
            super().__init__()
            self.detector = detector
            self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
            self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
            self.v5 = v5

        def forward(self, x: Tensor) -> Tensor:
            boxes, scores, _ = self.detector((x.flip([1]) * 255 - self.mean) / self.std)
            size = boxes[:, :, 2:] - boxes[:, :, :2]
            rows = [(boxes[:, :, 2:] + boxes[:, :, :2]) / 2, size]
            if self.v5:
                # Objectness of the best class and, of each, the share: their product is the score.
                best = scores.max(2, keepdim=True)[0]
                return torch.cat(rows + [best, scores / best], 2)
            return torch.cat(rows + [scores], 2).transpose(1, 2)

    return YoloLayout


class YoloTest(support.ProgramTest):
    def bundle(self, version, resize):
        """The card of the wrapped module."""
        import torch

        card = yaml.safe_load(support.MODEL.read_text())
        detector = torch.jit.load(str(support.MODEL.parent / card["weights"])).eval()
        module = wrapper()(detector, card["input"]["mean"], card["input"]["std"], version == "v5")
        folder = self.folder / f"{version}-{resize}"
        folder.mkdir()
        torch.jit.script(module.eval()).save(str(folder / "model.pt"))
        card["input"].update(resize=resize, channels="rgb", mean=[0, 0, 0], std=[255, 255, 255])
        card["output"] = {"layout": "yolo"}
        card["sha256"] = hashlib.sha256((folder / "model.pt").read_bytes()).hexdigest()
        (folder / "model.yaml").write_text(yaml.safe_dump(card))
        return folder / "model.yaml"

    def results(self, name, model):
        return self.raw_results(name, [{"images": str(DATA / "images")}], model=str(model))

    def ap(self, results):
        return coco_ap.evaluate_coco(support.read_json(DATA / "instances.json"), results,
                                     None)["AP"]

    def assert_found(self, expected, results, where):
        """Each clear box of `expected` is among `results`, within rounding."""
        for box in (row for row in expected if row["score"] > CLEAR):
            near = [row for row in results if row["category_id"] == box["category_id"] and
                    abs(row["score"] - box["score"]) < MOST_SCORE_DIFFERENCE and
                    max(abs(a - b) for a, b in zip(row["bbox"], box["bbox"])) < MOST_PIXELS]
            self.assertTrue(near, f"{where} lacks {box}")

    def test_layouts(self):
        plain = self.results("plain", support.MODEL)
        for version in ("v5", "v8"):
            found = self.results(version, self.bundle(version, "stretch"))
            ap = self.ap(found)
            print(f"\n{version}: AP {ap:.4f}")
            self.assertAlmostEqual(ap, AP, delta=TOLERANCE)
            for path in sorted((DATA / "images").iterdir())[:COMPARED]:
                self.assert_found([row for row in plain if row["file_name"] == path.name],
                                  [row for row in found if row["file_name"] == path.name],
                                  f"{version}, {path.name}")

    def test_letterbox(self):
        import cv2

        found = self.results("letterbox", self.bundle("v8", "letterbox"))
        print(f"\nletterbox: AP {self.ap(found):.4f}")
        detector = nanodet_reference.Detector(support.MODEL.parent)
        for path in sorted((DATA / "images").iterdir())[:COMPARED]:
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            # NMS is sharp: what it keeps on both sides of its limit must be found.
            kept = [letterboxed(detector, image, limit) for limit in (0.595, 0.6, 0.605)]
            sure = [row for row in kept[1] if all(has(rows, row) for rows in kept)]
            self.assertGreater(len(sure), 0)
            self.assert_found(sure, [row for row in found if row["file_name"] == path.name],
                              path.name)


def has(rows, box):
    return any(row["bbox"] == box["bbox"] and row["category_id"] == box["category_id"]
               for row in rows)


def letterboxed(detector, image, nms):
    """Results of the plain module over a letterbox, boxes in the image's pixels. They are cut to the
    picture before the suppression, as prelabel does and Ultralytics does after it."""
    import cv2

    height, width = image.shape[:2]
    side = detector.size[0]
    ratio = min(side / height, side / width)
    inner = round(width * ratio), round(height * ratio)
    rest = (side - inner[0]) / 2, (side - inner[1]) / 2
    left, top = (round(value - 0.1) for value in rest)
    right, bottom = (round(value + 0.1) for value in rest)
    resized = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
    padded = cv2.copyMakeBorder(resized, top, bottom, left, right, cv2.BORDER_CONSTANT,
                                value=(PAD,) * 3)
    before = nanodet_reference.NMS_IOU
    nanodet_reference.NMS_IOU = nms
    try:
        rows = detector.detect(padded, (left, top, left + inner[0], top + inner[1]))
    finally:
        nanodet_reference.NMS_IOU = before
    for row in rows:
        x, y, w, h = row["bbox"]
        # Each axis by its own ratio, which rounding makes unequal.
        x1, x2 = ((v - left) * width / inner[0] for v in (x, x + w))
        y1, y2 = ((v - top) * height / inner[1] for v in (y, y + h))
        row["bbox"] = [x1, y1, x2 - x1, y2 - y1]
    return rows


if __name__ == "__main__":
    support.main(support.missing() or
                 (None if DATA.is_dir() else "PRELABEL_REFERENCE_DATA names no folder"))
