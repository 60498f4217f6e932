#!/usr/bin/python3
"""Several models in a job, with the real programs. The real model stands for two: the same one twice changes
nothing and always agrees with itself; cards of it for some of its classes add up to what each gives alone."""

import json

import support

KEEP = ["person", "car", "bus", "truck", "tie", "handbag"]


class FusionTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.photos = support.make_pictures(cls.folder / "photos", 6)

    def run_job(self, name, **sections):
        path = self.job(name, [{"images": str(self.photos)}], labels={"threshold": 0.1},
                        output={"dir": str(self.folder / name), "formats": ["coco", "jsonl"]},
                        **sections)
        spec = json.loads(path.read_text())
        if "models" in sections:
            del spec["model"]
        path.write_text(json.dumps(spec))
        self.prelabel("run", path)
        return self.folder / name

    def labels(self, run):
        """{file name: [(class, score, box, found by, known by)]}"""
        found = {}
        for line in (run / "labels/labels.jsonl").read_text().splitlines():
            item = json.loads(line)
            found[item["file_name"]] = [(label["category"], label["score"], label["bbox"],
                                         label.get("found_by"), label.get("known_by"))
                                        for label in item["labels"]]
        return found

    def assert_alike(self, expected, actual):
        """The same boxes in the same order, up to the rounding of a mean of two equal numbers."""
        self.assertEqual(sorted(expected), sorted(actual))
        for name, labels in expected.items():
            self.assertEqual([label[0] for label in labels], [label[0] for label in actual[name]])
            for one, other in zip(labels, actual[name]):
                self.assertAlmostEqual(one[1], other[1], delta=1.01e-4)
                for a, b in zip(one[2], other[2]):
                    self.assertAlmostEqual(a, b, delta=0.0201)

    def test_a_model_agrees_with_itself(self):
        card = str(support.MODEL)
        alone = self.labels(self.run_job("alone"))
        self.assertGreater(sum(map(len, alone.values())), 20)
        self.assertTrue(all(label[3] is None for labels in alone.values() for label in labels))
        # NMS of the model leaves boxes that overlap by up to 0.6: at 0.55 two of them could be one.
        run = self.run_job("twice", models=[card, card], fuse={"method": "wbf", "iou": 0.6},
                           cluster={"workers": 2, "shard_size": 1})
        twice = self.labels(run)
        self.assert_alike(alone, twice)
        self.assertTrue(all(label[3:] == (2, 2) for labels in twice.values() for label in labels))
        report = support.read_json(run / "report/report.json")
        agreements = [c["agreement"] for c in report["classes"] if c["labels"] > 0]
        self.assertTrue(all(a["share"] == 1 and a["unanimous"] == a["labels"] for a in agreements))
        self.assertEqual(sum(a["labels"] for a in agreements), sum(map(len, twice.values())))
        coco = support.read_json(run / "labels/coco.json")
        self.assertTrue(all(a["found_by"] == 2 for a in coco["annotations"]))
        one_worker = self.run_job("twice_alone", models=[card, card],
                                  fuse={"method": "wbf", "iou": 0.6}, cluster={"workers": 1})
        self.assertEqual((run / "labels/labels.jsonl").read_bytes(),
                         (one_worker / "labels/labels.jsonl").read_bytes())

        # The run belongs to these models and this way of fusing them.
        spec = json.loads((self.folder / "twice.yaml").read_text())
        spec["fuse"]["iou"] = 0.7
        other = self.folder / "other.yaml"
        other.write_text(json.dumps(spec))
        refused = self.prelabel("run", other, status=2)
        self.assertIn("pre-processing: the run has wbf 0.6 ", refused.stderr)

    def test_models_with_classes_of_their_own_add_up(self):
        card = str(support.MODEL)
        parts = [KEEP[:2], KEEP[2:]]
        single = [self.labels(self.run_job(f"part_{i}", models=[{"card": card, "classes": part}]))
                  for i, part in enumerate(parts)]
        both = self.labels(self.run_job("both", models=[{"card": card, "classes": part}
                                                        for part in parts]))
        for name, labels in both.items():
            self.assertEqual(sorted(labels), sorted(single[0][name] + single[1][name]))
        seen = {label[0] for labels in both.values() for label in labels}
        self.assertIn("person", seen)
        self.assertTrue(seen <= set(KEEP))

    def test_a_class_of_two_models_is_an_error(self):
        card = str(support.MODEL)
        path = self.job("claimed", [{"images": str(self.photos)}],
                        models=[{"card": card, "classes": ["person", "car"]},
                                {"card": card, "classes": ["car"]}])
        spec = json.loads(path.read_text())
        del spec["model"]
        path.write_text(json.dumps(spec))
        refused = self.prelabel("run", path, status=2)
        self.assertIn("two models answer for the class 'car'", refused.stderr)
        self.assertIn("wbf", refused.stderr)


if __name__ == "__main__":
    support.main()
