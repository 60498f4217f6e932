#!/usr/bin/python3
"""COCO box AP of a results file, and AP50 with recall against a MOT ground truth.

Semantics: pycocotools' COCOeval for boxes, area "all", at most 100 detections an image and class:
greedy matching by score, IoU thresholds .50:.05:.95, precision interpolated at 101 recalls, crowd
boxes ignored (overlap measured over the detection's area), mean over the classes that have ground
truth.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = 100
PERSON = 1  # COCO's id


def iou_matrix(detections, truths, crowd):
    """[D,G] IoU of xywh boxes; for a crowd column the intersection over the detection's area."""
    d, g = np.asarray(detections, float)[:, None], np.asarray(truths, float)[None]
    low = np.maximum(d[..., :2], g[..., :2])
    high = np.minimum(d[..., :2] + d[..., 2:], g[..., :2] + g[..., 2:])
    overlap = (high - low).clip(0).prod(2)
    area = d[..., 2:].prod(2)
    union = np.where(crowd, area, area + g[..., 2:].prod(2) - overlap)
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)


def match(detections, truths):
    """(scores [D], matched [T,D], ignored [T,D]) of one image and class.

    `detections` are (bbox, score), `truths` are (bbox, iscrowd).
    """
    detections = sorted(detections, key=lambda d: -d[1])[:MAX_DETECTIONS]
    # Crowds last: a true match is never given up for one.
    truths = sorted(truths, key=lambda t: t[1])
    scores = np.array([score for _, score in detections])
    matched = np.zeros((len(IOU_THRESHOLDS), len(detections)), bool)
    ignored = np.zeros_like(matched)
    if not detections or not truths:
        return scores, matched, ignored
    crowd = np.array([bool(c) for _, c in truths])
    overlaps = iou_matrix([b for b, _ in detections], [b for b, _ in truths], crowd)
    for t, threshold in enumerate(IOU_THRESHOLDS):
        taken = np.zeros(len(truths), bool)
        for d in range(len(detections)):
            best, best_iou = -1, min(threshold, 1 - 1e-10)
            for g in range(len(truths)):
                if taken[g] and not crowd[g]:
                    continue
                if best >= 0 and not crowd[best] and crowd[g]:
                    break
                if overlaps[d, g] >= best_iou:
                    best, best_iou = g, overlaps[d, g]
            if best >= 0:
                taken[best] = True
                matched[t, d] = True
                ignored[t, d] = crowd[best]
    return scores, matched, ignored


def average_precision(scores, hits, positives):
    """101-point AP and final recall of one class at one threshold; `hits` parallel to `scores`."""
    hits = hits[np.argsort(-scores, kind="stable")]
    if not hits.size:
        return 0.0, 0.0
    true, false = np.cumsum(hits), np.cumsum(~hits)
    recall = true / positives
    precision = np.maximum.accumulate((true / (true + false))[::-1])[::-1]
    at = np.searchsorted(recall, RECALLS, side="left")
    return float(np.append(precision, 0.0)[at].mean()), float(recall[-1])


def evaluate(truths, detections, images):
    """AP, AP50, AP75 and recall at IoU .5 (mean over classes) as a dict.

    `truths` and `detections` map (image, class) to lists of (bbox, iscrowd) and (bbox, score);
    `images` are all that count, in the order that breaks ties of score.
    """
    classes = sorted({label for (_, label), rows in truths.items() if not all(c for _, c in rows)})
    precisions = np.zeros((len(classes), len(IOU_THRESHOLDS)))
    recalls = np.zeros_like(precisions)
    for k, label in enumerate(classes):
        parts = [match(detections.get((i, label), []), truths.get((i, label), [])) for i in images]
        positives = sum(not c for i in images for _, c in truths.get((i, label), []))
        scores, matched, ignored = (np.concatenate(column, axis=-1) for column in zip(*parts))
        for t in range(len(IOU_THRESHOLDS)):
            counted = ~ignored[t]
            precisions[k, t], recalls[k, t] = average_precision(
                scores[counted], matched[t, counted], positives)
    if not classes:
        raise ValueError("the ground truth has no boxes")
    return {"AP": precisions.mean(), "AP50": precisions[:, 0].mean(),
            "AP75": precisions[:, 5].mean(), "recall50": recalls[:, 0].mean(),
            "images": len(images), "classes": len(classes)}


