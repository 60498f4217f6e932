#!/usr/bin/python3
"""What is missing is done, and nothing else: a result in which a bit has flipped, items that were
quarantined until their files were repaired, and what a dataset has grown by."""

import shutil
import sqlite3

import cluster
import support


class RepairTest(cluster.ClusterTest):
    PICTURES = 40
    FRAMES = 20
    SHARD = 4
    WORK = 50

    def local(self, name, data=None):
        """A run with one worker of its own."""
        return self.cluster(name, data=data, launcher="local", workers=1)

    def rows(self, run, table, order="task"):
        with sqlite3.connect(f"file:{run.run}/run.db?mode=ro", uri=True) as store:
            return store.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()

    def finish(self, run, *options, status=0):
        done = self.prelabel("run", run.job, *options, status=status)
        return done.stderr

    def sessions(self, run):
        """By session, the tasks that were committed in it."""
        done = []
        for event in run.events("run started", "committed"):
            if event["event"] == "run started":
                done.append([])
            else:
                done[-1].append(event["task"])
        return done

    def flip_a_bit(self, run, task):
        """In the file itself, in the middle of the task's result."""
        payload = dict(self.rows(run, "payload"))[task]
        path = run.run / "run.db"
        data = bytearray(path.read_bytes())
        # Long results lie on several pages, the beginning on one.
        beginning = payload[:200]
        self.assertEqual(data.count(beginning), 1)
        data[data.index(beginning) + len(beginning) // 2] ^= 0x10
        path.write_bytes(data)

    def test_a_flipped_bit_is_noticed_and_redone(self):
        run = self.local("flipped")
        self.finish(run)
        self.assertFalse((run.run / "run.db-wal").exists())
        tasks = self.rows(run, "task", "id")
        link = next(row[0] for row in tasks if row[1] == 1)
        video = [row[0] for row in tasks if row[1] == 0 and row[2] == 1]
        before = self.rows(run, "committed")
        for damaged in ([3], [video[1]], [link], [0, video[0], link]):
            for task in damaged:
                self.flip_a_bit(run, task)
            sessions = len(self.sessions(run))

            # A report only names them.
            detects = [task for task in damaged if task != link]
            shown = self.prelabel("report", run.run, status=3 if detects else 0)
            names = ", ".join(map(str, sorted(damaged)))
            count = f"{len(damaged)} stored results were" if len(damaged) > 1 else \
                "1 stored result was"
            self.assertIn(f"prelabel: {count} damaged on disk", shown.stderr)
            for task in damaged:
                self.assertRegex(shown.stderr, rf"\b{task}\b")
            self.assertIn(f"to do them again: prelabel run {run.run}/job.yaml", shown.stderr)
            report = support.read_json(run.run / "report/report.json")
            self.assertEqual(report["totals"]["quarantined"] > 0, bool(detects), names)
            for item in report["quarantined"]:
                self.assertIn("was damaged on disk", item["reason"])
            self.assertEqual(len(self.sessions(run)), sessions)

            self.assertIn("doing them again", self.finish(run))
            redone = set(damaged) | ({link} if set(damaged) & set(video) else set())
            self.assertEqual(sorted(self.sessions(run)[-1]), sorted(redone))
            self.check_labels(run)
        others = [row for row in before if row[0] not in (0, 3, link, *video)]
        after = self.rows(run, "committed")
        self.assertTrue(set(others) <= set(after))

    def test_retry_failed(self):
        """Files that could not be read are repaired; the same frames of the same video, too."""
        pictures = self.folder / "broken" / self.pictures.name
        shutil.copytree(self.pictures, pictures)
        clip = self.folder / "broken" / self.clip.name
        broken = [1, 2, 17]  # two neighbors within a task, and one of another task
        for i in broken:
            (pictures / f"picture_{i:04}.png").write_text("This is no picture.\n")
        video = bytearray(self.clip.read_bytes())
        begin, end = (support.packets(self.clip)[i][0] for i in (6, 7))
        end -= 16  # the next chunk's name, size and padding stay
        video[begin:end] = b"U" * (end - begin)
        clip.write_bytes(video)
        run = self.local("retried", [{"images": str(pictures)},
                                     {"video": str(clip), "keyframes": {"every": 2}}])
        self.finish(run, status=3)
        report = support.read_json(run.run / "report/report.json")
        names = [f"picture_{i:04}.png" for i in broken] + ["clip/frame_000006.jpg"]
        self.assertEqual([item["item"] for item in report["quarantined"]], names)
        command = f"prelabel run {run.run}/job.yaml --retry-failed"
        self.assertEqual(report["run"]["retry"], command)
        self.assertIn(command, (run.run / "report/report.html").read_text())
        before = self.rows(run, "committed")

        # As long as nothing is repaired they fail again, and nothing else is tried.
        self.finish(run, status=3)
        self.assertEqual(len(self.sessions(run)), 1)
        planned = len(before)
        self.assertIn("quarantined items that are tried again: 4",
                      self.finish(run, "--retry-failed", status=3))
        # Pictures 1 and 2, picture 17, frame 6, the video's link.
        again = list(range(planned, planned + 4))
        self.assertEqual(sorted(self.sessions(run)[-1]), again)

        shutil.copytree(self.pictures, pictures, dirs_exist_ok=True)
        shutil.copy(self.clip, clip)
        self.finish(run, "--retry-failed")
        again = list(range(planned + 4, planned + 8))
        self.assertEqual(sorted(self.sessions(run)[-1]), again)
        self.assertTrue(set(before) <= set(self.rows(run, "committed")))
        actual = self.outputs(run.run)
        self.assert_same(self.expected, actual)

        shown = self.finish(run, "--retry-failed")
        self.assertIn("no item is quarantined: there is nothing to retry", shown)
        self.assertEqual(len(self.sessions(run)), 3)

    def test_a_grown_dataset(self):
        """More pictures in the folder, and a video that was being written."""
        pictures = self.folder / "grown" / self.pictures.name
        pictures.mkdir(parents=True)
        clip = pictures.parent / self.clip.name
        for i in range(30):
            shutil.copy(self.pictures / f"picture_{i:04}.png", pictures)
        support.ffmpeg("-i", self.clip, "-c", "copy", "-frames:v", 11, clip)
        run = self.local("grown-run", [{"images": str(pictures)}, {"video": str(clip)}])
        self.finish(run)
        first = support.read_json(run.run / "report/report.json")
        self.assertEqual(first["totals"]["items"], 30 + 11)
        before = self.rows(run, "committed")

        shutil.copytree(self.pictures, pictures, dirs_exist_ok=True)
        shutil.copy(self.clip, clip)
        self.finish(run)
        self.assertTrue(set(before) <= set(self.rows(run, "committed")))
        self.assertFalse(set(self.sessions(run)[1]) & {row[0] for row in before})
        fresh = self.local("fresh", [{"images": str(self.pictures)}, {"video": str(self.clip)}])
        self.finish(fresh)
        self.assert_same(self.outputs(fresh.run), self.outputs(run.run))


if __name__ == "__main__":
    cluster.main(programs=["ffmpeg", "ffprobe"])
