#!/usr/bin/python3
"""Second looks with the real programs: what is looked at once more, what the results hold, and that
labels and reports of a run know nothing of them."""

import hashlib
import json
import shutil
import signal
import sqlite3

import peer
import support

PLAIN, LINK, FLIP, COLOR, SCALE, SECOND = range(6)


def tasks_of(run):
    """[(id, kind, source, [items], committed)] of the tasks that were not replaced."""
    database = sqlite3.connect(f"file:{run / 'run.db'}?mode=ro", uri=True)
    try:
        rows = database.execute(
            "SELECT id, kind, source, first, count, stride, EXISTS (SELECT 1 FROM committed c "
            "WHERE c.task = t.id) FROM task t WHERE id NOT IN (SELECT task FROM split) "
            "ORDER BY id").fetchall()
    finally:
        database.close()
    return [(task, kind, source, [first + k * stride for k in range(count)], bool(done))
            for task, kind, source, first, count, stride, done in rows]


def items_of(run, kind):
    """Committed {(source, item)} of a kind; an item may be there once."""
    items = [(source, item) for _, its_kind, source, its_items, done in tasks_of(run)
             if its_kind == kind and done for item in its_items]
    assert len(items) == len(set(items)), "an item was looked at twice in one view"
    return set(items)


def results_of(run, kind):
    """{(source, item): the stored wire message} of a kind."""
    database = sqlite3.connect(f"file:{run / 'run.db'}?mode=ro", uri=True)
    found = {}
    try:
        rows = database.execute("SELECT t.source, p.bytes FROM task t JOIN payload p ON "
                                "p.task = t.id WHERE t.kind = ?", (kind,)).fetchall()
    finally:
        database.close()
    for source, payload in rows:
        for item in peer.messages().TaskPayload.FromString(payload).items:
            found[source, item.item] = item
    return found


def boxes(item, least=0.0):
    """[(class, score, (x1, y1, x2, y2))] of a stored item."""
    p = item.predictions
    return [(c, s, tuple(p.boxes[4 * i:4 * i + 4]))
            for i, (c, s) in enumerate(zip(p.classes, p.scores)) if s >= least]


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / area


class SecondOpinionTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        support.make_pictures(cls.folder / "pictures", 6)
        support.make_clip(cls.folder / "clip.avi", 13)
        cls.data = [{"images": str(cls.folder / "pictures")},
                    {"video": str(cls.folder / "clip.avi"), "keyframes": {"every": 3}}]
        # Frames 0, 3, 6, 9 and 12 are looked at.
        cls.looked_at = {(0, i) for i in range(6)} | {(1, 3 * i) for i in range(5)}

    def card(self, name, change=lambda text: text):
        """A copy of the model under another name; its card, changed."""
        folder = self.folder / name
        folder.mkdir()
        text = support.MODEL.read_text().replace("name: nanodet-g-coco", f"name: {name}")
        weights = next(line.split()[1] for line in text.splitlines() if line.startswith("weights"))
        shutil.copy(support.MODEL.parent / weights, folder / weights)
        (folder / "model.yaml").write_text(change(text))
        return folder / "model.yaml"

    def assert_same_but_for_looks(self, without, run):
        """Labels and report are those of a run that asked nobody, but for the section on looks."""
        expected, asked = self.outputs(without), self.outputs(run)
        report = json.loads(asked["report/report.json"])
        self.assertEqual(report["assessment"].pop("second_opinion")["views"],
                         ["flip", "color", "scale", "second_model"])
        asked["report/report.json"] = json.dumps(report).encode()
        self.assert_same(expected, asked)

    def test_looks_apart_from_labels(self):
        plain = self.job("without", self.data)
        self.prelabel("run", plain)
        other = self.card("other", lambda text: text.replace("[person, bicycle", "[human, bicycle"))
        asking = self.job("with", self.data,
                          report={"second_opinion": {"model": str(other)}})
        self.prelabel("run", asking)
        run = self.folder / "with"
        self.assert_same_but_for_looks(self.folder / "without", run)
        for kind in (PLAIN, FLIP, COLOR, SCALE, SECOND):
            self.assertEqual(items_of(run, kind), self.looked_at, kind)

        looks = {kind: results_of(run, kind) for kind in (PLAIN, FLIP, COLOR, SCALE, SECOND)}
        found = {kind: 0 for kind in looks}
        confident = 0
        for key, item in looks[PLAIN].items():
            # The same weights see the same.
            self.assertEqual(boxes(looks[SECOND][key]), boxes(item), key)
            strong = boxes(item, 0.55)
            confident += len(strong)
            for kind, results in looks.items():
                again = results[key]
                self.assertEqual((again.width, again.height), (item.width, item.height))
                if kind != PLAIN:
                    self.assertFalse(again.embedding or again.box_embeddings or again.appearance
                                     or again.scene)
                for label, _, box in strong:
                    found[kind] += any(c == label and iou(b, box) >= 0.5
                                       for c, _, b in boxes(again, 0.15))
            self.assertNotEqual(boxes(looks[FLIP][key]), boxes(item), "it is another view")
        # Boxes that were not taken back, or the wrong way, would hardly ever overlap.
        self.assertGreater(confident, 20)
        for kind in (FLIP, COLOR, SCALE):
            self.assertGreater(found[kind], 0.8 * confident, (kind, found, confident))

        # Nothing is done twice; another second model starts anew, and it alone.
        again = self.prelabel("run", asking)
        self.assertIn("every task has its result already", again.stderr)
        before = {task for task, *_ in tasks_of(run)}
        third = self.card("third", lambda text: text.replace("mean: [103.53", "mean: [90.5"))
        self.prelabel("run", asking, "--set", f"report.second_opinion.model={third}")
        new = [t for t in tasks_of(run) if t[0] not in before]
        self.assertEqual({kind for _, kind, *_ in new}, {SECOND})
        self.assertEqual(items_of(run, SECOND), self.looked_at)
        changed = results_of(run, SECOND)
        self.assertTrue(any(boxes(changed[key]) != boxes(item)
                            for key, item in looks[PLAIN].items()))
        self.assert_same_but_for_looks(self.folder / "without", run)

    def test_wishes_may_change(self):
        job = self.job("wishes", self.data,
                       report={"second_opinion": {"images": 4, "changes": ["flip"]}})
        run = self.folder / "wishes"
        self.prelabel("run", job)
        four = items_of(run, FLIP)
        self.assertEqual(len(four), 4)
        self.assertLess(four, self.looked_at)
        self.prelabel("run", job, "--set", "report.second_opinion.images=7", "--set",
                      "report.second_opinion.changes=[flip, scale]")
        seven = items_of(run, FLIP)
        self.assertEqual(len(seven), 7)
        self.assertLess(four, seven)
        self.assertEqual(items_of(run, SCALE), seven)
        self.assertEqual(items_of(run, COLOR), set())

    def test_what_is_not_wanted_any_more_is_not_done(self):
        job = self.job("dropped", self.data, report={"second_opinion": {}},
                       cluster={"listen": f"ipc://{self.folder}/d.ipc"})
        run = self.folder / "dropped"
        server = support.start("serve", job)  # nobody joins
        while "waiting for workers" not in (line := server.stderr.readline()):
            self.assertTrue(line, "it ended early")
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=support.PATIENCE)
        self.assertTrue(any(kind == FLIP for _, kind, *_ in tasks_of(run)))
        path = self.job("dropped", self.data)
        self.prelabel("run", path)
        self.assertEqual({kind for _, kind, *_ in tasks_of(run)}, {PLAIN, LINK})
        status = json.loads(self.prelabel("status", run, "--json").stdout)
        self.assertEqual(status["state"], "finished")
        self.assertEqual(status["items"], len(self.looked_at))

    def test_a_second_model_that_fails_costs_no_item(self):
        broken = self.card("broken")
        weights = next(path for path in broken.parent.iterdir() if path != broken)
        old = hashlib.sha256(weights.read_bytes()).hexdigest()
        weights.write_bytes(b"no module")
        broken.write_text(broken.read_text().replace(
            old, hashlib.sha256(b"no module").hexdigest()))
        job = self.job("failing", self.data,
                       report={"second_opinion": {"changes": [], "model": str(broken)}})
        run = self.folder / "failing"
        done = self.prelabel("run", job)
        self.assertIn("is quarantined", done.stderr)
        self.assertEqual(items_of(run, SECOND), set())
        report = support.read_json(run / "report/report.json")
        self.assertEqual(report["totals"]["quarantined"], 0)
        status = json.loads(self.prelabel("status", run, "--json").stdout)
        self.assertEqual((status["state"], status["items_failed"]), ("finished", 0))


if __name__ == "__main__":
    support.main()
