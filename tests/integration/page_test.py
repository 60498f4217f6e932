#!/usr/bin/python3
"""report.html in a real browser: what a labeling lead sees, clicks and prints, wide and narrow, with
and without JavaScript. Of an example report always, and of a run where the model is there.

Needs Debian's chromium, chromium-driver and python3-selenium.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import unittest

import support

EXAMPLE = support.BIN / "example_page"
SECTIONS = ["answer", "classes", "shift", "labels", "sources", "run"]
PHONE = 360


def missing():
    if not EXAMPLE.exists():
        return "example_page is not built"
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        return "chromium and chromium-driver are not installed"
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "python3-selenium is not installed"
    return None


def open_browser(*, script=True):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--window-size=1280,900"):
        options.add_argument(argument)
    if not script:
        options.add_experimental_option(
            "prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


def number(text):
    return int(text.replace(",", ""))


class PageTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        picture = cls.folder / "picture.jpg"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
                        "testsrc=size=320x240", "-frames:v", "1", str(picture)], check=True)
        subprocess.run([str(EXAMPLE), str(cls.folder), str(picture)], check=True)
        cls.browser = open_browser()
        cls.addClassCleanup(cls.browser.quit)

    def report(self, name):
        return support.read_json(self.folder / name / "report/report.json")

    def open(self, name, browser=None, width=1280):
        browser = browser or self.browser
        browser.get_log("performance")
        browser.get_log("browser")
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        browser.get((self.folder / name / "report/report.html").as_uri())
        return browser

    def run_script(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def texts(self, selector):
        return self.run_script("return [...document.querySelectorAll(arguments[0])]"
                               ".map(e => e.textContent)", selector)

    def assert_quiet(self, browser, page):
        """Nothing in the console, and no request but for the page and data inside of it."""
        self.assertEqual(browser.get_log("browser"), [])
        requested = []
        for entry in browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                requested.append(message["params"]["request"]["url"])
        self.assertIn(page, requested)
        self.assertEqual([url for url in requested if url != page and not url.startswith("data:")],
                         [])

    def assert_fits(self, browser):
        self.assertLessEqual(
            browser.execute_script("return document.documentElement.scrollWidth"),
            browser.execute_script("return document.documentElement.clientWidth"))

    def check_page(self, name):
        for width in (1280, PHONE):
            browser = self.open(name, width=width)
            self.assert_fits(browser)
            # Everything that opens, opened: charts and tables that were hidden fit, too.
            self.run_script("document.querySelectorAll('details').forEach(d => d.open = true)")
            self.assert_fits(browser)
            for section in SECTIONS:
                shown = self.run_script("const e = document.getElementById(arguments[0]);"
                                        "return e && e.getBoundingClientRect().height", section)
                self.assertGreater(shown or 0, 10, f"{section} of {name}")
            broken = self.run_script("return [...document.images].filter("
                                     "i => !i.complete || i.naturalWidth === 0).length")
            self.assertEqual(broken, 0)
            for link in self.run_script("return [...document.querySelectorAll('a')]"
                                        ".map(a => a.getAttribute('href'))"):
                self.assertTrue(link.startswith("#"), link)
                self.assertTrue(self.run_script(
                    "return !!document.getElementById(arguments[0])", link[1:]), link)
            self.assert_quiet(browser, browser.current_url)

    def test_the_answer_comes_first(self):
        self.open("reference")
        report = self.report("reference")
        answer = self.run_script("return document.getElementById('answer').innerText")
        self.assertIn(report["assessment"]["sentence"], answer)
        self.assertIn("213 h", answer)
        self.assertLess(self.run_script(
            "return document.getElementById('answer').getBoundingClientRect().top"), 250)
        self.assertEqual(self.texts("h1"), [report["job"]])

    def test_pages_are_whole_wide_and_narrow(self):
        for name in ("reference", "no-reference", "other-model"):
            with self.subTest(name):
                self.check_page(name)

    def check_sliders(self, name, most):
        """Every step of the first sliders says what report.json says of that threshold."""
        self.open(name)
        classes = {c["name"]: c for c in self.report(name)["assessment"]["classes"]}
        shown = self.run_script(
            "document.querySelectorAll('.cls').forEach(d => d.open = true);"
            "return [...document.querySelectorAll('.cls')].map("
            "d => [d.querySelector('.c-name > span:last-child').firstChild.textContent,"
            " !!d.querySelector('.cut')])")
        tried = 0
        for index, (class_name, has_slider) in enumerate(shown):
            if not has_slider or class_name not in classes or tried == most:
                continue
            curve = classes[class_name]["confidence"]["curve"]
            if not curve:
                continue
            tried += 1
            states = self.run_script("""
                const row = document.querySelectorAll('.cls')[arguments[0]];
                const slider = row.querySelector('input[type=range]');
                const text = name => {
                  const e = row.querySelector('[data-cut="' + name + '"]');
                  return e ? e.textContent : null;
                };
                const states = [];
                for (let i = 0; i <= Number(slider.max); ++i) {
                  slider.value = i;
                  slider.dispatchEvent(new Event('input'));
                  states.push([text('threshold'), text('kept'), text('dropped'),
                               text('precision')]);
                }
                return states;""", index)
            self.assertEqual(len(states), len(curve))
            for (threshold, kept, dropped, precision), point in zip(states, curve):
                self.assertAlmostEqual(float(threshold), point["threshold"], delta=0.0051)
                self.assertEqual(number(kept), point["kept"])
                self.assertEqual(number(dropped), curve[0]["kept"] - point["kept"])
                if precision and point["kept"] > 0:
                    self.assertAlmostEqual(float(precision.split()[0]),
                                           100 * point["expected_precision"], delta=0.11)
        return tried

    def test_sliders_count_as_the_curve_says(self):
        self.assertEqual(self.check_sliders("reference", 4), 4)
        self.assertEqual(self.check_sliders("no-reference", 2), 2)

    def test_the_kept_count_is_what_the_histogram_has_from_there(self):
        self.open("reference")
        person = self.report("reference")["classes"][0]
        kept = self.run_script("""
            const row = document.querySelector('.cls');
            const cuts = JSON.parse(row.querySelector('.cut').dataset.cuts);
            const slider = row.querySelector('input[type=range]');
            slider.value = cuts.findIndex(c => Math.abs(c[0] - 0.6) < 1e-6);
            slider.dispatchEvent(new Event('input'));
            return [row.querySelector('[data-cut="kept"]').textContent,
                    row.querySelector('[data-mark="dot"]').getAttribute('cx'),
                    row.querySelectorAll('.lab.dropped').length];""")
        # Bins of 0.05: from the twelfth up are the scores from 0.6.
        expected = sum(person["label_scores"][12:])
        self.assertEqual(number(kept[0]), expected)
        # The mark stands at that share of the axis, which is 364 wide and begins at 44.
        self.assertAlmostEqual(float(kept[1]), 44 + 364 * expected / person["labels"], delta=0.2)
        self.assertEqual(kept[2], 6)  # of the bins from 0.30

    def test_the_arrow_keys_move_a_slider(self):
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.keys import Keys
        self.open("reference")
        slider = self.browser.find_element(By.CSS_SELECTOR, ".cls[open] input[type=range]")
        before = self.texts(".cls[open] [data-cut=threshold]")[0]
        slider.send_keys(Keys.ARROW_RIGHT)
        after = self.texts(".cls[open] [data-cut=threshold]")[0]
        self.assertAlmostEqual(float(after), float(before) + 0.01, delta=1e-6)
        self.assertEqual(slider.get_attribute("aria-valuetext"), after)

    def test_the_filter_shows_one_verdict(self):
        self.open("reference")
        classes = self.report("reference")["assessment"]["classes"]
        wanted = sum(c["verdict"] == "by hand" for c in classes)
        self.run_script("document.querySelector('[data-filter=byhand]').click()")
        verdicts = self.run_script("return [...document.querySelectorAll('.cls')].filter("
                                   "r => r.getBoundingClientRect().height > 0)"
                                   ".map(r => r.dataset.verdict)")
        self.assertEqual(verdicts, ["byhand"] * wanted)
        self.run_script("document.querySelector('[data-filter=all]').click()")
        self.assertEqual(self.run_script(
            "return document.querySelectorAll('.cls[hidden]').length"), 0)

    def test_hostile_names_stay_text(self):
        self.open("reference")
        self.assertEqual(self.run_script("return document.querySelectorAll('img[src=x]').length"), 0)
        self.assertEqual(self.run_script("return document.scripts.length"), 1)
        self.assertTrue(any(text.startswith("<img src=x onerror") for text in
                            self.texts(".c-name > span:last-child")))

    def test_only_the_pages_own_script_may_run(self):
        page = (self.folder / "reference/report/report.html").read_text(errors="replace")
        script = re.search(r"<script>(.*?)</script>", page, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        self.assertIn(f"script-src &#39;sha256-{digest}&#39;", page,
                      "kReportScriptSha256 in coordinator/report/html_script.cc is another script's")
        self.open("reference")
        self.run_script("const s = document.createElement('script');"
                        "s.textContent = 'document.title = \"taken over\"';"
                        "document.body.append(s);"
                        "const i = new Image(); i.src = 'http://127.0.0.1:9/x.png';")
        self.assertNotEqual(self.browser.title, "taken over")
        messages = [entry["message"] for entry in self.browser.get_log("browser")]
        self.assertEqual(len([m for m in messages if "Content Security Policy" in m]), 2, messages)

    def test_without_javascript_everything_can_be_read(self):
        browser = open_browser(script=False)
        try:
            self.open("reference", browser, PHONE)
            # DevTools may evaluate even where pages may not run scripts.
            self.assertNotIn("js", browser.execute_script(
                "return document.documentElement.className"))
            self.assert_fits(browser)
            text = browser.execute_script("return document.body.innerText")
            for phrase in ("Should this be automated?", "Class by class", "Precision and coverage",
                           "Are these data like the reference?", "Assumptions"):
                self.assertIn(phrase, text)
            hidden = browser.execute_script(
                "return [...document.querySelectorAll('.slider, .filter')]"
                ".filter(e => e.getBoundingClientRect().height > 0).length")
            self.assertEqual(hidden, 0, "controls that do nothing")
            kept = browser.execute_script(
                "return document.querySelector('.cls[open] [data-cut=kept]').textContent")
            person = self.report("reference")["assessment"]["classes"][0]
            self.assertEqual(number(kept), person["labels_auto"])
        finally:
            browser.quit()

    def test_it_can_be_printed(self):
        self.open("reference")
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        pdf = base64.b64decode(self.browser.execute_cdp_cmd(
            "Page.printToPDF", {"printBackground": True})["data"])
        self.assertTrue(pdf.startswith(b"%PDF-"))
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertGreater(pages, 2)
        self.assertLess(pages, 30)

    def test_dark_follows_the_reader(self):
        self.open("reference")
        colors = []
        for scheme in ("light", "dark"):
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": scheme}]})
            colors.append(self.run_script(
                "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"))
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

        def light(color):
            return sum(map(int, re.findall(r"\d+", color)[:3])) > 380
        self.assertEqual([[light(c) for c in pair] for pair in colors],
                         [[False, True], [True, False]])

    @unittest.skipUnless(support.missing() is None, "there are no programs, model or video")
    def test_the_page_of_a_run(self):
        pictures = support.make_pictures(self.folder / "pictures", 6)
        job = self.job("run", [{"images": str(pictures)}])
        self.prelabel("run", job, "--quiet")
        browser = self.open("run", width=PHONE)
        self.assert_fits(browser)
        self.assertIn("person", self.run_script("return document.body.innerText"))
        self.assertGreater(self.run_script("return document.images.length"), 0)
        self.assert_quiet(browser, browser.current_url)
        if "assessment" in self.report("run"):
            self.check_page("run")
            self.check_sliders("run", 2)
        compared = self.folder / "compared/report"
        self.prelabel("report", "--compare", self.folder / "run", self.folder / "run", "-o",
                      compared / "report.html")
        browser = self.open("compared", width=PHONE)
        self.assert_fits(browser)
        self.assert_quiet(browser, browser.current_url)


if __name__ == "__main__":
    support.main(missing() or "")
