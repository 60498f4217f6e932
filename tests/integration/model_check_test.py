#!/usr/bin/python3
"""`prelabel model check` with the real model on a frame of the real video."""

import re
import shutil
import subprocess

import yaml

import support


class ModelCheckTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picture = cls.folder / "frame.png"
        support.ffmpeg("-i", support.VIDEO, "-frames:v", 1, cls.picture)

    def check(self, *arguments, status=0):
        return self.prelabel("model", "check", *arguments, status=status)

    def bundle(self, name, **changes):
        """A copy of the model's bundle with some keys of its card changed."""
        folder = self.folder / name
        shutil.copytree(support.MODEL.parent, folder)
        card = {**yaml.safe_load(support.MODEL.read_text()), **changes}
        (folder / "model.yaml").write_text(yaml.safe_dump(card))
        return folder / "model.yaml"

    def test_without_a_picture(self):
        shown = self.check(support.MODEL).stdout
        card = yaml.safe_load(support.MODEL.read_text())
        for line in ("name      nanodet-g-coco", "task      detect, layout dense with feature map",
                     f"sha256    {card['sha256']}, as the card says",
                     "classes   80: person, bicycle, car, motorcycle, airplane …",
                     "input     416 x 416, resize stretch, bgr, mean 103.53 116.28 123.675, "):
            self.assertIn(line, shown)
        self.assertRegex(shown, r"backend   torchscript: libtorch \d+\.\d+\.\d+ on cpu\n")
        self.assertRegex(shown, r"running   \d+\.\d ms an image")
        self.assertNotIn("score", shown)

    def test_finds_what_a_run_finds(self):
        drawn = self.folder / "drawn.jpg"
        shown = self.check(support.MODEL, self.picture, "--out", drawn).stdout
        table = [tuple(float(value) for value in found) for found in
                 re.findall(r"^(0\.\d+)  person +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", shown,
                            re.MULTILINE)]
        self.prelabel("run", self.job("run", [{"images": str(self.picture)}]))
        labels = support.read_json(self.folder / "run/labels/coco.json")["annotations"]
        expected = [(label["score"], *label["bbox"]) for label in labels
                    if label["category_id"] == 1]
        self.assertGreater(len(table), 3)
        self.assertEqual(len(table), len(expected))
        for row, label in zip(sorted(table), sorted(expected)):
            self.assertAlmostEqual(row[0], label[0], delta=0.0006)
            for a, b in zip(row[1:], label[1:]):
                self.assertAlmostEqual(a, b, delta=0.06)  # one digit behind the point
        size = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height",
                               "-of", "csv=p=0", str(drawn)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        self.assertEqual(size.strip(), "768,576")
        self.assertTrue(shown.endswith(f"\n{drawn}\n"))

    def test_the_threshold(self):
        shown = self.check(support.MODEL, self.picture, "--threshold", "0.99", "--out",
                           self.folder / "none.jpg").stdout
        self.assertIn("found     0 objects over a score of 0.99", shown)

    def test_what_is_wrong_and_the_exit_status(self):
        broken = self.folder / "broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0 no picture")
        other = self.bundle("other", sha256="0" * 64)
        classes = self.bundle("classes", classes=["person"], category_ids=[1])
        for arguments, status, phrase in [
                ([self.folder / "none.yaml"], 2, "model card not found"),
                ([other], 2, "are not those of its card"),
                ([classes], 2, "Float[1,3549,80]; the dense layout and the card's classes ask for "),
                ([support.MODEL, "--device", "gpu"], 2, "is no device"),
                ([support.MODEL, "--out", "x.jpg"], 2, "name an IMAGE"),
                ([support.MODEL, self.picture, "--out", self.folder / "x.tif"], 2, "ends in .jpg"),
                ([support.MODEL, broken, "--out", broken], 2, "would overwrite"),
                ([support.MODEL, broken], 1, "broken.jpg"),
                ([support.MODEL, self.picture, "--out", self.folder / "no/folder.jpg"], 1,
                 "cannot be written")]:
            done = self.check(*arguments, status=status)
            self.assertIn(phrase, done.stderr)
        self.assertIn("card is required", self.check(status=2).stderr)


if __name__ == "__main__":
    support.main()
