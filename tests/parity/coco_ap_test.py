#!/usr/bin/python3
"""coco_ap against hand calculations (written at each test)."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import coco_ap  # noqa: E402

A = [0, 0, 10, 10]
B = [50, 50, 10, 10]


def document(*annotations, files=("a.jpg", "b.jpg")):
    """A COCO document of (image, category, bbox, iscrowd), image numbers from 0."""
    return {
        "images": [{"id": 100 + i, "file_name": name} for i, name in enumerate(files)],
        "categories": [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}],
        "annotations": [{"image_id": 100 + i, "category_id": c, "bbox": b, "iscrowd": w}
                        for i, c, b, w in annotations],
    }


def result(bbox, score, file_name="a.jpg", category=1):
    return {"file_name": file_name, "category_id": category, "bbox": bbox, "score": score}


class CocoApTest(unittest.TestCase):
    def ap(self, truth, *results, key="AP"):
        return coco_ap.evaluate_coco(truth, list(results), None)[key]

    def test_a_duplicate_is_a_false_positive(self):
        # In order of score: true, false, true. Precision is 1 up to recall 1/2 and 2/3 up to 1. Of
        # the recalls 0, .01, ..., 1 the first 51 are at most 1/2: (51 + 50 * 2/3) / 101 = 0.834983.
        truth = document((0, 1, A, 0), (0, 1, B, 0))
        found = self.ap(truth, result(A, 0.9), result(A, 0.8), result(B, 0.7))
        self.assertAlmostEqual(found, 0.834983, 6)

    def test_iou_thresholds(self):
        # IoU 72/100: true at .50 .55 .60 .65 .70, false at the other five.
        truth = document((0, 1, A, 0))
        detection = result([0, 0, 10, 7.2], 0.9)
        self.assertAlmostEqual(self.ap(truth, detection), 0.5)
        self.assertEqual(self.ap(truth, detection, key="AP50"), 1.0)
        self.assertEqual(self.ap(truth, detection, key="AP75"), 0.0)

    def test_the_better_overlap_is_taken(self):
        # The first detection overlaps both boxes (8/12 = .67 and 9/11 = .82) and takes the second;
        # the other detection is the first box exactly, so at .5 both match.
        truth = document((0, 1, [0, 0, 10, 10], 0), (0, 1, [0, 3, 10, 10], 0))
        found = self.ap(truth, result([0, 2, 10, 10], 0.9), result(A, 0.8), key="AP50")
        self.assertEqual(found, 1.0)

    def test_detections_in_a_crowd_do_not_count(self):
        # Each lies wholly inside the crowd: intersection over its own area is 1. One is left, true.
        truth = document((0, 1, [100, 100, 200, 200], 1), (0, 1, A, 0))
        inside = [result([120, 120, 10, 10], 0.9), result([150, 150, 20, 20], 0.8)]
        self.assertEqual(self.ap(truth, *inside, result(A, 0.5)), 1.0)

    def test_mean_over_classes_with_ground_truth(self):
        # person 1, car (a box, nothing found) 0: mean 1/2. Without its box, car does not count.
        self.assertAlmostEqual(self.ap(document((0, 1, A, 0), (1, 3, B, 0)), result(A, 0.9)), 0.5)
        stray = result(B, 0.9, "b.jpg", 3)
        self.assertAlmostEqual(self.ap(document((0, 1, A, 0)), result(A, 0.9), stray), 1.0)

    def test_a_hundred_detections_an_image_and_class(self):
        # The true one is the 101st by score.
        false = [result(B, 0.9 - i / 1000) for i in range(100)]
        truth = document((0, 1, A, 0))
        self.assertEqual(self.ap(truth, *false, result(A, 0.1)), 0.0)
        # As the 100th it is 1 true of 100: precision 1/100 at every recall.
        self.assertAlmostEqual(self.ap(truth, *false[1:], result(A, 0.1)), 0.01)

    def test_scores_are_ranked_over_images(self):
        # b's false .9 comes before a's true .8: precision 1/2 at every recall.
        truth = document((0, 1, A, 0))
        self.assertAlmostEqual(self.ap(truth, result(A, 0.8), result(A, 0.9, "b.jpg")), 0.5)

    def test_labels_join_by_file_and_class_name(self):
        # The labels number images and classes in their own way; by id, person would be a car.
        labels = {"images": [{"id": 7, "file_name": "sub/b.jpg"}],
                  "categories": [{"id": 3, "name": "person"}]}
        rows = [{"image_id": 7, "category_id": 3, "bbox": A, "score": 0.9}]
        self.assertEqual(coco_ap.evaluate_coco(document((1, 1, A, 0)), rows, labels)["AP"], 1.0)

    def test_unknown_files_and_classes_are_errors(self):
        truth = document((0, 1, A, 0))
        with self.assertRaisesRegex(ValueError, "c.jpg"):
            self.ap(truth, result(A, 0.9, "c.jpg"))
        with self.assertRaisesRegex(ValueError, "class 2"):
            self.ap(truth, result(A, 0.9, category=2))


class MotTest(unittest.TestCase):
    TRUTH = ["1,4,0,0,10,10,1,1,1", "2,4,50,50,10,10,1,1,1", "3,4,0,0,10,10,1,1,1"]

    def test_frames_are_one_based_in_the_truth(self):
        # Two frames count and have one box each; frame 0 is found, 1 is missed, 2 is out of range.
        # Recall 1/2; precision 1 at the recalls 0 to .50, 0 beyond: 51/101 = 0.504950.
        rows = [result(A, 0.9, "vtest/frame_000000.jpg"), result(A, 0.8, "vtest/frame_000002.jpg")]
        found = coco_ap.evaluate_mot(self.TRUTH, rows, None, "vtest", 2, "person")
        self.assertAlmostEqual(found["recall50"], 0.5)
        self.assertAlmostEqual(found["AP50"], 0.504950, 6)

    def test_only_the_class_counts(self):
        # The car's false positive would make precision 1/2.
        frame = "vtest/frame_000000.jpg"
        rows = [result(A, 0.8, frame), result(B, 0.9, frame, 3)]
        found = coco_ap.evaluate_mot(self.TRUTH, rows, None, "vtest", 1, "person")
        self.assertEqual(found["AP50"], 1.0)


if __name__ == "__main__":
    unittest.main()
