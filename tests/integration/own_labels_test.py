"""Sources that came with labels of their own: the report says how well the labels that were written agree
with these. Counts and intervals are computed anew here from labels/coco.json and the COCO file.
Needs the reference data (coco-val64)."""

import json
import math
import os
import sys
from pathlib import Path

import support

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA", "")) / "coco-val64"


def corners(box):
    x, y, w, h = box
    return x, y, x + w, y + h


def shared(a, b):
    """The area that two boxes have in common."""
    a, b = corners(a), corners(b)
    return (max(0, min(a[2], b[2]) - max(a[0], b[0])) *
            max(0, min(a[3], b[3]) - max(a[1], b[1])))


def iou(a, b):
    both = shared(a, b)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def match(labels, objects):
    """(objects, labels that are not in a crowd, right ones, those in a crowd) of one class and image."""
    free = [o for o in objects if not o["iscrowd"]]
    crowds = [o for o in objects if o["iscrowd"]]
    count, right, ignored = len(free), 0, 0
    for label in sorted(labels, key=lambda row: -row["score"]):
        best = max(free, key=lambda o: iou(label["bbox"], o["bbox"]), default=None)
        area = label["bbox"][2] * label["bbox"][3]
        if best is not None and iou(label["bbox"], best["bbox"]) >= 0.5:
            free.remove(best)
            right += 1
        elif any(shared(label["bbox"], c["bbox"]) >= 0.5 * area for c in crowds):
            ignored += 1
    return count, len(labels) - ignored, right, ignored


def interval(images):
    """Wilson's for [(labels, found)] of images, with as many labels as independent ones would have the
    variance of the ratio over images."""
    images = [(n, k) for n, k in images if n > 0]
    labels, found, clusters = sum(n for n, _ in images), sum(k for _, k in images), len(images)
    share = found / labels
    worth = clusters
    if 0 < found < labels and clusters > 1:
        squares = sum((k - share * n) ** 2 for n, k in images)
        variance = clusters / (clusters - 1) * squares / labels ** 2
        worth = min(labels, share * (1 - share) / variance)
    z = 1.959963984540054
    middle = (share + z * z / (2 * worth)) / (1 + z * z / worth)
    half = z / (1 + z * z / worth) * math.sqrt(share * (1 - share) / worth +
                                               z * z / (4 * worth * worth))
    return max(0, middle - half), min(1, middle + half)


class OwnLabelsTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = support.read_json(DATA / "instances.json")

    def source(self, truth, name):
        path = self.folder / name
        path.write_text(json.dumps(truth))
        return [{"coco": str(path), "images": str(DATA / "images")}]

    def report(self, name, data, **sections):
        self.said = self.prelabel("run", self.job(name, data, **sections), "--quiet").stdout
        return support.read_json(self.folder / name / "report/report.json")

    def changed_truth(self):
        """Some persons as a crowd, cars under another name, and neither books nor the word."""
        truth = json.loads(json.dumps(self.truth))
        ids = {c["name"]: c["id"] for c in truth["categories"]}
        for category in truth["categories"]:
            if category["name"] == "car":
                category["name"] = "cars"
        truth["categories"] = [c for c in truth["categories"] if c["name"] != "book"]
        truth["annotations"] = [a for a in truth["annotations"] if a["category_id"] != ids["book"]]
        persons = [a for a in truth["annotations"] if a["category_id"] == ids["person"]]
        for row in persons[::4]:
            row["iscrowd"] = 1
        return truth

    def expected(self, truth, run):
        """{class: {image: (objects, labels, right, ignored)}}, by an independent matching."""
        written = support.read_json(self.folder / run / "labels/coco.json")
        files = {image["id"]: image["file_name"] for image in written["images"]}
        names = {c["id"]: c["name"] for c in written["categories"]}
        labels, objects = {}, {}
        for row in written["annotations"]:
            labels.setdefault((names[row["category_id"]], files[row["image_id"]]), []).append(row)
        true_files = {image["id"]: image["file_name"] for image in truth["images"]}
        true_names = {c["id"]: c["name"] for c in truth["categories"]}
        for row in truth["annotations"]:
            key = (true_names[row["category_id"]], true_files[row["image_id"]])
            objects.setdefault(key, []).append(row)
        of_class = {name: {} for name in names.values()}
        for key in sorted(set(labels) | set(objects)):
            if key[0] in of_class:
                of_class[key[0]][key[1]] = match(labels.get(key, []), objects.get(key, []))
        return of_class

    def check(self, measured, images):
        sums = [sum(column) for column in zip(*images)] or [0, 0, 0, 0]
        self.assertEqual([measured[k] for k in ("objects", "labels", "right", "ignored")], sums)
        for key, of, total in (("precision", 1, sums[1]), ("recall", 0, sums[0])):
            if total == 0:
                self.assertNotIn(key, measured)
                continue
            self.assertAlmostEqual(measured[key], sums[2] / total, places=5)
            low, high = interval([(row[of], row[2]) for row in images])
            self.assertAlmostEqual(measured[key + "_interval"][0], low, places=5)
            self.assertAlmostEqual(measured[key + "_interval"][1], high, places=5)

    def test_counts_are_those_of_another_program(self):
        truth = self.changed_truth()
        own = self.report("changed", self.source(truth, "changed.json"))["own_labels"]
        expected = self.expected(truth, "changed")
        self.assertEqual((own["images"], own["without"], own["unreadable"]), (64, 0, 0))
        true_names = {c["name"] for c in truth["categories"]}
        whole = {}
        for entry in own["classes"]:
            name, measured = entry["name"], entry["measured"]
            self.assertEqual(entry["named"], name in true_names, name)
            images = expected[name]
            if name not in true_names:
                self.assertEqual(measured["labels"], 0)
                self.assertEqual(measured["unjudged"], sum(row[1] for row in images.values()))
                continue
            with self.subTest(name):
                self.check(measured, list(images.values()))
            for image, row in images.items():
                whole[image] = tuple(map(sum, zip(whole.get(image, (0, 0, 0, 0)), row)))
        self.check(own["all"], list(whole.values()))
        # What was changed is seen: the model finds people in crowds, books and cars.
        self.assertGreater(own["all"]["ignored"], 5)
        unjudged = {e["name"] for e in own["classes"] if e["measured"]["unjudged"] > 0}
        self.assertEqual(unjudged, {"book", "car"})
        cars = sum(a["category_id"] == 3 and not a["iscrowd"] for a in truth["annotations"])
        self.assertEqual(own["unwritten"][0]["name"], "cars")
        self.assertEqual(own["unwritten"][0]["objects"], cars)
        self.assertEqual(own["unwritten"][0]["nearest"][0], "car")
        self.assertIn(f"of {own['all']['objects']} objects found", " ".join(self.said.split()))

    def test_a_class_that_is_written_under_another_name(self):
        plain = self.report("plain", self.source(self.truth, "plain.json"))["own_labels"]
        other = self.report("other", self.source(self.truth, "plain.json"),
                            labels={"classes": {"person": {"to": "pedestrian"}, "dog": {}}})
        other = other["own_labels"]
        self.assertEqual([e["name"] for e in other["classes"]], ["pedestrian", "dog"])
        self.assertEqual(other["classes"][0]["measured"], plain["classes"][0]["measured"])
        self.assertIn("cat", [row["name"] for row in other["unwritten"]])
        self.assertNotIn("person", [row["name"] for row in other["unwritten"]])

    def test_nothing_else_depends_on_them(self):
        """The report is that of a plain folder, for any number of workers; corrected labels count at
        the next `prelabel report`."""
        folder = self.report("folder", [{"images": str(DATA / "images")}])
        self.assertNotIn("own_labels", folder)
        one = self.report("one", self.source(self.truth, "own.json"),
                          cluster={"workers": 1, "shard_size": 5})
        two = self.report("two", self.source(self.truth, "own.json"),
                          cluster={"workers": 2, "shard_size": 16})
        self.assertEqual(json.dumps(one["own_labels"]), json.dumps(two["own_labels"]))
        for report in (folder, one):
            for key in ("run", "sources"):
                del report[key]
        del one["own_labels"]
        self.assertEqual(json.dumps(folder), json.dumps(one))

        fewer = dict(self.truth, annotations=self.truth["annotations"][:100])
        self.source(fewer, "own.json")
        self.prelabel("report", self.folder / "two")
        again = support.read_json(self.folder / "two/report/report.json")["own_labels"]
        self.assertEqual(again["all"]["objects"],
                         sum(not a["iscrowd"] for a in fewer["annotations"]))

    def test_broken_labels_are_a_warning(self):
        broken = json.loads(json.dumps(self.truth))
        del broken["annotations"][3]["bbox"]
        report = self.report("broken", self.source(broken, "broken.json"))
        own = report["own_labels"]
        self.assertEqual((own["images"], own["unreadable"], own["problem_count"]), (0, 64, 1))
        self.assertIn("'bbox' is missing", own["problems"][0])
        self.assertIn("could not be read", self.said)
        self.assertEqual(report["totals"]["looked_at"], 64)
        page = (self.folder / "broken/report/report.html").read_text()
        self.assertIn("1 file of labels could not be read; 64 images are left out", page)

    def test_reports_with_them_can_be_compared(self):
        self.report("left", self.source(self.truth, "left.json"))
        self.prelabel("report", "--compare", self.folder / "left", self.folder / "left")


if __name__ == "__main__":
    if not (DATA / "instances.json").exists():
        print("skipped: PRELABEL_REFERENCE_DATA names no folder with coco-val64")
        sys.exit(support.SKIPPED)
    support.main()
