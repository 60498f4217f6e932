#!/usr/bin/python3
"""MOTA, IDF1 and HOTA of tracks against ground truth, both in MOT format.

Definitions: those of TrackEval. CLEAR MOT (Bernardin and Stiefelhagen, 2008): matches of the frame
before go on first, then the greatest sum of IoU decides, IoU >= .5. Identity (Ristani and others,
2016): one result track to one true track for the whole video, IoU >= .5. HOTA (Luiten and others,
2021): mean over the localization thresholds .05:.05:.95; how well two tracks agree over the whole
video weighs in the matching of each frame. Nothing is clipped, and no class is told apart.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

MATCH_IOU = 0.5
ALPHAS = np.arange(0.05, 0.99, 0.05)
EPSILON = np.finfo(float).eps
CONTINUED = 1000.0  # a match that goes on outweighs any sum of IoU in a frame of fewer boxes


def iou_matrix(truths, results):
    """[G,R] IoU of boxes (left, top, width, height)."""
    g = np.asarray(truths, float).reshape(-1, 1, 4)
    r = np.asarray(results, float).reshape(1, -1, 4)
    low = np.maximum(g[..., :2], r[..., :2])
    high = np.minimum(g[..., :2] + g[..., 2:], r[..., :2] + r[..., 2:])
    overlap = (high - low).clip(0).prod(2)
    union = g[..., 2:].prod(2) + r[..., 2:].prod(2) - overlap
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)


def assign(gain):
    """(rows, columns) with the greatest sum of `gain` [R,C] >= 0; min(R, C) pairs.

    Kuhn's method with shortest augmenting paths: one more row at a time is given a column, and the
    potentials keep every reduced cost >= 0.
    """
    if gain.shape[0] > gain.shape[1]:
        columns, rows = assign(gain.T)
        return rows, columns
    cost = -gain
    count, width = cost.shape
    row_potential, column_potential = np.zeros(count), np.zeros(width)
    owner = np.full(width, -1)
    for new in range(count):
        reach = np.full(width, np.inf)  # reduced length of the shortest path to each column
        before = np.full(width, -1)
        done = np.zeros(width, bool)
        row, column, length = new, -1, 0.0
        while row >= 0:
            step = length + cost[row] - row_potential[row] - column_potential
            shorter = ~done & (step < reach)
            reach[shorter], before[shorter] = step[shorter], column
            column = int(np.argmin(np.where(done, np.inf, reach)))
            length, row, done[column] = reach[column], owner[column], True
        row_potential[new] += length
        inner = np.flatnonzero(done & (owner >= 0))
        row_potential[owner[inner]] += length - reach[inner]
        column_potential[done] -= length - reach[done]
        while column >= 0:
            owner[column] = owner[before[column]] if before[column] >= 0 else new
            column = before[column]
    columns = np.flatnonzero(owner >= 0)
    return owner[columns], columns


def clear_metrics(frames, truths):
    """`frames` are (true tracks [G], result tracks [R], IoU [G,R]); tracks are numbered from 0."""
    matched = missed = false = switches = 0
    last = np.full(truths, -1)    # the result track each true one was matched to, whenever that was
    before = np.full(truths, -1)  # the same, in the frame before that had boxes of both
    for g, r, iou in frames:
        if not g.size or not r.size:
            missed, false = missed + g.size, false + r.size
            continue
        score = CONTINUED * (before[g][:, None] == r[None]) + iou
        score[iou < MATCH_IOU - EPSILON] = 0
        rows, columns = assign(score)
        real = score[rows, columns] > EPSILON
        g_matched, r_matched = g[rows[real]], r[columns[real]]
        known = last[g_matched]
        switches += int(np.sum((known >= 0) & (known != r_matched)))
        last[g_matched] = r_matched
        before[:] = -1
        before[g_matched] = r_matched
        matched += g_matched.size
        missed, false = missed + g.size - g_matched.size, false + r.size - g_matched.size
    mota = (matched - false - switches) / max(1, matched + missed)
    return {"MOTA": mota, "FP": false, "FN": missed, "IDSW": switches}


def identity_metrics(frames, truth_counts, result_counts):
    """The counts are boxes a track."""
    together = np.zeros((truth_counts.size, result_counts.size))
    for g, r, iou in frames:
        together[np.ix_(g, r)] += iou >= MATCH_IOU
    true = together[assign(together)].sum()
    truths, results = truth_counts.sum(), result_counts.sum()
    return {"IDF1": float(2 * true / max(1, truths + results)),
            "IDP": float(true / max(1, results)), "IDR": float(true / max(1, truths))}


def hota_metrics(frames, truth_counts, result_counts):
    """The counts are boxes a track."""
    both = truth_counts[:, None] + result_counts[None]
    agreement = np.zeros(both.shape)
    for g, r, iou in frames:
        rivals = iou.sum(0)[None] + iou.sum(1)[:, None] - iou
        agreement[np.ix_(g, r)] += np.divide(iou, rivals, out=np.zeros_like(iou),
                                             where=rivals > EPSILON)
    alignment = agreement / (both - agreement)
    matches = np.zeros((ALPHAS.size, *both.shape))
    for g, r, iou in frames:
        rows, columns = assign(alignment[np.ix_(g, r)] * iou)
        for a, alpha in enumerate(ALPHAS):
            real = iou[rows, columns] >= alpha - EPSILON
            matches[a, g[rows[real]], r[columns[real]]] += 1
    true = matches.sum((1, 2))
    detection = true / np.maximum(1, truth_counts.sum() + result_counts.sum() - true)
    association = (matches * matches / np.maximum(1, both - matches)).sum((1, 2))
    association /= np.maximum(1, true)
    return {"HOTA": float(np.sqrt(detection * association).mean()),
            "DetA": float(detection.mean()), "AssA": float(association.mean())}


def evaluate(gt, result):
    """All figures as a dict; `gt` and `result` map frames to lists of (id, x, y, w, h)."""
    numbers = [{}, {}]  # of the tracks, by first appearance
    frames = []
    for frame in sorted(set(gt) | set(result)):
        sides = [gt.get(frame, []), result.get(frame, [])]
        tracks = []
        for number, rows in zip(numbers, sides):
            if len({row[0] for row in rows}) < len(rows):
                raise ValueError(f"frame {frame}: an id has several boxes")
            tracks.append(np.array([number.setdefault(row[0], len(number)) for row in rows], int))
        frames.append((*tracks, iou_matrix(*([row[1:5] for row in rows] for rows in sides))))
    counts = [np.bincount(np.concatenate([f[side] for f in frames]), minlength=len(numbers[side]))
              if frames else np.zeros(0, int) for side in (0, 1)]
    return {**clear_metrics(frames, len(numbers[0])), **identity_metrics(frames, *counts),
            **hota_metrics(frames, *counts), "GT": int(counts[0].sum()),
            "boxes": int(counts[1].sum()), "GT_tracks": len(numbers[0]), "tracks": len(numbers[1])}


def read_mot(lines, span=None, skip_ignored=False):
    """{frame: [(id, x, y, w, h)]} of rows frame,id,left,top,width,height[,conf[,...]].

    `span` are the first and last frame that count; `skip_ignored` leaves out rows with conf 0.
    """
    frames = defaultdict(list)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = [float(value) for value in line.split(",")]
        except ValueError:
            raise ValueError(f"line {number}: not numbers separated by commas") from None
        if len(fields) < 6:
            raise ValueError(f"line {number}: {len(fields)} fields, at least 6 are needed")
        frame = int(fields[0])
        if span and not span[0] <= frame <= span[1]:
            continue
        if skip_ignored and len(fields) > 6 and fields[6] == 0:
            continue
        frames[frame].append((int(fields[1]), *fields[2:6]))
    return dict(frames)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gt", type=Path, help="ground truth; rows with conf 0 do not count")
    parser.add_argument("result", type=Path, help="tracks (labels/mot/VIDEO/gt/gt.txt of a run)")
    parser.add_argument("--frames", type=int, nargs=2, metavar=("FIRST", "LAST"),
                        help="only these frames count (1-based, both included)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    sides = []
    for path in (args.gt, args.result):
        try:
            sides.append(read_mot(path.read_text().splitlines(), args.frames, path is args.gt))
        except (OSError, ValueError) as error:
            sys.exit(f"track_metrics: {path}: {error}")
    try:
        found = evaluate(*sides)
    except ValueError as error:
        sys.exit(f"track_metrics: {error}")
    if args.json:
        print(json.dumps(found))
    else:
        print("  ".join(f"{key} {value:.4f}" if isinstance(value, float) else f"{key} {value}"
                        for key, value in found.items()))


if __name__ == "__main__":
    main()
