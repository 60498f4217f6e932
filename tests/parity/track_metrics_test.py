#!/usr/bin/python3
"""track_metrics against hand calculations (written at each test) and exhaustive search.

In the calculations TP, FP, FN are boxes; MOTA = (TP - FP - IDSW) / true boxes; IDF1 = 2 IDTP /
(true boxes + result boxes). HOTA is the mean over alpha of sqrt(DetA AssA), DetA = TP / (TP + FP +
FN), AssA the mean over the TP of c / (g + r - c): the true track has g boxes, the result track r,
and c of them match each other. Where every IoU is 1 or 0 all alphas are alike.
"""

import itertools
import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import track_metrics  # noqa: E402

A = (0, 0, 10, 10)
B = (500, 0, 10, 10)
A60 = (0, 0, 10, 6)  # IoU with A: 60 / 100


def tracks(*parts):
    """{frame: rows} of (id, frames, box), where the box may be a function of the frame."""
    frames = {}
    for track, when, box in parts:
        for frame in when:
            at = box(frame) if callable(box) else box
            frames.setdefault(frame, []).append((track, *at))
    return frames


def span(first, last):
    return range(first, last + 1)


class TrackMetricsTest(unittest.TestCase):
    def check(self, gt, result, **expected):
        found = track_metrics.evaluate(gt, result)
        for key, value in expected.items():
            self.assertAlmostEqual(found[key], value, 9, key)

    def test_perfect_tracking(self):
        # Ids are names: others for the same tracks change nothing.
        gt = tracks((1, span(1, 10), A), (2, span(3, 7), B))
        self.check(gt, tracks((8, span(3, 7), B), (5, span(1, 10), A)), MOTA=1, IDF1=1, IDP=1,
                   IDR=1, HOTA=1, DetA=1, AssA=1, FP=0, FN=0, IDSW=0)

    def test_a_switch_in_a_track(self):
        # TP 10, one switch: MOTA 9/10. The longer piece keeps its identity: IDTP 6, IDF1 12/20.
        # DetA 1. Six TP have c/(g + r - c) = 6/(10 + 6 - 6), four have 4/(10 + 4 - 4):
        # AssA = (6 * .6 + 4 * .4) / 10 = .52.
        gt = tracks((1, span(1, 10), A))
        self.check(gt, tracks((1, span(1, 6), A), (2, span(7, 10), A)), MOTA=0.9, IDF1=0.6, IDP=0.6,
                   IDR=0.6, HOTA=math.sqrt(0.52), DetA=1, AssA=0.52, FP=0, FN=0, IDSW=1)

    def test_a_track_in_two_halves_with_a_gap(self):
        # Frames 1-4 and 7-10 of 10. TP 8, FN 2; the new identity counts although two frames lie
        # between: MOTA (8 - 1)/10. IDTP 4: IDF1 8/18, IDP 4/8, IDR 4/10.
        # DetA 8/10; every TP has 4/(10 + 4 - 4): AssA .4; HOTA sqrt(.32).
        gt = tracks((1, span(1, 10), A))
        self.check(gt, tracks((1, span(1, 4), A), (2, span(7, 10), A)), MOTA=0.7, IDF1=8 / 18,
                   IDP=0.5, IDR=0.4, HOTA=math.sqrt(0.32), DetA=0.8, AssA=0.4, FP=0, FN=2, IDSW=1)

    def test_a_missed_frame(self):
        # TP 9, FN 1: MOTA 9/10. IDTP 9: IDF1 18/19. DetA 9/10, AssA 9/(10 + 9 - 9), HOTA .9.
        gt = tracks((1, span(1, 10), A))
        self.check(gt, tracks((1, [1, 2, 3, 5, 6, 7, 8, 9, 10], A)), MOTA=0.9, IDF1=18 / 19, IDP=1,
                   IDR=0.9, HOTA=0.9, DetA=0.9, AssA=0.9, FP=0, FN=1, IDSW=0)

    def test_a_false_track(self):
        # TP 10, FP 5: MOTA 5/10. IDTP 10: IDF1 20/25, IDP 10/15. DetA 10/15, AssA 1.
        gt = tracks((1, span(1, 10), A))
        self.check(gt, tracks((1, span(1, 10), A), (2, span(4, 8), B)), MOTA=0.5, IDF1=0.8,
                   IDP=2 / 3, IDR=1, HOTA=math.sqrt(2 / 3), DetA=2 / 3, AssA=1, FP=5, FN=0, IDSW=0)

    def test_identities_swapped_where_two_objects_cross(self):
        # One walks to the right, the other to the left behind it; they pass between 5 and 6. TP 20,
        # two switches: MOTA 18/20. Either pairing has IDTP 10: IDF1 20/40.
        # DetA 1; every TP has 5/(10 + 10 - 5) = 1/3.
        def right(frame):
            return (20 * frame, 0, 10, 10)

        def left(frame):
            return (220 - 20 * frame, 12, 10, 10)

        gt = tracks((1, span(1, 10), right), (2, span(1, 10), left))
        result = tracks((1, span(1, 5), right), (1, span(6, 10), left),
                        (2, span(1, 5), left), (2, span(6, 10), right))
        self.check(gt, result, MOTA=0.9, IDF1=0.5, IDP=0.5, IDR=0.5, HOTA=math.sqrt(1 / 3), DetA=1,
                   AssA=1 / 3, FP=0, FN=0, IDSW=2)

    def test_localization(self):
        # IoU 50/100 counts for MOTA and IDF1, and at the alphas .05 to .50: 10 of 19.
        gt = tracks((1, span(1, 10), A))
        half = tracks((1, span(1, 10), (0, 0, 10, 5)))
        self.check(gt, half, MOTA=1, IDF1=1, HOTA=10 / 19, DetA=10 / 19, AssA=10 / 19)
        # IoU 40/100: TP 0, FP 10, FN 10: MOTA -10/10; at the alphas .05 to .40: 8 of 19.
        less = tracks((1, span(1, 10), (0, 0, 10, 4)))
        self.check(gt, less, MOTA=-1, IDF1=0, HOTA=8 / 19, FP=10, FN=10)

    def test_a_match_goes_on_where_another_box_fits_better(self):
        # Frame 2 has track 1 at IoU .6 and 2 at 1: 1 goes on, 2 is FP. Frame 3 has 2 alone: a
        # switch. MOTA (3 - 1 - 1)/3.
        gt = tracks((1, span(1, 3), A))
        result = tracks((1, [1], A), (1, [2], A60), (2, [2, 3], A))
        self.check(gt, result, MOTA=1 / 3, FP=1, FN=0, IDSW=1)

    def test_a_match_goes_on_over_frames_without_a_result_only(self):
        # Nothing in frame 2; in 3 track 1 goes on as above: FP 1, FN 1, MOTA (2 - 1)/3.
        gt = tracks((1, span(1, 3), A))
        result = tracks((1, [1], A), (1, [3], A60), (2, [3], A))
        self.check(gt, result, MOTA=1 / 3, FP=1, FN=1, IDSW=0)
        # With another object found in frame 2, that was a frame in which the track was lost: the
        # better box is taken and is a switch. TP 3, FP 1, FN 1: MOTA (3 - 1 - 1)/4.
        gt = tracks((1, span(1, 3), A), (2, [2], B))
        result = tracks((1, [1], A), (1, [3], A60), (2, [3], A), (3, [2], B))
        self.check(gt, result, MOTA=0.25, FP=1, FN=1, IDSW=1)

    def test_hota_matches_tracks_that_agree_over_the_video(self):
        # Track 1 has IoU .6 in all ten frames, 2 has IoU 1 in the fifth alone. Agreement of 1: 1 in
        # nine frames and .6/1.6 in the fifth, 9.375/(10 + 10 - 9.375) = .882; of 2: 1/1.6 there,
        # .625/(10 + 1 - .625) = .060. In the fifth .882 * .6 > .060 * 1: track 1 it is. At the 12
        # alphas up to .60 TP 10, FP 1, AssA 1; beyond, track 1 matches no more and nothing else is
        # asked: 0.
        gt = tracks((1, span(1, 10), A))
        result = tracks((1, span(1, 10), A60), (2, [5], A))
        self.check(gt, result, HOTA=12 / 19 * math.sqrt(10 / 11), DetA=12 / 19 * 10 / 11,
                   AssA=12 / 19)

    def test_nothing_on_one_side(self):
        gt = tracks((1, span(1, 10), A))
        self.check(gt, {}, MOTA=0, IDF1=0, HOTA=0, DetA=0, AssA=0, FN=10, FP=0)
        self.check({}, gt, IDF1=0, HOTA=0, FN=0, FP=10)

    def test_two_boxes_of_a_track_in_a_frame_are_an_error(self):
        with self.assertRaisesRegex(ValueError, "frame 4"):
            track_metrics.evaluate({}, {4: [(1, *A), (1, *B)]})


