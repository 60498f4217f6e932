"""Pictures in tar and zip archives: the labels are those of the same pictures as files, whatever dialect
Python's tarfile or zipfile writes, and one member that is damaged costs no other."""

import io
import json
import tarfile
import unittest
import zipfile

import cluster
import support

PICTURES = 30


class ArchiveTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder.chmod(0o755)
        cls.model = cluster.make_model(cls.folder / "model", 1)
        cls.pictures = cluster.make_pictures(cls.folder / "pictures", PICTURES)
        files = sorted(cls.pictures.iterdir())
        dialects = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
        (cls.folder / "shards").mkdir()
        for i, dialect in enumerate(dialects):
            path = cls.folder / f"shards/shard-{i}.tar"
            with tarfile.open(path, "w", format=dialect) as tar:
                for file in files[i::len(dialects)]:
                    # In PAX and GNU headers of their own where they are that long.
                    prefix = "" if dialect == tarfile.USTAR_FORMAT else "long/" * 30
                    tar.add(file, prefix + file.name)
                    sidecar = tarfile.TarInfo(prefix + file.stem + ".json")
                    tar.addfile(sidecar, io.BytesIO(b""))

        (cls.folder / "zips").mkdir()
        for i, method in enumerate([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]):
            with zipfile.ZipFile(cls.folder / f"zips/{i}.zip", "w", method) as archive:
                for file in files[i::2]:
                    # What a stream of unknown length gets: zip64 fields, sizes behind the bytes.
                    with archive.open("sub/" + file.name, "w", force_zip64=i == 1) as member:
                        member.write(file.read_bytes())

    def labels(self, name, data, status=0):
        """{file name without its folders: its labels}."""
        job = self.job(name, data, model=str(self.model), output={"dir": str(self.folder / name)})
        self.prelabel("run", job, "--quiet", status=status)
        coco = support.read_json(self.folder / name / "labels/coco.json")
        names = {image["id"]: image["file_name"] for image in coco["images"]}
        labels = {file.rsplit("/", 1)[1] if "/" in file else file: [] for file in names.values()}
        self.assertEqual(len(labels), len(names))
        for row in coco["annotations"]:
            labels[names[row["image_id"]].rsplit("/", 1)[-1]].append(
                (row["category_id"], row["bbox"], row["score"]))
        return labels

    def test_labels_are_those_of_the_files(self):
        expected = self.labels("files", [{"images": str(self.pictures)}])
        self.assertEqual(len(expected), PICTURES)
        actual = self.labels("tars", [{"images": str(self.folder / "shards/*.tar")}])
        self.assertEqual(json.dumps(expected), json.dumps(dict(sorted(actual.items()))))

    def test_zips_are_read_in_place(self):
        expected = self.labels("plain", [{"images": str(self.pictures)}])
        actual = self.labels("zips", [{"images": str(self.folder / "zips/*.zip")}])
        self.assertEqual(json.dumps(expected), json.dumps(dict(sorted(actual.items()))))

    def test_a_damaged_member_is_quarantined_alone(self):
        whole = (self.folder / "shards/shard-0.tar").read_bytes()
        with tarfile.open(self.folder / "shards/shard-0.tar") as tar:
            member = next(m for m in tar if m.name == "picture_0003.png")
        damaged = self.folder / "damaged.tar"
        begin = member.offset_data
        damaged.write_bytes(whole[:begin] + bytes(member.size) + whole[begin + member.size:])
        labels = self.labels("damaged", [{"images": str(damaged)}], status=3)
        self.assertEqual(len(labels), PICTURES // 3 - 1)
        report = support.read_json(self.folder / "damaged/report/report.json")
        self.assertEqual([row["item"] for row in report["quarantined"]],
                         ["damaged.tar/picture_0003.png"])
        self.assertIn(f"damaged.tar (byte {begin}): is not a picture",
                      report["quarantined"][0]["reason"])


if __name__ == "__main__":
    cluster.main()
