"""Images that are there more than once are named in the report: copies under other names and in other
sources, and pictures that were saved anew, scaled, cropped or brightened. Different photographs are
not. Needs the reference data (coco-val64) and Debian's python3-opencv."""

import os
import shutil
from pathlib import Path

import support

DATA = Path(os.environ.get("PRELABEL_REFERENCE_DATA", "")) / "coco-val64/images"
PICTURES = 12


def changed(image):
    """The same picture in ways that people and tools change it: name, pixels, quality of its JPEG."""
    import cv2

    height, width = image.shape[:2]
    x, y = width // 40, height // 40  # 5 % of each side
    return {
        "quality30": (image, 30),
        "half": (cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA), 95),
        "cropped": (image[y:height - y, x:width - x], 95),
        "brightened": (cv2.convertScaleAbs(image, alpha=1.1), 95),
    }


class DuplicatesTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import cv2

        photos = cls.folder / "photos"
        others = cls.folder / "others"
        photos.mkdir()
        others.mkdir()
        cls.stems = []
        for i, path in enumerate(sorted(DATA.glob("*.jpg"))[:PICTURES]):
            cls.stems.append(path.stem)
            shutil.copy(path, photos)
            image = cv2.imread(str(path))
            kinds = changed(image)
            name = list(kinds)[i % len(kinds)]
            pixels, quality = kinds[name]
            cv2.imwrite(str(photos / f"{path.stem}_{name}.jpg"), pixels,
                        [cv2.IMWRITE_JPEG_QUALITY, quality])
        shutil.copy(photos / f"{cls.stems[3]}.jpg", others / "copy.jpg")
        shutil.copy(photos / f"{cls.stems[3]}.jpg", photos / "again.jpg")
        shutil.copy(photos / f"{cls.stems[5]}.jpg", others / "another.jpg")
        cls.data = [{"images": str(photos)}, {"images": str(others)}]

    def report(self, name, **sections):
        job = self.job(name, self.data, **sections)
        self.said = self.prelabel("run", job, "--quiet").stdout
        return support.read_json(self.folder / name / "report/report.json")

    def test_copies_and_changed_pictures_are_named(self):
        duplicates = self.report("all")["duplicates"]
        self.assertEqual(duplicates["images"], 2 * PICTURES + 3)
        same = duplicates["same"]
        self.assertEqual(same["extra"], 3)
        self.assertEqual([group["items"] for group in same["groups"]],
                         [[f"{self.stems[3]}.jpg", "again.jpg", "copy.jpg"],
                          [f"{self.stems[5]}.jpg", "another.jpg"]])
        near = duplicates["near"]
        self.assertEqual(near["group_count"], PICTURES)
        for group in near["groups"]:
            first, second = (Path(name).stem for name in group["items"])
            self.assertEqual(first, second.split("_")[0])
        self.assertIn("More than once: 3 copies and 12 images nearly the same", self.said)
        page = (self.folder / "all/report/report.html").read_text()
        self.assertIn("Copies: 2 groups, 3 images more than needed", page)
        self.assertIn("another.jpg", page)

    def test_workers_and_shards_do_not_matter(self):
        one = self.report("one", cluster={"workers": 1, "shard_size": 3})
        two = self.report("two", cluster={"workers": 2, "shard_size": 8})
        self.assertEqual(one["duplicates"], two["duplicates"])

    def test_frames_of_videos_are_left_out(self):
        clip = support.make_clip(self.folder / "clip.avi", 6)
        job = self.job("frames", [{"video": str(clip)}])
        self.prelabel("run", job, "--quiet")
        duplicates = support.read_json(self.folder / "frames/report/report.json")["duplicates"]
        self.assertEqual(duplicates["images"], 0)
        self.assertNotIn("near", duplicates)


def missing():
    if not DATA.is_dir():
        return "PRELABEL_REFERENCE_DATA names no folder with coco-val64"
    try:
        import cv2  # noqa: F401
    except ImportError:
        return "python3-opencv is not installed"
    return support.missing()


if __name__ == "__main__":
    support.main(missing() or "")
