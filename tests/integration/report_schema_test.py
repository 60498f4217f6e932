#!/usr/bin/python3
"""report.json fits its published JSON Schema, with and without a reference, and nothing in it is
undocumented (the schema allows no other key).

Needs Debian's python3-jsonschema.
"""

import copy
import json
import subprocess

import support

EXAMPLE = support.BIN / "example_page"
SCHEMA = support.ROOT / "configs/schema/report.schema.json"


def missing():
    if not EXAMPLE.exists():
        return "example_page is not built"
    try:
        import jsonschema  # noqa: F401
    except ImportError:
        return "python3-jsonschema is not installed"
    return None


class ReportSchemaTest(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import jsonschema
        subprocess.run([str(EXAMPLE), str(cls.folder)], check=True)
        cls.schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))

    def problems(self, report):
        return [f"{e.json_path}: {e.message}" for e in self.schema.iter_errors(report)]

    def test_examples_fit(self):
        for name in ("reference", "no-reference", "other-model"):
            report = support.read_json(self.folder / name / "report/report.json")
            self.assertEqual(self.problems(report), [], name)

    def test_the_schema_notices_what_is_wrong(self):
        good = support.read_json(self.folder / "reference/report/report.json")
        for spoil in (lambda r: r.update(format=1),
                      lambda r: r.update(extra=1),
                      lambda r: r["assessment"].update(verdict="maybe"),
                      lambda r: r["assessment"]["classes"][0]["confidence"]["curve"][0].pop("kept"),
                      lambda r: r["assessment"]["features"][0]["run"].pop(),
                      lambda r: r["totals"].update(labels=-1)):
            report = copy.deepcopy(good)
            spoil(report)
            self.assertEqual(len(self.problems(report)), 1)


if __name__ == "__main__":
    support.main(missing() or "")
