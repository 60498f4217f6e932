"""Datasets in the layouts of COCO, YOLO and Pascal VOC as sources: labels are byte for byte those of the
same pictures in a folder, a file that is missing is quarantined alone, and `prelabel profile` judges by
the datasets' own labels as by --ground-truth. Needs the reference data (coco-val64)."""

import json
import os
import shutil
import sys
import unittest
from pathlib import Path

import support

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA", "")) / "coco-val64"


class DatasetsTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = support.read_json(DATA / "instances.json")
        cls.categories = {c["id"]: c["name"] for c in cls.truth["categories"]}
        cls.names = sorted(cls.categories.values())
        cls.of_image = {image["id"]: [] for image in cls.truth["images"]}
        for row in cls.truth["annotations"]:
            cls.of_image[row["image_id"]].append(row)

    def run_job(self, name, data, status=0):
        job = self.job(name, data, output={"dir": str(self.folder / name),
                                           "formats": ["coco", "jsonl", "cvat"]})
        self.prelabel("run", job, "--quiet", status=status)
        return self.folder / name

    @staticmethod
    def labels(run):
        folder = run / "labels"
        return {str(p.relative_to(folder)): p.read_bytes()
                for p in sorted(folder.rglob("*")) if p.is_file()}

    def judged(self, run, *arguments):
        """What a profile keeps, and what the command said; without what only the job's name is in."""
        path = self.folder / "some.profile"
        said = self.prelabel("profile", run, "--out", path, *arguments).stdout
        profile = json.loads(path.read_text())
        for key in ("id", "job", "created"):
            profile.pop(key, None)
        return profile, said

    @staticmethod
    def right(profile):
        """Objects by class, and how many predictions there are and are right, by class and score. A
        profile has these by groups of pictures that are told by their names, which differ here."""
        sums = {}
        for _, class_id, score, count, right in profile["reliability"]["cells"]:
            before = sums.get((class_id, score), (0, 0))
            sums[class_id, score] = (before[0] + count, before[1] + right)
        return profile["reliability"]["objects"], sums

    def boxes(self, image):
        for row in self.of_image[image["id"]]:
            if not row["iscrowd"]:
                yield self.categories[row["category_id"]], row["bbox"]

    def test_coco_is_its_folder(self):
        folder = self.run_job("folder", [{"images": str(DATA / "images")}])
        coco = self.run_job("coco", [{"coco": str(DATA / "instances.json"),
                                      "images": str(DATA / "images")}])
        self.assert_same(self.labels(folder), self.labels(coco))
        flagged, said = self.judged(folder, "--ground-truth", DATA / "instances.json")
        own, own_said = self.judged(coco)
        self.assertEqual(flagged, own)
        self.assertIn("ground truth for 64 images", own_said)
        self.assertEqual(said, own_said)
        self.assertIn("without ground truth", self.judged(folder)[1])

    def test_a_missing_file_is_quarantined_alone(self):
        truth = json.loads(json.dumps(self.truth))
        truth["images"] = truth["images"][:3] + [{"id": 10**9, "file_name": "missing.jpg"}]
        kept = {image["id"] for image in truth["images"]}
        truth["annotations"] = [a for a in truth["annotations"] if a["image_id"] in kept]
        (self.folder / "few.json").write_text(json.dumps(truth))
        run = self.run_job("few", [{"coco": str(self.folder / "few.json"),
                                    "images": str(DATA / "images")}], status=3)
        report = support.read_json(run / "report/report.json")
        self.assertEqual([row["item"] for row in report["quarantined"]], ["missing.jpg"])
        self.assertEqual(len(support.read_json(run / "labels/coco.json")["images"]), 3)

    def test_yolo_and_voc_are_judged_by_their_files(self):
        """The same 12 pictures three times; boxes as each format rounds them, whose matches at an IoU
        of 0.5 are the same here."""
        images = self.truth["images"][:12]
        subset = {"images": images, "categories": self.truth["categories"],
                  "annotations": [dict(a, iscrowd=0) for i in images for a in self.of_image[i["id"]]
                                  if not a["iscrowd"]]}
        (self.folder / "subset.json").write_text(json.dumps(subset))
        yolo, voc = self.folder / "yolo", self.folder / "voc"
        for folder in (yolo / "images/val", yolo / "labels/val", voc / "JPEGImages",
                       voc / "Annotations", voc / "ImageSets/Main"):
            folder.mkdir(parents=True)
        for image in images:
            source, stem = DATA / "images" / image["file_name"], Path(image["file_name"]).stem
            shutil.copy(source, yolo / "images/val")
            shutil.copy(source, voc / "JPEGImages")
            width, height = image["width"], image["height"]
            rows, objects = [], []
            for name, (x, y, w, h) in self.boxes(image):
                rows.append(f"{self.names.index(name)} {(x + w / 2) / width:.6f} "
                            f"{(y + h / 2) / height:.6f} {w / width:.6f} {h / height:.6f}\n")
                objects.append(f"<object><name>{name}</name><bndbox><xmin>{x + 1}</xmin><ymin>{y + 1}"
                               f"</ymin><xmax>{x + w}</xmax><ymax>{y + h}</ymax></bndbox></object>")
            (yolo / f"labels/val/{stem}.txt").write_text("".join(rows))
            (voc / f"Annotations/{stem}.xml").write_text(
                f"<annotation>{''.join(objects)}</annotation>")
        (yolo / "data.yaml").write_text(json.dumps({"val": "images/val", "names": self.names}))
        (voc / "ImageSets/Main/val.txt").write_text(
            "".join(Path(image["file_name"]).stem + "\n" for image in images))
        expected, said = self.judged(self.run_job("subset", [{
            "coco": str(self.folder / "subset.json"), "images": str(DATA / "images")}]))
        coco = support.read_json(self.folder / "subset/report/report.json")["own_labels"]
        for name, data in (("yolo", {"yolo": str(yolo)}), ("voc", {"voc": str(voc)})):
            profile, own_said = self.judged(self.run_job(f"run-{name}", [data]))
            self.assertEqual(said, own_said, name)
            self.assertEqual(self.right(expected), self.right(profile), name)
            # Pascal VOC has no list of its classes: labels of those without an object are not judged.
            own = support.read_json(self.folder / f"run-{name}/report/report.json")["own_labels"]
            self.assertEqual(own["images"], 12)
            if name == "yolo":
                self.assertEqual(own["all"], coco["all"])
            self.assertEqual([own["all"][key] for key in ("objects", "right", "recall")],
                             [coco["all"][key] for key in ("objects", "right", "recall")], name)
            self.assertEqual(own["all"]["labels"] + own["all"]["unjudged"], coco["all"]["labels"])


if __name__ == "__main__":
    if not (DATA / "instances.json").exists():
        print("skipped: PRELABEL_REFERENCE_DATA names no folder with coco-val64")
        sys.exit(support.SKIPPED)
    support.main()
