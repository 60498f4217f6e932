#!/usr/bin/python3
"""An independent pipeline over a dense-layout bundle: images or a video in, COCO results out.

It shares nothing with the worker but the model file, and is what the worker is compared with. Plain
module, one image at a time, no batching, no optimisation.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
import yaml

SCORE_THRESHOLD = 0.05  # strictly above
NMS_IOU = 0.6  # suppressed strictly above
MAX_PER_IMAGE = 100


class Detector:
    def __init__(self, bundle):
        card = yaml.safe_load((bundle / "model.yaml").read_text())
        self.size = (card["input"]["width"], card["input"]["height"])
        self.mean = np.array(card["input"]["mean"], np.float32)
        self.std = np.array(card["input"]["std"], np.float32)
        self.category_ids = card["category_ids"]
        self.model = torch.jit.load(str(bundle / card["weights"])).eval()

    def detect(self, image, part=None):
        """COCO results of a BGR uint8 image, highest score first; boxes in its own pixels, cut to
        `part` of it (left, top, right, bottom) before the suppression."""
        height, width = image.shape[:2]
        part = part or (0, 0, width, height)
        resized = cv2.resize(image, self.size)
        tensor = ((resized.astype(np.float32) - self.mean) / self.std).transpose(2, 0, 1)
        with torch.no_grad():
            boxes, scores, _ = self.model(torch.from_numpy(np.ascontiguousarray(tensor))[None])
        boxes, scores = boxes[0].numpy().astype(np.float64), scores[0].numpy()
        boxes *= np.array([width, height] * 2) / np.array(self.size * 2)
        boxes = boxes.clip(part[:2] * 2, part[2:] * 2)
        rows = []
        for label, category in enumerate(self.category_ids):
            candidates = np.flatnonzero(scores[:, label] > SCORE_THRESHOLD)
            for i in nms(boxes, scores[:, label], candidates):
                x1, y1, x2, y2 = boxes[i].tolist()
                rows.append({"category_id": category, "bbox": [x1, y1, x2 - x1, y2 - y1],
                             "score": float(scores[i, label])})
        rows.sort(key=lambda row: -row["score"])
        return rows[:MAX_PER_IMAGE]


def nms(boxes, scores, candidates):
    """Greedy non-maximum suppression; the indices that are kept, highest score first."""
    order = candidates[np.argsort(-scores[candidates], kind="stable")]
    kept = []
    while order.size:
        best, order = order[0], order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[order, :2])
        high = np.minimum(boxes[best, 2:], boxes[order, 2:])
        overlap = (high - low).clip(0).prod(1)
        union = (boxes[best, 2:] - boxes[best, :2]).prod() - overlap
        union += (boxes[order, 2:] - boxes[order, :2]).prod(1)
        # Written without a division: two empty boxes do not suppress each other.
        order = order[overlap <= NMS_IOU * union]
    return kept


def images(folder):
    """(path relative to the folder, image) of each JPEG or PNG below it, sorted."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if image is None:
                sys.exit(f"nanodet_reference: {path}: not an image")
            yield path.relative_to(folder).as_posix(), image


def frames(path, limit):
    """(name, image) of a video's first `limit` frames, in decode order; all where it is None."""
    video = cv2.VideoCapture(str(path))
    if not video.isOpened():
        sys.exit(f"nanodet_reference: {path}: not a video that OpenCV can open")
    index = 0
    while limit is None or index < limit:
        good, image = video.read()
        if not good:
            break
        yield f"{path.stem}/frame_{index:06d}.jpg", image
        index += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of the bundle")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--images", type=Path, help="folder of images")
    source.add_argument("--video", type=Path)
    parser.add_argument("--frames", type=int, help="only the first N frames of the video")
    parser.add_argument("--out", type=Path, required=True, help="COCO results file to write")
    args = parser.parse_args()
    torch.set_num_threads(1)
    detector = Detector(args.model)
    results = []
    items = images(args.images) if args.images else frames(args.video, args.frames)
    count = 0
    for count, (name, image) in enumerate(items, 1):
        results.extend({"file_name": name, **row} for row in detector.detect(image))
    args.out.write_text(json.dumps(results))
    print(f"nanodet_reference: {len(results)} predictions on {count} images")


if __name__ == "__main__":
    main()
