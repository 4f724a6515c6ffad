#!/usr/bin/env python3
"""Writes manifest.json of the sample (counts and hashes), or with --check compares with it and checks the records."""
import hashlib
import json
import pathlib
import sys
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
FIELDS = {"sample.jsonl": {"text", "lang", "script", "kind"}, "pairs.jsonl": {"text_a", "text_b", "label", "lang"},
          "questions/test.jsonl": {"answers", "id", "passage", "question"},
          **{f"topics/{split}.jsonl": {"id", "label", "text"} for split in ("train", "validation", "test")}}


def describe(file):
    data = (HERE / file).read_bytes()
    records = [json.loads(line) for line in data.decode("utf-8").splitlines()]
    for number, record in enumerate(records, 1):
        if set(record) != FIELDS[file] or not all(value and (isinstance(value, list) or value.strip()) for value in record.values()):
            sys.exit(f"{file}, line {number}: fields must be {sorted(FIELDS[file])}, none empty")
    characters = sum(len(value) for record in records for key, value in record.items() if key.startswith(("text", "passage", "question")))
    entry = {"characters": characters, "documents": len(records), "file": file, "sha256": hashlib.sha256(data).hexdigest()}
    for field in ("kind", "label", "lang", "script"):
        if field in FIELDS[file]:
            entry[field] = dict(sorted(Counter(record[field] for record in records).items()))
    return entry


def main():
    manifest = {"canary": False, "licence": "Apache-2.0", "name": "sample", "outputs": [describe(file) for file in sorted(FIELDS)]}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    path = HERE / "manifest.json"
    if "--check" not in sys.argv:
        path.write_text(text, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != text:
        sys.exit("manifest.json does not describe the files; run count.py")


main()
