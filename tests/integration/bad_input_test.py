#!/usr/bin/python3
"""Damaged data is named and left out, the rest is labeled; bad jobs and models say what to mend."""

import re
import shutil

import support

FRAMES = 20


def document(path):
    """({file name: its annotations without ids}, file names in order) of a COCO file."""
    coco = support.read_json(path)
    names = {image["id"]: image["file_name"] for image in coco["images"]}
    labels = {name: [] for name in names.values()}
    for row in coco["annotations"]:
        kept = {k: v for k, v in row.items() if k not in ("id", "image_id", "track_id")}
        labels[names[row["image_id"]]].append(kept)
    return labels


class DamagedDataTest(support.ProgramTest):
    """One job with all of it, and one with the same data unharmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        good = support.make_pictures(cls.folder / "good/pictures", 3)
        clip = support.make_clip(cls.folder / "good/clip.avi", FRAMES)
        whole = support.make_clip(cls.folder / "good/cut.avi", FRAMES)

        pictures = cls.folder / "bad/pictures"
        shutil.copytree(good, pictures)
        jpeg = (good / "picture_00.jpg").read_bytes()
        (pictures / "truncated.jpg").write_bytes(jpeg[:len(jpeg) // 2])
        (pictures / "text.jpg").write_text("This is no picture.\n")
        (pictures / "empty.jpg").write_bytes(b"")
        shutil.copy(clip, cls.folder / "bad/clip.avi")
        # In the middle of frame 10.
        begin, size = support.packets(whole)[10]
        end = begin + size // 2
        (cls.folder / "bad/cut.avi").write_bytes(whole.read_bytes()[:end])
        # A sound container, every packet of which holds zeros.
        zeros = bytearray(clip.read_bytes())
        for begin, size in support.packets(clip):
            zeros[begin:begin + size] = bytes(size)
        (cls.folder / "bad/zeros.avi").write_bytes(zeros)
        (cls.folder / "bad/novideo.avi").write_text("This is no video.\n")
        (cls.folder / "bad/empty.avi").write_bytes(b"")

    def data(self, folder, *more):
        folder = self.folder / folder
        return [{"images": str(folder / "pictures")}, {"video": str(folder / "cut.avi")},
                {"video": str(folder / "clip.avi"), "keyframes": {"every": 4}},
                *({"video": str(folder / name)} for name in more)]

    def test_the_rest_is_labeled(self):
        job = self.job("bad-run", self.data("bad", "novideo.avi", "empty.avi", "gone.avi"))
        done = self.prelabel("run", job, status=3)
        self.prelabel("run", self.job("good-run", self.data("good")))
        bad, good = (document(self.folder / run / "labels/coco.json")
                     for run in ("bad-run", "good-run"))
        report = support.read_json(self.folder / "bad-run/report/report.json")

        quarantined = {row["item"]: row["reason"] for row in report["quarantined"]}
        expected = {"empty.jpg": "the file is empty (0 bytes)",
                    "text.jpg": "is not a picture",
                    "truncated.jpg": "the JPEG is truncated: the file ends in the middle",
                    "cut/frame_000010.jpg": f"{self.folder}/bad/cut.avi: frame 10 is damaged: the "
                                            "file ends in the middle of it"}
        self.assertEqual(sorted(quarantined), sorted(expected))
        for item, phrase in expected.items():
            self.assertIn(phrase, quarantined[item])
            self.assertIn(item, done.stdout)  # and at the terminal
            self.assertNotIn(item, {k for k, v in bad.items() if v})

        errors = {s["name"]: s["error"] for s in report["sources"] if "error" in s}
        expected = {"novideo": "is not a video that libav can open",
                    "empty": "the video is empty (0 bytes)",
                    "gone": "no such file"}
        self.assertEqual(sorted(errors), sorted(expected))
        for name, phrase in expected.items():
            self.assertIn(phrase, errors[name])
            self.assertIn(f"warning: {self.folder}/bad/{name}.avi: ", done.stderr)
            self.assertIn(phrase, done.stderr)

        # The header was written for the whole clip, of which frame 10 is the last one begun.
        claim = (f"{self.folder}/bad/cut.avi: the container's header claims {FRAMES} frames; 11 are "
                 "there")
        for source in report["sources"]:
            warnings = source.get("warnings", [])
            self.assertEqual(len(warnings), 1 if source["name"] == "cut" else 0, warnings)
            self.assertTrue(all(w.startswith(claim) for w in warnings), warnings)
        self.assertIn(f"warning: {claim}", done.stderr)

        # Pictures stand for themselves, and the whole clip is the same in both runs.
        same = [name for name in good if not name.startswith("cut/")]
        self.assertEqual(len(same), 3 + FRAMES)
        for name in same:
            self.assertGreater(len(good[name]), 3, name)
            self.assertEqual(good[name], bad[name], name)
        # Of the video that was cut the ten whole frames are labeled.
        for frame in range(10):
            name = f"cut/frame_{frame:06}.jpg"
            self.assertGreater(len(bad[name]), 3, name)
        self.assertEqual(report["totals"]["quarantined"], 4)
        self.assertEqual(report["totals"]["labeled"], 3 + 10 + FRAMES)

    def test_a_video_of_which_no_frame_decodes_leaves_the_others_alone(self):
        data = [{"video": str(self.folder / "bad/zeros.avi"), "keyframes": {"every": 4}},
                {"video": str(self.folder / "good/clip.avi"), "keyframes": {"every": 4}}]
        done = self.prelabel("run", self.job("zeros-run", data), status=3)
        tried = 6  # frames 0, 4, 8, 12, 16 and the last
        self.assertIn(f"source zeros: all that was tried, {tried} items, is quarantined",
                      done.stdout)
        report = support.read_json(self.folder / "zeros-run/report/report.json")
        zeros, clip = report["sources"]
        self.assertEqual((zeros["items"], zeros["looked_at"], zeros["quarantined"],
                          zeros["labels"]), (FRAMES, 0, tried, 0))
        for row in report["quarantined"]:
            self.assertRegex(row["item"], r"^zeros/frame_")
            self.assertIn("cannot be decoded", row["reason"])
        self.assertEqual(clip["quarantined"], 0)

        # The other video's labels are those of a run without the bad one.
        self.prelabel("run", self.job("clip-run", data[1:]))
        labels, alone = (document(self.folder / run / "labels/coco.json")
                         for run in ("zeros-run", "clip-run"))
        for name, rows in alone.items():
            self.assertEqual(labels[name], rows, name)

        # By itself it is no mistake in the job: there is nothing to show, and the status says so.
        done = self.prelabel("run", self.job("zeros-alone", data[:1]), status=3)
        self.assertIn("source zeros: all that was tried", done.stdout)
        self.assertNotIn("threshold", done.stdout)

    def test_nothing_readable_is_a_bad_job(self):
        data = [{"video": str(self.folder / "bad/novideo.avi")},
                {"images": str(self.folder / "nowhere/*.jpg")}]
        done = self.prelabel("run", self.job("nothing", data), status=2)
        self.assertIn("there is nothing to label", done.stderr)
        self.assertIn("novideo.avi: is not a video that libav can open", done.stderr)
        self.assertIn("nowhere/*.jpg: no file matches", done.stderr)
        self.assertEqual(done.stdout, "")


class BadModelTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pictures = support.make_pictures(cls.folder / "pictures", 1)
        cls.bundle = cls.folder / "bundle"
        shutil.copytree(support.MODEL.parent, cls.bundle)

    def fail(self, name, status):
        job = self.job(name, [{"images": str(self.pictures)}],
                       model=str(self.folder / name / "model.yaml"),
                       output={"dir": str(self.folder / f"{name}-run")})
        done = self.prelabel("run", job, status=status)
        self.assertEqual(done.stdout, "")
        self.assertFalse((self.folder / f"{name}-run/labels/coco.json").exists())
        return done.stderr

    def test_no_card(self):
        error = self.fail("no-card", 2)
        self.assertIn("model card not found", error)
        self.assertIn(str(self.folder / "no-card/model.yaml"), error)

    def test_no_weights(self):
        shutil.copytree(self.bundle, self.folder / "no-weights")
        (self.folder / "no-weights/model.pt").unlink()
        error = self.fail("no-weights", 2)
        self.assertIn("the model's weights are missing", error)
        self.assertIn(str(self.folder / "no-weights/model.pt"), error)

    def test_other_weights(self):
        bundle = self.folder / "other-weights"
        shutil.copytree(self.bundle, bundle)
        good = (bundle / "model.pt").read_bytes()
        (bundle / "model.pt").write_bytes(good + b"x")
        error = self.fail("other-weights", 2)
        self.assertIn(f"{bundle}/model.pt: the weights of model nanodet-g-coco are not those of "
                      "its card: sha256 ", error)
        self.assertLessEqual(error.count("the card says"), 2)  # when it is seen, and at the end
        self.assertNotIn("another one is started", error)
        # Put right, the same directory will do.
        (bundle / "model.pt").write_bytes(good)
        self.prelabel("run", self.folder / "other-weights.yaml")

    def test_other_model_after_a_first_try(self):
        """A run that has no results is not bound to the model that failed."""
        bundle = self.folder / "first-try"
        shutil.copytree(self.bundle, bundle)
        card = (bundle / "model.yaml").read_text()
        (bundle / "model.yaml").write_text(re.sub("(?m)^sha256: .*", "sha256: " + 64 * "0", card))
        self.fail("first-try", 2)
        (bundle / "model.yaml").write_text(card)
        self.prelabel("run", self.folder / "first-try.yaml")


class BadJobTest(support.ProgramTest):
    JOB = """\
