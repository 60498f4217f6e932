#!/usr/bin/python3
"""Checks the published JSON Schemas: they are valid, every job in configs/ fits, the model card in the
manual fits, and the manuals document every key and no other key of report.json. That the defaults and ranges are the program's is
checked by tests/common/job/schema_test.cc.

Needs Debian's python3-jsonschema and python3-yaml. Exit status 0 if all is well, else 1.
"""

import json
import pathlib
import re
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANUAL = ROOT / "docs" / "job-file.md"
REPORT_MANUAL = ROOT / "docs" / "report-json.md"


def load_schema(name):
    schema = json.loads((ROOT / "configs" / "schema" / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def key_paths(schema, root, prefix=""):
    """Dotted paths of every key: labels.classes.<name>.to, data[].video."""
    if "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].rsplit("/", 1)[1]], **schema}
    for key, value in schema.get("properties", {}).items():
        yield prefix + key
        yield from key_paths(value, root, prefix + key + ".")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from key_paths(schema["additionalProperties"], root, prefix + "<name>.")
    if isinstance(schema.get("items"), dict):
        yield from key_paths(schema["items"], root, prefix[:-1] + "[].")


def report_keys(schema, prefix=""):
    """The same without following references, which have tables of their own: `confidence.labels`."""
    for key, value in schema.get("properties", {}).items():
        items = value.get("items", {})
        path = prefix + key + ("[]" if items.get("properties") else "")
        yield path
        yield from report_keys(items if items.get("properties") else value, path + ".")


def misfits(schema, document, name):
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{name}: {error.json_path}: {error.message}"
            for error in validator.iter_errors(document)]


def main():
    problems = []
    job_schema = load_schema("job.schema.json")
    card_schema = load_schema("model-card.schema.json")
    manual = MANUAL.read_text(encoding="utf-8")

    jobs = sorted((ROOT / "configs").glob("*.yaml"))
    if not jobs:
        problems.append("configs/: no jobs to check")
    for path in jobs:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        problems += misfits(job_schema, document, path.relative_to(ROOT))

    # The manual's examples, marked by an HTML comment on the line before.
    for kind, schema in (("job", job_schema), ("model card", card_schema)):
        blocks = re.findall(rf"<!-- example: {kind} -->\n```yaml\n(.*?)```", manual, re.S)
        if not blocks:
            problems.append(f"{MANUAL.name}: no example of a {kind}")
        for block in blocks:
            problems += misfits(schema, yaml.safe_load(block), f"{MANUAL.name}, {kind} example")

    # A key is documented by a table row that begins with its full name.
    rows = set(re.findall(r"^\| `([^`]+)` \|", manual, re.M))
    for kind, schema in (("job", job_schema), ("model card", card_schema)):
        for key in key_paths(schema, schema):
            if key not in rows:
                problems.append(f"{MANUAL.name}: {kind} key `{key}` has no row in a table")

    report_schema = load_schema("report.schema.json")
    expected = set(report_keys(report_schema))
    for name, part in report_schema["$defs"].items():
        expected |= set(report_keys(part, name + "."))
    rows = set(re.findall(r"^\| `([^`]+)` \|", REPORT_MANUAL.read_text(encoding="utf-8"), re.M))
    problems += [f"{REPORT_MANUAL.name}: key `{key}` has no row in a table" for key in
                 sorted(expected - rows)]
    problems += [f"{REPORT_MANUAL.name}: `{key}` is not in the schema" for key in
                 sorted(rows - expected)]

    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print(f"schemas: {len(jobs)} jobs and the manuals fit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
