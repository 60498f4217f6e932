#!/usr/bin/python3
"""A large image in tiles is labeled as well as its parts are as images of their own.

The 64 images of coco-val64, stretched to 1,500 or 1,125 pixels, are one picture of 12,000 × 9,000.
Expected: AP50 of the single images, less a point at most; the same labels from one worker and from
three, and from a JPEG that is read in rows and a progressive one that is read as a whole.
"""

import os
import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/parity")]
import coco_ap  # noqa: E402
import support  # noqa: E402

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA") or "/nonexistent") / "coco-val64"
SINGLE_AP50 = 0.4475  # of the same images, one by one (detection_parity_test.py)
MOST_LOST = 0.01
COLUMNS, CELL_WIDTH, CELL_HEIGHT = 8, 1500, 1125
TILING = {"size": [1280, 2560], "overlap": 0.4}


def mosaic(truth):
    """The picture, and of each cell in reading order (file_name, x, y, scale)."""
    rows = -(-len(truth["images"]) // COLUMNS)
    picture = np.full((rows * CELL_HEIGHT, COLUMNS * CELL_WIDTH, 3), 114, np.uint8)
    places = []
    for k, image in enumerate(sorted(truth["images"], key=lambda image: image["file_name"])):
        pixels = cv2.imread(str(DATA / "images" / image["file_name"]), cv2.IMREAD_COLOR)
        height, width = pixels.shape[:2]
        scale = min(CELL_WIDTH / width, CELL_HEIGHT / height)
        pixels = cv2.resize(pixels, (round(width * scale), round(height * scale)))
        height, width = pixels.shape[:2]
        x = k % COLUMNS * CELL_WIDTH + (CELL_WIDTH - width) // 2
        y = k // COLUMNS * CELL_HEIGHT + (CELL_HEIGHT - height) // 2
        picture[y:y + height, x:x + width] = pixels
        places.append((image["file_name"], x, y, scale))
    return picture, places


class TilingTest(support.ProgramTest):
    def label(self, name, picture, workers):
        """The run's raw boxes, and its COCO file's bytes."""
        folder = self.folder / f"{name}-images"
        folder.mkdir()
        (folder / "mosaic.jpg").write_bytes(picture)
        data = [{"images": str(folder), "tiling": TILING}]
        found = self.raw_results(name, data, cluster={"workers": workers})
        return found, (self.folder / name / "labels/coco.json").read_bytes()

    def test_mosaic(self):
        truth = support.read_json(DATA / "instances.json")
        picture, places = mosaic(truth)
        self.assertEqual(picture.shape, (9000, 12000, 3))
        rows = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 97])[1].tobytes()
        found, labels = self.label("three", rows, 3)
        results = []
        for row in found:
            x, y, width, height = row["bbox"]
            column = min(int((x + width / 2) / CELL_WIDTH), COLUMNS - 1)
            line = min(int((y + height / 2) / CELL_HEIGHT), COLUMNS - 1)
            name, left, top, scale = places[line * COLUMNS + column]
            box = [(x - left) / scale, (y - top) / scale, width / scale, height / scale]
            results.append({**row, "file_name": name, "bbox": box})
        ap = coco_ap.evaluate_coco(truth, results, None)
        print(f"\nmosaic in tiles: AP {ap['AP']:.4f}, AP50 {ap['AP50']:.4f}; "
              f"single images: AP50 {SINGLE_AP50}")
        self.assertGreaterEqual(ap["AP50"], SINGLE_AP50 - MOST_LOST)

        _, alone = self.label("one", rows, 1)
        self.assertEqual(alone, labels)
        whole = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 97,
                                               cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
        _, progressive = self.label("progressive", whole, 2)
        self.assertEqual(progressive, labels)


if __name__ == "__main__":
    support.main(support.missing() or
                 (None if DATA.is_dir() else "PRELABEL_REFERENCE_DATA names no folder"))
