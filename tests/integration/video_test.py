#!/usr/bin/python3
"""What happens to tracks at a scene cut, where an object leaves and comes back, and in further rounds
that are interrupted. Real footage, cut and covered with ffmpeg; the real model."""

import json
import signal
import time
import unittest
import xml.etree.ElementTree as ElementTree

import support

PERSON = {"threshold": 0.5, "classes": {"person": {}}}
CUT = 30  # the frame after the cut
HIDDEN = (30, 90)  # frames in which the object is away: 6 s, longer than a track waits for
SHORT = (30, 45)   # 1.5 s
RATE = 10


class VideoTest(support.ProgramTest):
    def label(self, name, video, **sections):
        job = self.job(name, [{"video": str(video)}], labels=PERSON,
                       output={"dir": str(self.folder / name), "formats": ["coco", "cvat"]},
                       **sections)
        self.prelabel("run", job, "--quiet")
        return self.folder / name

    def tracks(self, run):
        """{track id: {frame: bbox}}"""
        coco = support.read_json(run / "labels/coco.json")
        frames = {image["id"]: image["frame_index"] for image in coco["images"]}
        tracks = {}
        for row in coco["annotations"]:
            tracks.setdefault(row["track_id"], {})[frames[row["image_id"]]] = row["bbox"]
        return tracks

    def test_no_track_crosses_a_scene_cut(self):
        """60 frames of one walk; in the second video the colors of the last 30 are others."""
        plain = self.folder / "plain.avi"
        cut = self.folder / "cut.avi"
        encode = ["-frames:v", 2 * CUT, "-c:v", "mjpeg", "-q:v", 2]
        support.ffmpeg("-i", support.VIDEO, *encode, plain)
        support.ffmpeg("-i", support.VIDEO, "-vf", f"hue=h=150:s=3:enable='gte(n,{CUT})'", *encode,
                       cut)
        def crossing(run):
            return [t for t, boxes in self.tracks(run).items() if min(boxes) < CUT <= max(boxes)]
        self.assertGreaterEqual(len(crossing(self.label("plain", plain))), 2)
        run = self.label("cut", cut)
        self.assertEqual(crossing(run), [])
        tracks = self.tracks(run)
        self.assertTrue([t for t, boxes in tracks.items() if max(boxes) == CUT - 1])
        self.assertTrue([t for t, boxes in tracks.items() if min(boxes) == CUT])

    def hide(self, name, first, last):
        """A still of the first frame for 12 s, one of its people (the first line of the ground truth of
        PETS: 31 x 75 pixels at 499, 158) covered from `first` until before `last`."""
        still = self.folder / "still.png"
        video = self.folder / f"{name}.avi"
        support.ffmpeg("-i", support.VIDEO, "-frames:v", 1, still)
        cover = f"drawbox=x=485:y=145:w=60:h=100:color=gray:t=fill:enable='between(n,{first},{last - 1})'"
        support.ffmpeg("-loop", 1, "-framerate", RATE, "-i", still, "-vf", cover, "-frames:v", 120,
                       "-c:v", "mjpeg", "-q:v", 2, video)
        run = self.label(name, video)
        return run, {t: boxes for t, boxes in self.tracks(run).items()
                     if all(abs(x - 499) < 25 and abs(y - 158) < 25 for x, y, _, _ in boxes.values())}

    def test_an_object_that_comes_back_late_is_another_track(self):
        run, tracks = self.hide("late", *HIDDEN)
        first, last = HIDDEN
        spans = sorted((min(boxes), max(boxes)) for boxes in tracks.values())
        self.assertEqual(spans, [(0, first - 1), (last, 119)])
        # CVAT's file says where it leaves: `outside`, in the frame after.
        root = ElementTree.parse(run / "labels/cvat/late.xml").getroot()
        closed = [[int(box.get("frame")) for box in track if box.get("outside") == "1"]
                  for track in root.iter("track")]
        self.assertIn([first], closed)

    def test_an_object_that_comes_back_soon_is_the_same_track(self):
        _, tracks = self.hide("soon", *SHORT)
        spans = [(min(boxes), max(boxes)) for boxes in tracks.values()]
        self.assertEqual(spans, [(0, 119)])

    def test_rounds_go_on_after_a_kill(self):
        """The coordinator is killed once a further round is planned; the same command ends with the
        labels of a run without a fault."""
        clip = support.make_clip(self.folder / "clip.avi", 120)
        def job(name):
            return self.job(name, [{"video": str(clip), "keyframes": {"adaptive": {"budget": 0.3}}}],
                            labels=PERSON, cluster={"workers": 2, "shard_size": 2})
        self.prelabel("run", job("whole"), "--quiet")
        expected = self.outputs(self.folder / "whole")
        process = support.start("run", job("killed"), "--quiet")
        log = self.folder / "killed/log.jsonl"
        end = time.monotonic() + support.PATIENCE
        while not log.exists() or '"round planned"' not in log.read_text():
            self.assertIsNone(process.poll(), "it ended before a further round")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.prelabel("run", self.folder / "killed.yaml", "--quiet")
        self.assert_same(expected, self.outputs(self.folder / "killed"), "after a kill")
        source = support.read_json(self.folder / "killed/report/report.json")["sources"][0]
        self.assertLessEqual(source["looked_at"], 36)
        planned = [json.loads(line) for line in log.read_text().splitlines()
                   if '"round planned"' in line]
        self.assertGreaterEqual(len(planned), 1)


if __name__ == "__main__":
    support.main()
