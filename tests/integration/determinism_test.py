#!/usr/bin/python3
"""Labels are the same bytes for 1, 2 and 3 workers and for shards of 1, 7 and 64 items."""

import itertools
import json

import support

FRAMES = 60
PICTURES = 12


class DeterminismTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pictures = support.make_pictures(cls.folder / "pictures", PICTURES)
        cls.clip = support.make_clip(cls.folder / "clip.avi", FRAMES)

    def check(self, name, every, settings):
        data = [{"images": str(self.pictures)},
                {"video": str(self.clip), "keyframes": {"every": every}}]
        expected = None
        for workers, shard_size in settings:
            run = f"{name}-{workers}-{shard_size}"
            job = self.job(run, data, cluster={"workers": workers, "shard_size": shard_size})
            self.prelabel("run", job)
            outputs = self.outputs(self.folder / run)
            if expected is None:
                expected = outputs
                self.check_substance(outputs, every)
            self.assert_same(expected, outputs, f"with {workers} workers, shards of {shard_size}")

    def check_substance(self, outputs, every):
        """That there is something to compare: every kind of label, in every file."""
        coco = json.loads(outputs["labels/coco.json"])
        self.assertEqual(len(coco["images"]), PICTURES + FRAMES)
        tracks = {a["track_id"] for a in coco["annotations"] if "track_id" in a}
        sources = [a["source"] for a in coco["annotations"]]
        self.assertGreater(len(tracks), 5)
        self.assertGreater(sources.count("model"), 100)
        if every > 1:
            self.assertGreater(sources.count("interpolated"), 100)
        self.assertGreater(len(outputs["labels/mot/clip/gt/gt.txt"].splitlines()), 100)
        self.assertGreater(len(json.loads(outputs["labels/coco-results-raw.json"])), 1000)

    def test_every_frame(self):
        self.check("each", 1, itertools.product((1, 2, 3), (64, 1, 7)))

    def test_every_fifth_frame(self):
        self.check("fifth", 5, [(1, 64), (2, 7), (3, 1), (2, 1), (3, 7)])


if __name__ == "__main__":
    support.main()
