#!/usr/bin/python3
"""prelabel plan: what a job would do, and nothing else done."""

import re
import tempfile

import support


class PlanTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pictures = support.make_pictures(cls.folder / "pictures", 6)
        cls.clip = support.make_clip(cls.folder / "clip.avi", 24)

    def plan(self, name, data, *options, status=0, **sections):
        job = self.job(name, data, **sections)
        before = {p.name for p in support.Path(tempfile.gettempdir()).glob("prelabel-plan-*")}
        done = self.prelabel("plan", job, *options, status=status)
        after = {p.name for p in support.Path(tempfile.gettempdir()).glob("prelabel-plan-*")}
        self.assertEqual(after, before, "the sample's folder is left")
        self.assertFalse((self.folder / name).exists(), "a run directory was made")
        return done.stdout

    def test_all_of_it_as_the_sample_is_what_a_run_keeps(self):
        data = [{"images": str(self.pictures)}]
        shown = self.plan("photos", data, "--sample", "100%", "--quiet")
        self.assertIn("sample: 6 items of 6", shown)
        self.assertRegex(shown, r"time: about \d+ s for 6 items at [\d.]+ items/s, with \d workers?")
        self.assertRegex(shown, r"inside the model: [\d.]+ ms an item on one cpu device")
        self.prelabel("run", self.job("photos", data), "--quiet")
        coco = support.read_json(self.folder / "photos/labels/coco.json")
        names = {c["id"]: c["name"] for c in coco["categories"]}
        counts = {}
        for annotation in coco["annotations"]:
            name = names[annotation["category_id"]]
            counts[name] = counts.get(name, 0) + 1
        kept = {m[1].strip(): int(m[2].replace(",", "")) for m in re.finditer(
            r"^(.{20})  .{26}  +\d\.\d\d  +([\d,]+)  ", shown, re.MULTILINE)}
        self.assertEqual({n: k for n, k in kept.items() if k}, counts)
        self.assertTrue(counts)

    def test_classes_and_sources(self):
        shown = self.plan(
            "mapped", [{"images": str(self.pictures)},
                       {"video": str(self.clip), "keyframes": {"every": 5}}],
            "--sample", "0",
            labels={"classes": {"car": {"to": "vehicle"}, "truck": {"to": "vehicle"}},
                    "wanted": ["vehicle", "forklift"]})
        self.assertIn("test: 30 items in 2 sources; the model looks at 12", shown)
        self.assertRegex(shown, r"clip +video +24 +6")
        self.assertRegex(shown, r"vehicle +car, truck +0\.30")
        self.assertIn("dropped: person, bicycle", shown)
        self.assertIn("wanted, but nothing gives it: forklift (nearest: fork)", shown)
        self.assertNotIn("sample", shown)

    def test_of_a_video_stretches_are_tried(self):
        shown = self.plan("clip", [{"video": str(self.clip)}], "--sample", "8", "--quiet")
        self.assertIn("sample: 8 items of 24", shown)
        self.assertIn(", and then linking", shown)

    def test_a_bad_picture_is_named(self):
        folder = support.make_pictures(self.folder / "bad", 2)
        (folder / "zero.jpg").write_bytes(b"no picture")
        shown = self.plan("broken", [{"images": str(folder)}], "--quiet", status=3)
        self.assertIn("1 could not be labeled:", shown)
        self.assertIn("zero.jpg: ", shown)

    def test_usage(self):
        job = self.job("usage", [{"images": str(self.pictures)}])
        for text in ("lots", "1.5", "-1", "101%", "%", ""):
            done = self.prelabel("plan", job, f"--sample={text}", status=2)
            self.assertIn("--sample", done.stderr)
        missing = self.job("usage", [{"images": str(self.folder / "nowhere")}])
        self.assertIn("nowhere", self.prelabel("plan", missing, status=2).stderr)
        wrong = self.job("usage", [{"images": str(self.pictures)}],
                         labels={"classes": {"preson": {}}})
        self.assertIn("'person'", self.prelabel("plan", wrong, status=2).stderr)


if __name__ == "__main__":
    support.main()
