#!/usr/bin/python3
"""What the coordinator serves over HTTP while a run goes on: the page, its API, metrics, probes; to
whom it does; and that clients, hostile ones too, change nothing in the labels.

promtool and prometheus (Debian's package) and the browser (chromium, chromium-driver, python3-selenium) are used
where they are installed.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import cluster
import page_test
import support

EXAMPLE = support.BIN / "example_live_page"
TOKEN = "a-token-that-is-long-enough"


def get(url, **headers):
    """(status, headers, text) of a GET without following redirects."""
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v
                                                   for k, v in headers.items()})
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class LivePageTest(cluster.ClusterTest):
    PICTURES = 300

    def reference(self):
        job = self.job("reference", self.data(), model=str(self.model),
                       cluster={"workers": 1, "shard_size": 8, "page": "off"})
        done = self.prelabel("run", job)
        self.assertNotIn("live page", done.stderr)
        return self.outputs(self.folder / "reference")

    def page_of(self, run):
        """The page's address, once the status is written."""
        path = run.run / "status.json"
        run.wait(path.exists, "the status is written")
        return support.read_json(path)["page"]

    def start(self, name, *options, page="http://127.0.0.1:0", **settings):
        run = self.cluster(name, page=page, **settings)
        coordinator = run.serve(*options)
        return run, coordinator, self.page_of(run)

    def finish(self, run, coordinator, workers=1):
        for _ in range(workers):
            run.worker()
        run.check_status(coordinator, 0)
        self.check_labels(run)

    def test_everything_is_there_while_it_runs(self):
        run, coordinator, url = self.start("watched")
        self.assertRegex(url, r"^http://127\.0\.0\.1:\d+/$")
        status, headers, page = get(url)
        self.assertEqual(status, 200)
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(get(url + "healthz")[0], 200)
        self.assertEqual(get(url + "readyz")[0], 200)
        self.assertEqual(get(url + "report/")[0], 404)
        status = json.loads(get(url + "api/v1/status")[2])
        self.assertEqual((status["version"], status["state"], status["workers"]),
                         (1, "running", []))
        self.assertEqual(status["items"], self.PICTURES + self.FRAMES // 2 + 1)
        told = self.prelabel("status", run.run).stdout
        self.assertIn(f"page: {url}", told)

        run.worker()
        seen = []
        report = None
        while coordinator.running():
            with contextlib.suppress(OSError, http.client.HTTPException):
                seen.append(json.loads(get(url + "api/v1/status")[2]))
                if len(seen) == 20:
                    self.check_metrics(get(url + "metrics")[2])
                if seen[-1]["report"]:  # as the page does it; then the coordinator ends
                    report = get(url + "report/?of=" + seen[-1]["started"])[2]
                    break
            time.sleep(0.05)
        run.check_status(coordinator, 0)
        self.check_labels(run)
        self.assertEqual(report, (run.run / "report/report.html").read_text())
        working = [s["workers"][0] for s in seen if s["workers"]]
        self.assertEqual({w["device"] for w in working}, {"cpu"})
        self.assertIn("working", {w["state"] for w in working})
        self.assertGreater(working[-1]["resident_bytes"], 50_000_000)  # LibTorch alone
        done = [s["items_done"] for s in seen]
        self.assertEqual(done, sorted(done))
        self.assertGreater(len(set(done)), 2)
        self.assertIn("worker joined", [line["event"] for line in seen[-1]["log"]])
        # Who looks sees the end.
        self.assertEqual(seen[-1]["state"], "finished")
        self.assertEqual(seen[-1]["items_done"], seen[-1]["items"])
        self.assertTrue(os.path.exists(seen[-1]["report"]))
        self.assertNotIn("page:", self.prelabel("status", run.run).stdout)

    def check_metrics(self, text):
        self.assertRegex(text, r"(?m)^prelabel_items_done_total \d+$")
        if shutil.which("promtool") is None:
            print("not checked: promtool is not installed")
            return
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((checked.returncode, checked.stdout), (0, ""))

    def test_metrics_are_what_prometheus_likes(self):
        run, coordinator, url = self.start("metrics")
        status, headers, text = get(url + "metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.check_metrics(text)
        self.assertIn("prelabel_workers{state=\"working\"} 0\n", text)
        self.finish(run, coordinator)

    @unittest.skipIf(shutil.which("prometheus") is None, "prometheus is not installed")
    def test_prometheus_has_what_the_dashboard_asks_for(self):
        run, coordinator, url = self.start("dashboard")
        place = f"127.0.0.1:{cluster.free_port()}"
        config = self.folder / "prometheus.yml"
        config.write_text(json.dumps({"scrape_configs": [
            {"job_name": "prelabel", "scrape_interval": "250ms",
             "static_configs": [{"targets": [url.split("/")[2]]}]}]}))
        run.start("prometheus", "prometheus", f"--config.file={config}",
                  f"--storage.tsdb.path={self.folder / 'tsdb'}", f"--web.listen-address={place}")

        def ask(expression):
            query = urllib.parse.urlencode({"query": expression})
            with contextlib.suppress(OSError):
                status, _, text = get(f"http://{place}/api/v1/query?{query}")
                if status != 503:  # it starts
                    self.assertEqual(status, 200, text)
                    return json.loads(text)["data"]["result"]
            return []
        run.wait(lambda: ask("prelabel_items"), "Prometheus has seen the run", [coordinator])
        worker = run.worker()
        run.wait(lambda: ask("prelabel_eta_seconds"), "the rate is known", [coordinator])
        worker.signal(signal.SIGSTOP)  # the run stays as it is
        board = support.read_json(support.ROOT / "docker/grafana/prelabel.json")
        targets = [t["expr"] for panel in board["panels"] for t in panel["targets"]]
        self.assertGreater(len(targets), 10)
        for expression in targets:
            asked = expression.replace("$job", ".*").replace("$instance", ".*")
            run.wait(lambda: ask(asked), asked, [coordinator])
        worker.signal(signal.SIGCONT)
        run.check_status(coordinator, 0)
        self.check_labels(run)

    def test_other_machines_need_the_token(self):
        run, coordinator, url = self.start("token", page="http://0.0.0.0:0")
        url = re.sub("//[^:/]+", "//127.0.0.1", url)
        file = run.run / "page.token"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        token = file.read_text().strip()
        for path in ("", "api/v1/status", "metrics", "report/"):
            for wrong in ({}, {"Authorization": "Bearer " + token[:-1] + "?"},
                          {"Cookie": "prelabel_token=" + token}):
                status, _, text = get(url + path, **wrong)
                self.assertEqual(status, 401, path)
                self.assertNotIn(token, text)
        self.assertEqual(get(url + "healthz")[0], 200)
        self.assertEqual(get(url + "api/v1/status", Authorization=f"Bearer {token}")[0], 200)
        self.assertEqual(get(url + f"metrics?token={token}")[0], 200)
        status, headers, _ = get(url + f"?token={token}")
        self.assertEqual(status, 303)
        cookie = headers["Set-Cookie"].split(";")[0]
        self.assertEqual(get(url, Cookie=cookie)[0], 200)
        self.assertNotIn(token, (run.run / "log.jsonl").read_text())
        self.assertNotIn(token, coordinator.text())
        self.finish(run, coordinator)

    def test_a_named_token_and_those_that_cannot_be_used(self):
        file = self.folder / "my-token"
        file.write_text(TOKEN + "\n")
        job = self.job("refused", self.data(), model=str(self.model),
                       cluster={"page": "http://127.0.0.1:0", "page_token": str(file)})
        file.chmod(0o644)
        self.assertIn("chmod 600", self.prelabel("run", job, status=2).stderr)
        file.chmod(0o600)
        run, coordinator, url = self.start("named", page_token=str(file))
        self.assertEqual(get(url + "metrics")[0], 401)
        self.assertEqual(get(url + "metrics", Authorization=f"Bearer {TOKEN}")[0], 200)
        self.finish(run, coordinator)

    def test_an_address_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            job = self.job("taken", self.data(), model=str(self.model),
                           cluster={"page": f"http://127.0.0.1:{port}"})
            done = self.prelabel("run", job, status=1)
        self.assertIn("Address already in use", done.stderr)
        self.assertIn("choose another cluster.page, or off", done.stderr)

    def test_two_runs_have_two_pages_by_themselves(self):
        first = self.cluster("first", page="auto")
        second = self.cluster("second", page="auto")
        both = [(run, run.serve()) for run in (first, second)]
        urls = {self.page_of(run) for run, _ in both}
        self.assertEqual(len(urls), 2)
        for url in urls:
            self.assertEqual(get(url + "readyz")[0], 200)
        for run, coordinator in both:
            self.finish(run, coordinator)

    def test_hostile_clients_change_nothing(self):
        run, coordinator, url = self.start("hostile")
        host, port = re.match(r"http://([\d.]+):(\d+)/", url).groups()
        where = (host, int(port))

        def connect(text=b""):
            client = socket.create_connection(where, 10)
            if text:
                client.sendall(text)
            return client
        with contextlib.ExitStack() as stack:
            # Slow ones, silent ones, and those that take nothing of what they asked for; more of
            # them than there is room for.
            slow = [stack.enter_context(connect(b"GET / HTTP/1.1\r\nX: ")) for _ in range(100)]
            for _ in range(100):
                stack.enter_context(connect())
            for _ in range(100):
                stack.enter_context(connect(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50))
            run.worker()
            began = time.monotonic()
            while coordinator.running():
                for client in slow:
                    with contextlib.suppress(OSError):
                        client.sendall(b"x")
                with contextlib.suppress(OSError):
                    connect(b"\0" * 1000).close()
                with contextlib.suppress(OSError), connect(
                        b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000) as large:
                    self.assertIn(large.recv(20)[:12], (b"HTTP/1.1 431", b""))
                if time.monotonic() - began < 2 and coordinator.running():
                    # Whoever asks properly is answered all the same.
                    with contextlib.suppress(ConnectionError):
                        self.assertIn(get(url + "healthz")[0], (200,))
                time.sleep(0.05)
        run.check_status(coordinator, 0)
        self.check_labels(run)


@unittest.skipIf(page_test.missing() or not EXAMPLE.exists(), page_test.missing() or "no example")
class BrowserTest(unittest.TestCase):
    """The page as people see it, of runs that are made up (example_live_page)."""

    @classmethod
    def setUpClass(cls):
        cls.browser = page_test.open_browser()
        cls.addClassCleanup(cls.browser.quit)

    def open(self, *arguments, width=1280, path=""):
        example = support.start(*arguments, program=EXAMPLE, stdin=subprocess.PIPE)

        def stop():
            example.stdin.close()
            example.wait(20)
            example.stdout.close()
            example.stderr.close()
        self.addCleanup(stop)
        self.url = example.stdout.readline().strip()
        self.browser.get_log("browser")
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        self.browser.get(self.url + path)
        return example

    def script(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def wait(self, code):
        end = time.monotonic() + 30
        while not self.script("return " + code):
            self.assertLess(time.monotonic(), end, code)
            time.sleep(0.1)

    def shown(self):
        self.wait("document.querySelectorAll('#each tbody tr').length > 0")

    def assert_fits(self):
        self.assertLessEqual(self.script("return document.documentElement.scrollWidth"),
                             self.script("return document.documentElement.clientWidth"))

    def test_a_few_workers_wide_and_narrow(self):
        for width in (1280, page_test.PHONE):
            self.open(5, width=width)
            self.shown()
            self.wait("/^\\d+ %, [\\d,]+ of 4,400 items/.test("
                      "document.getElementById('sentence').textContent)")
            self.assertEqual(self.script(
                "return document.querySelectorAll('#each tbody tr').length"), 5)
            self.assertFalse(self.script("return document.getElementById('filter').checkVisibility()"))
            column = self.script("return [...document.querySelectorAll('#each th')].findIndex("
                                 "th => th.textContent === 'memory')")
            self.wait("[...document.querySelectorAll('#each tbody tr')].some(tr => "
                      f"/^\\d+ MB|\\d\\.\\d GB$/.test(tr.cells[{column}].textContent))")
            self.assert_fits()
            self.assertEqual(self.browser.get_log("browser"), [])

    def test_markup_from_workers_is_text(self):
        self.open(5)
        self.shown()
        self.assertEqual(self.script("return document.images.length"), 0)
        self.assertIn("<img src=x", self.script("return document.getElementById('each').innerText"))
        self.assertIn("<img src=x", self.script(
            "return document.getElementById('failures-part').innerText"))
        self.assertIn("<b>is not a picture</b>", self.script(
            "return document.getElementById('log-part').innerText"))
        self.assertNotEqual(self.browser.title, "taken over")
        # And where a script came to run it could not: only those with the nonce may.
        self.script("const s = document.createElement('script');"
                    "s.textContent = 'document.title = \"taken over\"'; document.body.append(s);")
        self.assertNotEqual(self.browser.title, "taken over")
        refused = [e["message"] for e in self.browser.get_log("browser")]
        self.assertTrue(refused and all("Content Security Policy" in m for m in refused), refused)

    def test_a_thousand_workers_are_cut_and_can_be_found(self):
        self.open(1000)
        self.shown()
        self.assertEqual(self.script("return document.querySelectorAll('#each tbody tr').length"),
                         50)
        self.assertIn("950 more workers", self.script(
            "return document.getElementById('each-more').textContent"))
        self.assertIn("benched", self.script(  # trouble comes first
            "return document.querySelector('#each tbody tr').innerText"))
        self.script("const f = document.getElementById('find'); f.value = 'gpu-077';"
                    "f.dispatchEvent(new Event('input'));")
        self.wait("document.querySelectorAll('#each tbody tr').length === 8")
        self.script("document.getElementById('find').value = '';"
                    "[...document.querySelectorAll('#filter button')].find("
                    "b => b.textContent.startsWith('loading')).click();")
        self.wait("document.querySelectorAll('#each tbody tr').length === 25")  # 1 in 40
        self.assertEqual(self.browser.get_log("browser"), [])

    def test_it_says_when_the_coordinator_is_gone_or_waits(self):
        example = self.open(3, "waiting")
        self.wait("document.getElementById('state').textContent === 'Waiting for the disk'")
        self.assertIn("the disk is full", self.script(
            "return document.getElementById('say').textContent"))
        example.stdin.close()
        example.stdin = open(os.devnull)
        self.wait("document.getElementById('state').textContent === 'Connection lost'")
        self.assertIn("does not answer", self.script(
            "return document.getElementById('say').textContent"))

    def test_a_token_is_asked_for_and_kept_out_of_the_address(self):
        self.open(3, "running", TOKEN)
        self.assertIn("/runs/street/page.token", self.script("return document.body.innerText"))
        self.script("document.querySelector('input[name=token]').value = arguments[0];"
                    "document.querySelector('form').submit();", "wrong")
        self.wait("document.body.innerText.includes('not the token of this run')")
        self.script("document.querySelector('input[name=token]').value = arguments[0];"
                    "document.querySelector('form').submit();", TOKEN)
        self.wait("document.getElementById('each') !== null")
        self.shown()
        self.assertEqual(self.browser.current_url, self.url)


if __name__ == "__main__":
    cluster.main()
