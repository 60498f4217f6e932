"""Items behind URLs: a manifest of 10,000 of them at a real nginx, beside a server that misbehaves
and hosts that are not there. What must be quarantined is known by construction; all else is labeled,
and no query of a URL is written anywhere."""

import collections
import contextlib
import http.server
import json
import re
import shutil
import socket
import socketserver
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

import cluster
import support

ITEMS = 10000
PICTURES = 4  # distinct ones
SECRET = "PRESIGNED-SECRET"
# How many items of each kind there are, the rest is good; True: they are to be quarantined.
KINDS = {
    "redirected": (60, False), "slow": (30, False), "flaky": (10, False),
    "refused": (80, True), "silent": (20, True),  # the failing hosts
    "html": (30, True), "missing": (20, True), "busy": (10, True), "truncated": (10, True),
    "stalled": (3, True), "elsewhere": (4, True),
}
REFUSING_HOSTS = 8

NGINX = """
daemon off; master_process off; pid %(folder)s/nginx.pid; error_log %(folder)s/error.log crit;
events { worker_connections 512; }
http {
  access_log off;
  types { image/jpeg jpg; }
  client_body_temp_path %(folder)s/t1; proxy_temp_path %(folder)s/t2; fastcgi_temp_path %(folder)s/t3;
  uwsgi_temp_path %(folder)s/t4; scgi_temp_path %(folder)s/t5;
  server {
    listen 127.0.0.1:%(port)d;
    root %(pictures)s;
    location ~ ^/good/[0-9]+-([0-9]+)\\.jpg$ { try_files /$1.jpg =404; }
    location ~ ^/redirected/(.*)$ { return 302 /good/$1?$args; }
    location /html/ { types { } default_type text/html; return 200 "<html>please log in</html>"; }
    location /busy/ { return 503; }
    location /elsewhere/ { return 302 file:///etc/hostname; }
  }
}
"""


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """By the first part of the path: slow (but comes), flaky (busy at the first request), stalled
    and truncated (in the middle of the body)."""

    pictures = []
    seen = collections.Counter()
    ended = threading.Event()

    def do_GET(self):
        kind = self.path.split("/")[1]
        body = self.pictures[int(re.search(r"-(\d+)\.jpg", self.path).group(1))]
        self.seen[self.path] += 1
        if kind == "flaky" and self.seen[self.path] == 1:
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[:half])
        self.wfile.flush()
        if kind == "truncated":
            self.close_connection = True
            return
        self.ended.wait(60 if kind == "stalled" else 0.8 if kind == "slow" else 0)
        with contextlib.suppress(OSError):
            self.wfile.write(body[half:])

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


class FetchTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import cv2
        import numpy

        cls.folder.chmod(0o755)
        cls.model = cluster.make_model(cls.folder / "model", 1)
        cls.pictures = cls.folder / "pictures"
        cls.pictures.mkdir()
        colors = numpy.random.default_rng(9)
        for i in range(PICTURES):
            squares = colors.integers(10, 250, (4, 4, 3), dtype=numpy.uint8)
            cv2.imwrite(str(cls.pictures / f"{i}.jpg"), squares.repeat(16, 0).repeat(16, 1))
        Misbehaving.pictures = [(cls.pictures / f"{i}.jpg").read_bytes() for i in range(PICTURES)]

        cls.nginx_port = cluster.free_port()
        cls.nginx = cls.start_nginx()
        cls.addClassCleanup(cls.stop_nginx)
        server = Server(("127.0.0.1", 0), Misbehaving)
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.addClassCleanup(Misbehaving.ended.set)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.server_port = server.server_address[1]

        # Accepts nobody, and its queue is full: the kernel drops who wants to connect.
        silent = socket.socket()
        silent.bind(("127.0.0.9", 0))
        silent.listen(0)
        cls.addClassCleanup(silent.close)
        cls.silent = f"127.0.0.9:{silent.getsockname()[1]}"
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
            cls.addClassCleanup(filler.close)

    @classmethod
    def start_nginx(cls):
        config = cls.folder / "nginx.conf"
        config.write_text(NGINX % {"folder": cls.folder, "port": cls.nginx_port,
                                   "pictures": cls.pictures})
        nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", str(config), "-e",
                                  str(cls.folder / "error.log")])
        end = time.monotonic() + cluster.PATIENCE
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while True:
            try:
                opener.open(f"http://127.0.0.1:{cls.nginx_port}/good/0-0.jpg").close()
                return nginx
            except urllib.error.URLError:
                if nginx.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    @classmethod
    def stop_nginx(cls):
        cls.nginx.terminate()
        cls.nginx.wait()

    def url(self, kind, i):
        file = f"{i}-{i % PICTURES}.jpg"
        host = f"127.0.0.1:{self.nginx_port}"
        if kind in ("slow", "flaky", "stalled", "truncated"):
            host = f"127.0.0.1:{self.server_port}"
        if kind == "refused":
            host = f"127.0.0.{20 + i % REFUSING_HOSTS}:9"
        if kind == "silent":
            host = self.silent
        return f"http://{host}/{kind}/{file}?X-Amz-Signature={SECRET}"

    def manifest(self, name, kinds):
        """Writes a manifest; returns {item name: kind}."""
        items = {f"{i:05}.jpg": kind for i, kind in enumerate(kinds)}
        with open(self.folder / name, "w") as out:
            for i, (item, kind) in enumerate(items.items()):
                out.write(json.dumps({"file": self.url(kind, i), "name": item}) + "\n")
        return items

    def run_job(self, name, manifest, status, **fetch):
        job = self.job(name, [{"manifest": str(self.folder / manifest)}], model=str(self.model),
                       output={"dir": str(self.folder / name)},
                       cluster={"workers": 2, "shard_size": 50},
                       fetch={"timeout": "2s", **fetch})
        # A proxy of this machine would be asked for 127.0.0.1, too.
        done = self.prelabel("run", job, "--quiet", status=status,
                             env=support.environment(no_proxy="*"))
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        return self.folder / name

    def labels(self, run):
        """{file name: its boxes}."""
        coco = support.read_json(run / "labels/coco.json")
        boxes = {image["id"]: [] for image in coco["images"]}
        for row in coco["annotations"]:
            boxes[row["image_id"]].append((row["category_id"], row["bbox"], row["score"]))
        return {image["file_name"]: boxes[image["id"]] for image in coco["images"]}

    def test_exactly_the_failing_items_are_quarantined(self):
        spread = [kind for kind, (count, _) in KINDS.items() for _ in range(count)]
        kinds = ["good"] * ITEMS
        for n, kind in enumerate(spread):
            kinds[(n * 7919 + 13) % ITEMS] = kind  # 7919 is prime to 10,000: no two the same
        items = self.manifest("items.jsonl", kinds)
        self.assertEqual(sum(kind != "good" for kind in kinds), len(spread))
        begin = time.monotonic()
        run = self.run_job("run", "items.jsonl", 3)
        print(f"{ITEMS} items in {time.monotonic() - begin:.1f} s", flush=True)

        failing = {item for item, kind in items.items() if kind in KINDS and KINDS[kind][1]}
        report = support.read_json(run / "report/report.json")
        reasons = {row["item"]: row["reason"] for row in report["quarantined"]}
        got, wanted = collections.Counter(), collections.Counter()
        for item in set(reasons) ^ failing:
            (got if item in reasons else wanted)[items[item]] += 1
        self.assertEqual((dict(got), dict(wanted)), ({}, {}), "quarantined and not; not and to be")
        self.assertEqual(report["totals"]["quarantined"], len(failing))
        self.assertEqual(report["totals"]["labeled"], ITEMS - len(failing))
        phrases = {"refused": "cannot be connected to", "silent": "cannot be connected to",
                   "html": "is not a picture, or of an unknown kind: the host sent text/html",
                   "missing": "the host answered 404", "busy": "the host answered 503",
                   "truncated": "the transfer broke off", "stalled": "too slow",
                   "elsewhere": "something else than http(s)"}
        for item, reason in reasons.items():
            self.assertIn(phrases[items[item]], reason)

        # Items of the same picture have the same labels, whatever way it came.
        labels = self.labels(run)
        self.assertEqual(sorted(labels), sorted(set(items) - failing))
        by_picture = collections.defaultdict(set)
        for item, boxes in labels.items():
            by_picture[int(item[:5]) % PICTURES].add(json.dumps(boxes))
        self.assertEqual({p: len(s) for p, s in by_picture.items()}, dict.fromkeys(range(PICTURES), 1))
        self.assertGreater(min(map(len, labels.values())), 5)

        for path in run.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def test_what_was_fetched_is_kept(self):
        self.manifest("few.jsonl", ["good"] * 40)
        cache = self.folder / "cache"
        first = self.run_job("first", "few.jsonl", 0, cache=str(cache))
        self.stop_nginx()
        try:
            second = self.run_job("second", "few.jsonl", 0, cache=str(cache))
        finally:
            type(self).nginx = self.start_nginx()
        self.assertEqual(self.labels(first), self.labels(second))
        self.assertEqual(len(self.labels(second)), 40)
        for path in cache.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes())


if __name__ == "__main__":
    cluster.main(programs=() if shutil.which("nginx", path="/usr/sbin:/usr/bin") else ("nginx",))
