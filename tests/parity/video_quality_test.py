#!/usr/bin/python3
"""Tracks of real people, from every frame and from few of them, hold to what is promised of them;
and they are the same bytes however the video is cut into tasks.

Bounds: an online tracker by IoU on the same detections reaches MOTA 0.60, IDF1 0.49, HOTA 0.42 at
every frame and 0.13, 0.36, 0.31 at every fifth; what is asked here is well above that.
"""

import json
import sys
import tempfile
import unittest
from pathlib import Path

import video_quality

SKIPPED = 77


class VideoQualityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="prelabel-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        run, _ = video_quality.run(cls.folder, "dense", video_quality.EVERY)
        cls.dense = video_quality.judge(run)

    def adaptive(self, budget, name=None, **cluster):
        name = name or f"adaptive-{budget}"
        keyframes = {"adaptive": {"budget": budget, "tolerance": 0.8}}
        run, _ = video_quality.run(self.folder, name, keyframes, **cluster)
        return run

    def check(self, metrics, **least):
        print({name: round(metrics[name], 4) for name in ("MOTA", "IDF1", "HOTA", "looked_at")})
        for name, bound in least.items():
            self.assertGreaterEqual(metrics[name], bound, name)

    def test_every_frame(self):
        self.check(self.dense, MOTA=0.75, IDF1=0.70, HOTA=0.55)
        self.assertEqual(self.dense["looked_at"], 1)

    def test_a_fifth_of_the_frames(self):
        metrics = video_quality.judge(self.adaptive(0.2))
        self.assertLessEqual(metrics["looked_at"], 0.2)
        self.check(metrics, IDF1=max(0.68, 0.97 * self.dense["IDF1"]),
                   HOTA=max(0.535, 0.97 * self.dense["HOTA"]))

    def test_a_tenth_of_the_frames(self):
        metrics = video_quality.judge(self.adaptive(0.1))
        self.assertLessEqual(metrics["looked_at"], 0.1)
        self.check(metrics, IDF1=0.65, HOTA=0.51)

    def tracks(self, run):
        return (run / "labels/mot/vtest/gt/gt.txt").read_bytes()

    def test_1_5_and_50_tasks_give_the_same_tracks(self):
        # Every 4th of 795 frames are 199; the last frame is a task of its own.
        labels = set()
        for tasks, shard_size in ((1, 199), (5, 40), (50, 4)):
            run, _ = video_quality.run(self.folder, f"tasks-{tasks}", {"every": 4},
                                       shard_size=shard_size)
            started = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()
                       if '"run started"' in line]
            self.assertEqual(started[0]["tasks"], tasks + 2)  # and the link
            labels.add(self.tracks(run))
        self.assertEqual(len(labels), 1)

    def test_rounds_do_not_depend_on_the_tasks_they_are_cut_into(self):
        one = self.adaptive(0.1, "one-worker", workers=1, shard_size=64)
        two = self.adaptive(0.1, "two-workers", workers=2, shard_size=1)
        self.assertIn('"round planned"', (one / "log.jsonl").read_text())
        self.assertEqual(self.tracks(one), self.tracks(two))


if __name__ == "__main__":
    reason = video_quality.missing()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
