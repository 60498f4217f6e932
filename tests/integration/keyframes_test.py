#!/usr/bin/python3
"""A video of which a person drew some frames: from the file through the whole program, without a
model and without workers. Expected positions are worked by hand from CVAT's rules: between two
keyframes corners move linearly, attributes hold, nothing is there from `outside` on."""

import os
import re
import unittest
from pathlib import Path

import support

FRAMES = 40


def shape(kind, frame, geometry, outside=0, occluded=0, attributes=""):
    return (f'    <{kind} frame="{frame}" keyframe="1" outside="{outside}" occluded="{occluded}" '
            f'{geometry} z_order="0">{attributes}\n    </{kind}>\n')


def box(frame, x1, y1, x2, y2, more="", **flags):
    corners = f'xtl="{x1:.2f}" ytl="{y1:.2f}" xbr="{x2:.2f}" ybr="{y2:.2f}"'
    return shape("box", frame, f"{corners} {more}", **flags)


def attribute(value):
    return f'<attribute name="state">{value}</attribute>'


ANNOTATIONS = f"""<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><name>clip</name><size>{FRAMES}</size><mode>interpolation</mode>
    <start_frame>0</start_frame><stop_frame>{FRAMES - 1}</stop_frame><frame_filter></frame_filter>
    <labels>
      <label><name>person</name><color>#ff0000</color><type>any</type><attributes>
        <attribute><name>state</name><mutable>True</mutable><input_type>select</input_type>
          <default_value>walks</default_value><values>walks
stands</values></attribute>
      </attributes></label>
      <label><name>lawn</name><color>#00ff00</color><type>any</type><attributes></attributes>
      </label>
    </labels>
    <original_size><width>768</width><height>576</height></original_size>
  </task></meta>
  <track id="0" label="person" source="manual">
{box(0, 100, 50, 140, 150, attributes=attribute("walks"))}\
{box(10, 200, 70, 240, 170, attributes=attribute("stands"), occluded=1)}\
{box(20, 200, 70, 240, 170, outside=1)}\
{box(30, 300, 100, 340, 200)}  </track>
  <track id="1" label="lawn" source="manual">
{box(5, 400, 300, 440, 320, 'rotation="350.00"')}\
{box(25, 440, 300, 480, 320, 'rotation="10.00"')}\
{box(26, 440, 300, 480, 320, 'rotation="10.00"', outside=1)}  </track>
  <track id="2" label="lawn" source="manual">
{shape("polygon", 0, 'points="10.00,10.00;50.00,10.00;50.00,30.00;10.00,30.00"')}\
{shape("polygon", 20, 'points="30.00,20.00;70.00,20.00;70.00,40.00;30.00,40.00"')}  </track>
  <track id="3" label="lawn" source="manual">
{shape("mask", 0, 'rle="0, 12" left="600" top="400" width="4" height="3"')}\
{shape("mask", 2, 'rle="0, 12" left="600" top="400" width="4" height="3"', outside=1)}  </track>
</annotations>
"""


def mean_iou(truth, labels, keyframes):
    """Over the boxes of `truth` in frames that are no keyframe of their track."""
    ious = []
    for (track, frame), (x, y, w, h) in truth.items():
        if (track, frame) in keyframes:
            continue
        a, b, c, d = labels[track, frame]
        across = max(0, min(x + w, a + c) - max(x, a))
        down = max(0, min(y + h, b + d) - max(y, b))
        ious.append(across * down / (w * h + c * d - across * down))
    return sum(ious) / len(ious)


def read_mot(path):
    boxes = {}
    for line in path.read_text().split():
        frame, track, *box_ = line.split(",")[:6]
        boxes[int(track), int(frame)] = tuple(map(float, box_))
    return boxes


class KeyframesTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = support.make_clip(cls.folder / "clip.avi", FRAMES)
        cls.drawn = cls.folder / "annotations.xml"
        cls.drawn.write_text(ANNOTATIONS)
        case = cls()
        cls.first = case.prelabel("run", case.drawn_job("first", cls.drawn))
        cls.run_folder = cls.folder / "first"

    def runTest(self):
        """Lets setUpClass make an instance."""

    def drawn_job(self, name, drawn, video=None, **sections):
        data = [{"video": str(video or self.clip), "keyframes": {"from": str(drawn)}}]
        return self.job(name, data, model=None, **sections)

    def job(self, name, data, run=None, model=str(support.MODEL), **sections):
        output = {"dir": str(self.folder / (run or name)), "formats": ["coco", "mot", "cvat"]}
        path = super().job(name, data, run, model=model, **{"output": output, **sections})
        if model is None:
            path.write_text(path.read_text().replace(' "model": null,\n', ""))
        return path

    def annotations(self, run="first"):
        coco = support.read_json(self.folder / run / "labels/coco.json")
        frames = {image["id"]: image["frame_index"] for image in coco["images"]}
        return {(a["track_id"], frames[a["image_id"]]): a for a in coco["annotations"]}

    def test_no_model_and_no_worker_takes_part(self):
        self.assertIn("no worker is needed", self.first.stderr)
        self.assertRegex(self.first.stdout,
                         rf"^{FRAMES} frames labeled from keyframes that people drew, \d+ labels")
        self.assertEqual(list(self.run_folder.glob("worker-*.log")), [])
        report = support.read_json(self.run_folder / "report/report.json")
        self.assertEqual(report["sources"][0]["keyframes_from"], "annotations.xml")
        self.assertEqual(report["totals"]["drawn"], FRAMES)
        self.assertEqual(report["totals"]["labeled"], FRAMES)
        wanted = {frame["frame"] for frame in report["wanted_keyframes"]}
        self.assertTrue(wanted & set(range(1, 10)), "between the first two of the box")
        self.assertIn("video, keyframes from annotations.xml",
                      (self.run_folder / "report/report.html").read_text())
        shown = self.prelabel("status", self.run_folder).stdout
        self.assertRegex(shown, r"^finished\n")
        checked = self.prelabel("validate", self.run_folder).stdout
        self.assertRegex(checked, "3 files checked: 0 problems")

    def test_labels_are_where_they_were_worked_out(self):
        labels = self.annotations()
        categories = support.read_json(self.run_folder / "labels/coco.json")["categories"]
        self.assertEqual([(c["id"], c["name"]) for c in categories], [(1, "person"), (2, "lawn")])

        # The box: 10 and 2 pixels a frame up to frame 10, then it stands up to frame 20, is gone,
        # and is there from 30 to the end.
        self.assertEqual(labels[1, 0]["bbox"], [100, 50, 40, 100])
        self.assertEqual(labels[1, 3]["bbox"], [130, 56, 40, 100])
        self.assertEqual(labels[1, 15]["bbox"], [200, 70, 40, 100])
        self.assertEqual(labels[1, 39]["bbox"], [300, 100, 40, 100])
        there = [frame for frame in range(FRAMES) if (1, frame) in labels]
        self.assertEqual(there, [*range(20), *range(30, FRAMES)])
        self.assertEqual([labels[1, f]["source"] for f in (0, 1, 10, 11, 30)],
                         ["human", "interpolated", "human", "interpolated", "human"])
        self.assertEqual(labels[1, 10]["score"], 1)
        self.assertLess(labels[1, 5]["score"], 1)

        # Attributes and occlusion hold.
        for frame, state in ((0, "walks"), (9, "walks"), (10, "stands"), (19, "stands"),
                             (30, "stands"), (39, "stands")):
            self.assertEqual(labels[1, frame]["attributes"], {"state": state}, frame)
        self.assertEqual([labels[1, f]["occluded"] for f in (9, 10, 19, 30)],
                         [False, True, True, False])

        # The turned box: over 0°, the shorter way, so that it is upright in the middle.
        self.assertEqual(labels[2, 15]["bbox"], [420, 300, 40, 20])
        # 40 × 20 turned by 10°: 40 cos + 20 sin wide, 40 sin + 20 cos high.
        x, y, width, height = labels[2, 25]["bbox"]
        self.assertAlmostEqual(width, 42.865, delta=0.011)
        self.assertAlmostEqual(height, 26.642, delta=0.011)
        self.assertAlmostEqual(x + width / 2, 460, delta=0.011)
        self.assertAlmostEqual(labels[2, 25]["area"], 800, delta=0.5)
        self.assertEqual(len(labels[2, 25]["segmentation"][0]), 8)
        self.assertNotIn((2, 26), labels)

        # The polygon moves by a pixel, and half of one, a frame, and then stays.
        self.assertEqual(labels[3, 10]["segmentation"],
                         [[20, 15, 60, 15, 60, 35, 20, 35]])
        self.assertEqual(labels[3, 10]["area"], 800)
        self.assertEqual(labels[3, 39]["bbox"], [30, 20, 40, 20])

        # The mask: 3 rows and 4 columns at (600, 400) of 576 rows.
        self.assertEqual([f for f in range(FRAMES) if (4, f) in labels], [0, 1])
        self.assertEqual(labels[4, 1]["bbox"], [600, 400, 4, 3])
        self.assertEqual(labels[4, 1]["area"], 12)
        self.assertEqual(labels[4, 1]["segmentation"]["size"], [576, 768])

        # MOTChallenge: frames from 1, the box's bounds, 0 where it is occluded.
        mot = (self.run_folder / "labels/mot/clip/gt/gt.txt").read_text()
        self.assertIn("\n4,1,130.00,56.00,40.00,100.00,1,1,1\n", mot)
        self.assertIn("\n16,1,200.00,70.00,40.00,100.00,1,1,0\n", mot)

    def test_what_is_exported_is_what_was_read(self):
        written = self.run_folder / "labels/cvat/clip.xml"
        exported = self.folder / "again.xml"
        self.prelabel("export", self.run_folder, "--format", "cvat", "--out", self.folder / "out")
        exported.write_bytes((self.folder / "out/clip.xml").read_bytes())
        self.assertEqual(exported.read_bytes(), written.read_bytes())
        drawn = re.findall(r"<(?:box|polygon|mask|track) [^>]*?(?= z_order| source)", ANNOTATIONS)
        self.assertEqual(re.findall(r"<(?:box|polygon|mask|track) [^>]*?(?= z_order| source)",
                                    exported.read_text()), [" ".join(d.split()) for d in drawn])
        self.prelabel("run", self.drawn_job("second", exported))
        for name in ("coco.json", "mot/clip/gt/gt.txt", "mot/clip/gt/labels.txt", "cvat/clip.xml"):
            self.assertTrue((self.run_folder / "labels" / name).read_bytes() ==
                            (self.folder / "second/labels" / name).read_bytes(), name)

    def test_the_same_directory_again(self):
        drawn = self.folder / "grows.xml"
        drawn.write_text(ANNOTATIONS)
        job = self.drawn_job("grows", drawn)
        self.prelabel("run", job)
        self.prelabel("run", job, "--retry-failed")
        self.assertEqual(self.annotations("grows"), self.annotations())
        # One keyframe more, drawn since.
        drawn.write_text(ANNOTATIONS.replace(box(30, 300, 100, 340, 200),
                                             box(30, 300, 100, 340, 200) +
                                             box(38, 380, 100, 420, 200)))
        self.prelabel("report", self.folder / "grows")
        self.assertEqual(self.annotations("grows")[1, 34]["bbox"], [340, 100, 40, 100])
        self.prelabel("report", self.folder / "grows", "--set", "interpolation.method=none",
                      "--set", "labels.classes={person: {to: pedestrian}}")
        labels = self.annotations("grows")
        self.assertEqual(sorted(labels), [(1, 0), (1, 10), (1, 30), (1, 38)])

    def test_flow_keeps_to_the_keyframes(self):
        # A person that walks from right to left, as PETS' ground truth has it.
        drawn = self.folder / "walks.xml"
        drawn.write_text(ANNOTATIONS.replace("</annotations>", f"""
  <track id="8" label="person" source="manual">
{box(0, 633.19, 241.93, 675.53, 323.01)}{box(20, 444.49, 231.36, 476.88, 316.32)}  </track>
</annotations>"""))
        self.prelabel("run", self.drawn_job("lines", drawn))
        self.prelabel("run", self.drawn_job("flow", drawn, interpolation={"method": "flow"}))
        labels, lines = self.annotations("flow"), self.annotations("lines")
        self.assertEqual(sorted(labels), sorted(lines))
        moved = {key for key in lines if labels[key]["bbox"] != lines[key]["bbox"]}
        self.assertIn((9, 10), moved)
        for track, frame in moved:  # upright boxes alone follow what is seen
            self.assertIn((track, lines[track, frame]["source"]),
                          [(1, "interpolated"), (9, "interpolated")])
        exported = self.folder / "flow/labels/cvat/clip.xml"
        self.prelabel("run", self.drawn_job("shown", exported))
        for key, label in self.annotations("shown").items():
            for a, b in zip(label["bbox"], labels[key]["bbox"]):
                self.assertAlmostEqual(a, b, delta=6, msg=key)  # IoU 0.9 of a box of 32 × 85
        shown = self.prelabel("validate", self.folder / "flow").stdout
        self.assertRegex(shown, "3 files checked: 0 problems")

    def test_beside_sources_that_the_model_looks_at(self):
        pictures = support.make_pictures(self.folder / "pictures", 2)
        job = self.job("mixed", [{"video": str(self.clip), "keyframes": {"from": str(self.drawn)}},
                                 {"images": str(pictures)}])
        shown = self.prelabel("run", job)
        self.assertRegex(shown.stdout, rf"^2 of 2 items looked at, {FRAMES} frames labeled from")
        coco = support.read_json(self.folder / "mixed/labels/coco.json")
        names = {c["name"]: c["id"] for c in coco["categories"]}
        self.assertEqual(names["person"], 1)  # the model's
        self.assertEqual(names["lawn"], 91)   # behind COCO's, whose last is 90
        self.assertEqual(len(coco["images"]), FRAMES + 2)
        self.assertIn("every task has its result", self.prelabel("run", job).stderr)
        self.prelabel("validate", self.folder / "mixed")

    def test_a_broken_file_is_named_with_the_place(self):
        for name, text, phrase in [
                ("cut.xml", ANNOTATIONS[:ANNOTATIONS.index("<track id=\"2\"")], "line"),
                ("wrong.xml", ANNOTATIONS.replace('xtl="200.00"', 'xtl="left"', 1),
                 "'xtl' must be a number of pixels"),
                ("far.xml", ANNOTATIONS.replace('frame="30"', 'frame="4000"'),
                 "the track has a keyframe at frame 4000")]:
            path = self.folder / name
            path.write_text(text)
            done = self.prelabel("run", self.drawn_job(path.stem, path), status=2)
            self.assertRegex(done.stderr, rf"{re.escape(str(path))}: line \d+, column \d+: ")
            self.assertIn(phrase, done.stderr)
            self.assertFalse((self.folder / path.stem / "labels").exists())
        done = self.prelabel("run", self.drawn_job("none", self.folder / "none.xml"), status=2)
        self.assertIn("none.xml: cannot be read", done.stderr)

    @unittest.skipUnless(os.environ.get("PRELABEL_REFERENCE_DATA"),
                         "PRELABEL_REFERENCE_DATA is not set")
    def test_every_tenth_frame_of_real_tracks(self):
        """Keyframes every 10 frames from each track's first, plus its last; the mean IoU of the
        frames between is that of an independent linear interpolation."""
        truth = read_mot(Path(os.environ["PRELABEL_REFERENCE_DATA"]) / "pets09-s2l1/gt.txt")
        keyframes = set()
        for track in {track for track, _ in truth}:
            frames = sorted(frame for t, frame in truth if t == track)
            keyframes.update((track, frame) for frame in (*frames[::10], frames[-1]))
        thin = self.folder / "thin.txt"
        thin.write_text("".join(f"{f},{t},{','.join(map(str, truth[t, f]))},1,1,1\n"
                                for t, f in sorted(keyframes)))
        self.prelabel("run", self.drawn_job("pets", thin, support.VIDEO))
        labels = read_mot(self.folder / "pets/labels/mot/vtest/gt/gt.txt")
        self.assertEqual(set(labels), set(truth))
        self.assertAlmostEqual(mean_iou(truth, labels, keyframes), 0.9190, delta=0.0005)


if __name__ == "__main__":
    support.main()