class AssignTest(unittest.TestCase):
    def test_no_other_assignment_gains_more(self):
        # Against all injections of the shorter side; small integers, so that ties are many.
        random = np.random.default_rng(1)
        for case in range(300):
            rows, columns = random.integers(1, 6, 2)
            gain = random.integers(0, 5, (rows, columns)).astype(float)
            if case % 2:
                gain += random.random(gain.shape)
            wide = gain if rows <= columns else gain.T
            best = max(sum(wide[i, j] for i, j in enumerate(chosen))
                       for chosen in itertools.permutations(range(wide.shape[1]), wide.shape[0]))
            at = track_metrics.assign(gain)
            for side in at:
                self.assertEqual(len(set(side.tolist())), min(rows, columns))
            self.assertAlmostEqual(gain[at].sum(), best, 9)


class MotFilesTest(unittest.TestCase):
    def run_tool(self, gt, result, *options):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / "gt.txt", Path(folder) / "result.txt"]
            for path, text in zip(paths, (gt, result)):
                path.write_text(text)
            tool = Path(track_metrics.__file__)
            return subprocess.run([sys.executable, tool, *paths, *options], text=True,
                                  capture_output=True, check=False)

    def test_rows_that_do_not_count(self):
        # Of the truth frame 1 is out of range and the row with conf 0 is ignored: two boxes, both
        # found. A result's conf says nothing; its row in frame 2 beside the ignored one is FP.
        gt = "1,1,0,0,10,10,1\n2,1,0,0,10,10,1,1,1\n2,2,500,0,10,10,0,1,1\n3,1,0,0,10,10\n"
        result = "2,7,0,0,10,10,0.3,1,1\n2,8,500,0,10,10,1,1,1\n3,7,0,0,10,10,0,1,1\n"
        done = self.run_tool(gt, result, "--frames", "2", "3", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual((found["GT"], found["FN"], found["FP"]), (2, 0, 1))
        self.assertAlmostEqual(found["MOTA"], 0.5)

    def test_a_bad_row_is_named(self):
        done = self.run_tool("1,1,0,0,10,10\n", "1,1,0,0,10,10\n1,2,zero,0,10,10\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("result.txt: line 2", done.stderr)


if __name__ == "__main__":
    unittest.main()