name: 7
data:
  - video: a.avi
    keyframe: {every: 5}
  - images: []
  - video: b.avi
    keyframes: {every: 0}
model: ${NO_SUCH_VARIABLE}/model.yaml
labels:
  threshold: 1.5
  nms: none
  max_per_image: -3
interpolation: {method: quintic}
cluster:
  wrokers: 2
  heartbeat: 2 parsecs
output:
  formats: [coco, kitti]
"""
    # Line:column and key phrase, by hand from the text above and docs/job-file.md.
    MISTAKES = [
        (":4:5: ", "'keyframe'", "did you mean 'keyframes'?"),
        (":5:13: ", "images"),
        (":7:24: ", "every", "1 to 1000000000"),
        (":8:8: ", "NO_SUCH_VARIABLE"),
        (":10:14: ", "'labels.threshold'", "1.5"),
        (":11:8: ", "'labels.nms'", "none"),
        (":12:18: ", "'labels.max_per_image'", "1 to 10000"),
        (":13:25: ", "'interpolation.method'", "quintic"),
        (":15:3: ", "'wrokers'", "did you mean 'workers'?"),
        (":16:14: ", "'cluster.heartbeat'", "2 parsecs"),
        (":18:19: ", "kitti"),
        (":18:3: ", "'output.dir'"),
    ]

    def test_all_mistakes_at_once(self):
        path = self.folder / "mistakes.yaml"
        path.write_text(self.JOB)
        done = self.prelabel("run", path, status=2)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        for where, *phrases in self.MISTAKES:
            found = [line for line in lines
                     if f"mistakes.yaml{where}" in line and all(p in line for p in phrases)]
            self.assertEqual(len(found), 1, f"{where} {phrases}{self.both(done)}")
        self.assertEqual(len(lines), len(self.MISTAKES), self.both(done))

    def test_overrides_are_named(self):
        job = self.job("override", [{"images": str(self.folder)}])
        done = self.prelabel("run", job, "--set", "cluster.wrokers=4", status=2)
        self.assertIn("--set cluster.wrokers: unknown key 'wrokers' in 'cluster'; did you mean "
                      "'workers'?", done.stderr)

    def test_unknown_class(self):
        pictures = support.make_pictures(self.folder / "pictures", 1)
        job = self.job("class", [{"images": str(pictures)}], labels={"classes": {"persn": {}}})
        done = self.prelabel("run", job, status=2)
        self.assertIn("labels.classes: the model nanodet-g-coco has no class 'persn'", done.stderr)
        self.assertIn("'person'", done.stderr)


if __name__ == "__main__":
    support.main()