def read_results(results, labels):
    """(file name, class, bbox, score) of each row; the class is a name if `labels`, else an id."""
    if labels:
        files = {image["id"]: image["file_name"] for image in labels["images"]}
        names = {category["id"]: category["name"] for category in labels["categories"]}
        return [(files[r["image_id"]], names[r["category_id"]], r["bbox"], r["score"])
                for r in results]
    if any("file_name" not in r for r in results):
        raise ValueError("results without file_name need --labels")
    return [(r["file_name"], r["category_id"], r["bbox"], r["score"]) for r in results]


def evaluate_coco(truth, results, labels):
    """`truth` is a COCO instances document."""
    by_name = {c["name"]: c["id"] for c in truth["categories"]}
    class_ids = by_name if labels else {c: c for c in by_name.values()}
    image_ids = {image["file_name"]: image["id"] for image in truth["images"]}
    truths, detections = defaultdict(list), defaultdict(list)
    for row in truth["annotations"]:
        truths[row["image_id"], row["category_id"]].append((row["bbox"], row.get("iscrowd", 0)))
    for name, label, bbox, score in read_results(results, labels):
        image = image_ids.get(name, image_ids.get(Path(name).name))
        if image is None:
            raise ValueError(f"{name}: no such file_name in the ground truth")
        if label not in class_ids:
            raise ValueError(f"class {label}: not in the ground truth")
        detections[image, class_ids[label]].append((bbox, score))
    return evaluate(truths, detections, sorted(image_ids.values()))


def evaluate_mot(truth_lines, results, labels, stem, frames, name):
    """`truth_lines`: frame (1-based), track, left, top, width, height, flag (0: ignore), ..."""
    truths, detections = defaultdict(list), defaultdict(list)
    for line in truth_lines:
        fields = line.split(",")
        if len(fields) >= 6 and int(fields[0]) <= frames:
            ignore = len(fields) > 6 and float(fields[6]) == 0
            truths[int(fields[0]) - 1, 0].append(([float(v) for v in fields[2:6]], int(ignore)))
    pattern = re.compile(rf"(?:^|/){re.escape(stem)}/frame_(\d+)\.\w+$")
    label_wanted = name if labels else PERSON
    for file_name, label, bbox, score in read_results(results, labels):
        found = pattern.search(file_name)
        if found is None:
            raise ValueError(f"{file_name}: not a frame of {stem}")
        if label == label_wanted and int(found[1]) < frames:
            detections[int(found[1]), 0].append((bbox, score))
    return evaluate(truths, detections, list(range(frames)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    truth = parser.add_mutually_exclusive_group(required=True)
    truth.add_argument("--gt", type=Path, help="COCO instances file")
    truth.add_argument("--mot", type=Path, help="MOT ground truth (1-based frames) of one video")
    parser.add_argument("--results", type=Path, required=True, help="COCO results list")
    parser.add_argument("--labels", type=Path,
                        help="COCO file whose images and categories the results' ids mean")
    parser.add_argument("--video-stem",
                        help="with --mot: file names are STEM/frame_000000.jpg (0-based)")
    parser.add_argument("--frames", type=int, help="with --mot: only the first N frames count")
    parser.add_argument("--class", dest="name", default="person",
                        help="with --mot and --labels: the class that counts")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    if args.mot and not (args.video_stem and args.frames):
        parser.error("--mot needs --video-stem and --frames")
    try:
        results = json.loads(args.results.read_text())
        labels = json.loads(args.labels.read_text()) if args.labels else None
        if args.mot:
            lines = args.mot.read_text().splitlines()
            found = evaluate_mot(lines, results, labels, args.video_stem, args.frames, args.name)
        else:
            found = evaluate_coco(json.loads(args.gt.read_text()), results, labels)
    except (OSError, ValueError) as error:
        sys.exit(f"coco_ap: {error}")
    except KeyError as error:
        sys.exit(f"coco_ap: {error} is missing: are --results and --labels of one run?")
    if args.json:
        print(json.dumps(found))
    else:
        shown = ["AP50", "recall50"] if args.mot else ["AP", "AP50", "AP75"]
        figures = "  ".join(f"{key} {found[key]:.4f}" for key in shown)
        print(f"{figures}  ({found['images']} images, {found['classes']} classes, "
              f"{len(results)} predictions)")


if __name__ == "__main__":
    main()
