#!/usr/bin/python3
"""`prelabel audit`: what is drawn for people, and what their answers give. People are played from
ground truth: COCO's for pictures, and for frames whatever is easy to answer.

Precision and recall of all labels are counted here, by a matching of our own, and must lie in the
intervals that an audit of some of them states.
"""

import json
import os
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import cv2

import support

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA") or "/nonexistent") / "coco-val64"


def iou(a, b):
    """Of two boxes [x, y, width, height]."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def corners(box):
    x1, y1, x2, y2 = (float(box.get(key)) for key in ("xtl", "ytl", "xbr", "ybr"))
    return [x1, y1, x2 - x1, y2 - y1]


class Truth:
    """Objects of ground truth by file name: [(category name, box)]; crowds are left out."""

    def __init__(self, path):
        self.coco = support.read_json(path)
        names = {c["id"]: c["name"] for c in self.coco["categories"]}
        files = {i["id"]: i["file_name"] for i in self.coco["images"]}
        self.objects = {name: [] for name in files.values()}
        self.crowds = {a["image_id"] for a in self.coco["annotations"] if a.get("iscrowd")}
        self.crowds = {files[i] for i in self.crowds}
        for a in self.coco["annotations"]:
            if not a.get("iscrowd"):
                self.objects[files[a["image_id"]]].append((names[a["category_id"]], a["bbox"]))

    def is_right(self, name, category, box):
        return any(c == category and iou(box, b) >= 0.5 for c, b in self.objects[name])

    def found(self, name, labels):
        """How many objects a label of the class fits, each label once; labels: [(class, box)]."""
        left = list(labels)
        found = 0
        for category, box in self.objects[name]:
            fitting = [l for l in left if l[0] == category and iou(l[1], box) >= 0.5]
            if fitting:
                left.remove(max(fitting, key=lambda l: iou(l[1], box)))
                found += 1
        return found


def answer_cvat_labels(text, sample, truth):
    """Verdicts for all boxes, as CVAT would export them."""
    root = ElementTree.fromstring(text)
    names = {p["file"]: p["name"] for p in sample["checked"]}
    for image in root.iter("image"):
        for box in image.iter("box"):
            right = truth.is_right(names[image.get("name")], box.get("label"), corners(box))
            verdict = [a for a in box.iter("attribute") if a.get("name") == "verdict"]
            verdict[0].text = "right" if right else "wrong"
    return ElementTree.tostring(root, encoding="unicode")


def answer_label_studio(tasks, answer):
    """`answer(task)` is the result of its annotation, or None."""
    for number, task in enumerate(tasks):
        task["id"] = number
        result = answer(task)
        task["annotations"] = [] if result is None else [{"id": number, "was_cancelled": False,
                                                          "result": result}]
    return json.dumps(tasks)


class PictureAuditTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(DATA / "instances.json")
        cls.run_dir = cls.folder / "run"
        test = cls()
        test.prelabel("run", test.job("run", [{"images": str(DATA / "images")}], quality={
            "target_precision": 0.6, "confidence": 0.9}))
        coco = support.read_json(cls.run_dir / "labels/coco.json")
        names = {c["id"]: c["name"] for c in coco["categories"]}
        files = {i["id"]: i["file_name"] for i in coco["images"]}
        cls.labels = {name: [] for name in files.values()}
        for a in coco["annotations"]:
            cls.labels[files[a["image_id"]]].append((names[a["category_id"]], a["bbox"]))

    def setUp(self):
        shutil.rmtree(self.run_dir / "audit", ignore_errors=True)

    def sample(self, *arguments):
        self.prelabel("audit", "sample", self.run_dir, *arguments)
        return support.read_json(self.run_dir / "audit/sample.json")

    def interval(self, text, what):
        """(value, low, high) of the line about all classes, in percent."""
        line = [l for l in text.splitlines() if l.startswith("  all:")][0]
        words = line[line.index(what) + len(what):].replace("(", "").replace(")", "").split()
        return float(words[0]), float(words[2]), float(words[4].rstrip(";,"))

    def test_what_is_drawn(self):
        sample = self.sample("--labels", 90, "--images", 10, "--seed", 5)
        audit = self.run_dir / "audit"
        total = sum(len(labels) for labels in self.labels.values())
        self.assertEqual(sum(c["labels"] for c in sample["categories"]), total)
        self.assertEqual(sum(c["drawn"] for c in sample["categories"]), 90)
        self.assertTrue(all((c["drawn"] > 0) == (c["labels"] > 0) for c in sample["categories"]))
        self.assertEqual(sample["items"], len(self.labels))
        for folder, key in (("labels", "checked"), ("images", "whole")):
            for picture in sample[key]:
                # The very file: every picture of the run is a JPEG.
                written = audit / folder / "pictures" / picture["file"]
                self.assertEqual(written.read_bytes(),
                                 (DATA / "images" / picture["name"]).read_bytes())
            root = ElementTree.parse(audit / folder / "cvat.xml").getroot()
            self.assertEqual([i.get("name") for i in root.iter("image")],
                             [p["file"] for p in sample[key]])
            self.assertEqual(len(list(root.iter("box"))),
                             sum(len(p["labels"]) for p in sample[key]))
            declared = {l["name"] for l in support.read_json(audit / folder / "cvat-labels.json")}
            self.assertLessEqual({b.get("label") for b in root.iter("box")}, declared)
            ElementTree.parse(audit / folder / "label-studio.xml")
        # A whole picture shows what the run says about it.
        picture = sample["whole"][0]
        self.assertEqual(len(picture["labels"]), len(self.labels[picture["name"]]))
        self.assertIn("IoU", (audit / "README.txt").read_text())
        # The same seed draws the same, another one others.
        before = (audit / "sample.json").read_bytes()
        self.sample("--labels", 90, "--images", 10, "--seed", 5)
        self.assertEqual((audit / "sample.json").read_bytes(), before)
        self.sample("--labels", 90, "--images", 10, "--seed", 6)
        self.assertNotEqual((audit / "sample.json").read_bytes(), before)

    def test_answers_from_cvat_and_coco(self):
        sample = self.sample("--labels", 120, "--images", 30, "--seed", 2)
        audit = self.run_dir / "audit"
        checked = self.folder / "annotations.xml"
        checked.write_text(answer_cvat_labels((audit / "labels/cvat.xml").read_text(), sample,
                                              self.truth))
        told = self.prelabel("audit", "ingest", self.run_dir, checked).stdout
        self.assertIn("120 of 120 labels and 0 of 30 whole images are answered", told)
        right = sum(self.truth.is_right(name, *label) for name, labels in self.labels.items()
                    for label in labels)
        count = sum(len(labels) for labels in self.labels.values())
        value, low, high = self.interval(told, "precision")
        self.assertLess(low, value)
        self.assertLess(value, high)
        self.assertLess(low, 100 * right / count)
        self.assertGreater(high, 100 * right / count)

        told = self.prelabel("audit", "ingest", self.run_dir, DATA / "instances.json").stdout
        self.assertIn("120 of 120 labels and 30 of 30 whole images are answered", told)
        objects = sum(len(o) for o in self.truth.objects.values())
        found = sum(self.truth.found(name, labels) for name, labels in self.labels.items())
        self.prelabel("report", self.run_dir)
        assessment = support.read_json(self.run_dir / "report/report.json")["assessment"]
        self.assertEqual(assessment["audit"]["boxes_answered"], 120)
        # Other labels: the audit says nothing about them, and the report that it does not.
        self.prelabel("report", self.run_dir, "--set", "labels.threshold=0.45")
        assessment = support.read_json(self.run_dir / "report/report.json")["assessment"]
        self.assertNotIn("audit", assessment)
        self.assertTrue([a for a in assessment["assumptions"] if "of other labels" in a])
        value, low, high = self.interval(told, "recall")
        self.assertLess(low, 100 * found / objects)
        self.assertGreater(high, 100 * found / objects)
        drawn = [p["name"] for p in sample["whole"]]
        expected = sum(self.truth.found(n, self.labels[n]) for n in drawn)
        expected /= sum(len(self.truth.objects[n]) for n in drawn)
        self.assertAlmostEqual(value, 100 * expected, delta=0.5)  # best score, or best fit, first

    def test_answers_from_label_studio_are_those_from_cvat(self):
        sample = self.sample("--labels", 80, "--images", 4, "--seed", 3)
        audit = self.run_dir / "audit"
        xml = self.folder / "labels.xml"
        xml.write_text(answer_cvat_labels((audit / "labels/cvat.xml").read_text(), sample,
                                          self.truth))
        whole = ElementTree.parse(audit / "images/cvat.xml")
        for attribute in whole.iter("attribute"):
            if attribute.get("name") == "looked_through":
                attribute.text = "yes"
        whole.write(self.folder / "images.xml")
        self.prelabel("audit", "ingest", self.run_dir, xml, self.folder / "images.xml")
        from_cvat = support.read_json(audit / "answers.json")
        (audit / "answers.json").unlink()

        verdicts = iter(from_cvat["labels"])
        checks = self.folder / "labels.json"
        checks.write_text(answer_label_studio(
            support.read_json(audit / "labels/label-studio.json"),
            lambda task: [{"type": "choices", "value": {"choices": [next(verdicts)]}}]))
        images = self.folder / "images.json"
        images.write_text(answer_label_studio(
            support.read_json(audit / "images/label-studio.json"),
            lambda task: task["predictions"][0]["result"]))
        told = self.prelabel("audit", "ingest", self.run_dir, checks, images).stdout
        self.assertIn("80 of 80 labels and 4 of 4 whole images are answered", told)
        from_studio = support.read_json(audit / "answers.json")
        self.assertEqual(from_studio["labels"], from_cvat["labels"])
        for ours, theirs in zip(from_studio["images"], from_cvat["images"]):
            self.assertEqual([o["category"] for o in ours], [o["category"] for o in theirs])
            for a, b in zip(ours, theirs):
                for x, y in zip(a["box"], b["box"]):
                    self.assertAlmostEqual(x, y, delta=0.011)  # CVAT's files have two digits
        # Uncorrected boxes are right, whatever they are.
        self.assertIn("recall 100.0 %", told)

    def test_what_is_refused(self):
        done = self.prelabel("audit", "ingest", self.run_dir, DATA / "instances.json", status=2)
        self.assertIn("nothing was drawn in this run", done.stderr)
        sample = self.sample("--labels", 20, "--images", 2, "--seed", 4)
        audit = self.run_dir / "audit"
        untouched = audit / "labels/cvat.xml"
        done = self.prelabel("audit", "ingest", self.run_dir, untouched, status=2)
        self.assertIn("cvat.xml: has no answer", done.stderr)
        answered = self.folder / "answered.xml"
        answered.write_text(answer_cvat_labels(untouched.read_text(), sample, self.truth))
        self.prelabel("audit", "ingest", self.run_dir, answered)
        # Hours of work are not lost to another sample, and not counted for one.
        done = self.prelabel("audit", "sample", self.run_dir, "--seed", 9, status=2)
        self.assertIn("has answers to another sample", done.stderr)
        (audit / "answers.json").unlink()
        self.sample("--labels", 20, "--images", 2, "--seed", 9)
        done = self.prelabel("audit", "ingest", self.run_dir, answered, status=2)
        self.assertIn("is of another sample", done.stderr)
        self.assertIn("answered.xml: line ", done.stderr)
        self.assertFalse((audit / "answers.json").exists())
        # Other labels than those that were drawn from.
        sample = self.sample("--labels", 20, "--images", 2, "--seed", 4)
        job = self.run_dir / "job.yaml"
        text = job.read_text()
        job.write_text(text.replace("threshold: 0.3", "threshold: 0.45"))
        try:
            done = self.prelabel("audit", "ingest", self.run_dir, answered, status=2)
            self.assertIn("the run's labels are no longer those that were drawn from", done.stderr)
        finally:
            job.write_text(text)
        self.prelabel("audit", "ingest", self.run_dir, answered)


class VideoAuditTest(support.ProgramTest):
    def test_frames(self):
        clip = support.make_clip(self.folder / "walk.avi", 40)
        self.prelabel("run", self.job("run", [{"video": str(clip), "keyframes": {"every": 4}}],
                                      interpolation={"method": "flow"}))
        run = self.folder / "run"
        out = self.folder / "for people"
        told = self.prelabel("audit", "sample", run, "--labels", 25, "--images", 5, "--seed", 1,
                             "-o", out).stdout
        self.assertIn("25 labels of", told)
        # Frames 0, 4 … 36 and the last one were looked at.
        self.assertIn("5 of 11 images and frames", told)
        sample = support.read_json(run / "audit/sample.json")
        video = cv2.VideoCapture(str(clip))
        frames = [video.read()[1] for _ in range(40)]
        looked_at = {f"walk/frame_{i:06}.jpg" for i in [*range(0, 40, 4), 39]}
        self.assertLessEqual({p["name"] for p in sample["whole"]}, looked_at)
        self.assertTrue({p["name"] for p in sample["checked"]} - looked_at)  # interpolated ones, too
        for folder, key in (("labels", "checked"), ("images", "whole")):
            for picture in sample[key]:
                image = cv2.imread(str(out / folder / "pictures" / picture["file"]))
                self.assertEqual(image.shape, (576, 768, 3))
                number = int(picture["name"][-10:-4])
                self.assertLess(cv2.absdiff(image, frames[number]).mean(), 3)  # JPEG
        # Every box is right, and one image has an object more than boxes.
        checks = self.folder / "labels.json"
        checks.write_text(answer_label_studio(
            support.read_json(out / "labels/label-studio.json"),
            lambda task: [{"type": "choices", "value": {"choices": ["right"]}}]))
        extra = {"type": "rectanglelabels", "original_width": 768, "original_height": 576,
                 "value": {"x": 0, "y": 0, "width": 2, "height": 2, "rotation": 0,
                           "rectanglelabels": ["person"]}}
        images = self.folder / "images.json"
        images.write_text(answer_label_studio(
            support.read_json(out / "images/label-studio.json"),
            lambda task: task["predictions"][0]["result"] +
            ([extra] if task["data"]["audit_id"].endswith("-image-2") else [])))
        told = self.prelabel("audit", "ingest", run, checks, images).stdout
        objects = sum(len(p["labels"]) for p in sample["whole"]) + 1
        self.assertIn(f"{objects - 1} of {objects} found", told)
        self.assertIn("25 of 25 right, precision 100.0 %", told)
        # What is followed through the video for labels is not for reports, and the audit is known.
        self.prelabel("report", run)
        audit = support.read_json(run / "report/report.json")["assessment"]["audit"]
        self.assertEqual((audit["boxes_answered"], audit["images_answered"]), (25, 5))


if __name__ == "__main__":
    support.main(None if DATA.exists() else
                 "PRELABEL_REFERENCE_DATA has no folder coco-val64; set it to a copy of the data")
