#!/usr/bin/python3
"""What pictures are, through a whole run, against PyTorch: a classification model on real frames.

The module's logits are mean colors of the picture. Expected: its softmax in Python over the same
pixels, every class over the threshold, in every format that can say so.
"""

import hashlib
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration")]
import support  # noqa: E402

CLASSES = ["blue", "green", "red"]  # the module's scores
THRESHOLD = 0.3
MOST_SCORE_DIFFERENCE = 1e-3  # four digits are written


def module():
    """Late, because torch takes a second."""
    import torch

    class Colors(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 10 * x.mean(dim=[2, 3])

    return torch.jit.script(Colors())


class ClassifyTest(support.ProgramTest):
    def bundle(self):
        folder = self.folder / "colors"
        folder.mkdir(exist_ok=True)
        module().save(str(folder / "model.pt"))
        size = {"width": 96, "height": 64, "resize": "stretch", "channels": "bgr"}
        card = {"name": "colors", "task": "classify", "backend": "torchscript",
                "weights": "model.pt",
                "sha256": hashlib.sha256((folder / "model.pt").read_bytes()).hexdigest(),
                "input": {**size, "mean": [0, 0, 0], "std": [255, 255, 255]},
                "output": {"layout": "classify", "scores": "logits"}, "classes": CLASSES}
        (folder / "model.yaml").write_text(json.dumps(card))  # JSON is YAML
        return folder / "model.yaml"

    def expected(self, picture):
        """Scores by class."""
        import cv2
        import torch

        pixels = cv2.resize(cv2.imread(str(picture)), (96, 64))
        seen = pixels.transpose(2, 0, 1).astype("float32") / 255
        with torch.no_grad():
            scores = module()(torch.from_numpy(seen.copy())[None]).softmax(1)[0]
        return {name: float(score) for name, score in zip(CLASSES, scores) if score >= THRESHOLD}

    def assert_scores(self, expected, found, where):
        self.assertEqual(sorted(expected), sorted(found), where)
        for name, score in expected.items():
            self.assertAlmostEqual(score, found[name], delta=MOST_SCORE_DIFFERENCE, msg=where)

    def test_formats(self):
        pictures = support.make_pictures(self.folder / "pictures", 3)
        formats = ["coco", "cvat", "datumaro", "jsonl", "labelstudio"]
        job = self.job("run", [{"images": str(pictures)}], model=str(self.bundle()),
                       labels={"threshold": THRESHOLD},
                       output={"dir": str(self.folder / "run"), "formats": formats})
        self.prelabel("run", job)
        self.prelabel("validate", self.folder / "run")
        labels = self.folder / "run/labels"
        lines = [json.loads(line) for line in (labels / "labels.jsonl").read_text().splitlines()]
        tags = {image.get("name"): image for image in
                ElementTree.parse(labels / "cvat/pictures.xml").getroot().iter("image")}
        tasks = support.read_json(labels / "labelstudio/images.json")
        items = support.read_json(labels / "datumaro/annotations/train.json")
        names = [label["name"] for label in items["categories"]["label"]["labels"]]
        self.assertEqual(len(lines), 3)
        some = 0
        for line, task, item in zip(lines, tasks, items["items"]):
            expected = self.expected(pictures / line["file_name"])
            some += len(expected)
            self.assert_scores(expected, {label["category"]: label["score"]
                                          for label in line["labels"]}, "jsonl")
            self.assertTrue(all("bbox" not in label for label in line["labels"]))
            self.assert_scores(expected, {tag.get("label"): float(tag.find("attribute").text)
                                          for tag in tags[line["file_name"]].iter("tag")}, "cvat")
            self.assert_scores(expected, {region["value"]["choices"][0]: region["score"] for region
                                          in task["predictions"][0]["result"]}, "label studio")
            self.assert_scores(expected, {names[label["label_id"]]: label["attributes"]["score"]
                                          for label in item["annotations"]
                                          if label["type"] == "label"}, "datumaro")
        self.assertGreater(some, 3)

    def test_what_has_no_place_for_them(self):
        pictures = support.make_pictures(self.folder / "pictures", 1)
        model = str(self.bundle())
        job = self.job("yolo", [{"images": str(pictures)}], model=model,
                       output={"dir": str(self.folder / "yolo"), "formats": ["yolo"]})
        self.assertIn("no place for what a picture as a whole is",
                      self.prelabel("run", job, status=2).stderr)
        job = self.job("video", [{"video": str(support.VIDEO)}], model=model,
                       output={"dir": str(self.folder / "video"), "formats": ["coco"]})
        self.assertIn("a video needs a model that finds objects",
                      self.prelabel("run", job, status=2).stderr)


if __name__ == "__main__":
    support.main(support.missing())
