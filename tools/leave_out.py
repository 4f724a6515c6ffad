#!/usr/bin/env python3
"""leave_out.py POOL.jsonl HELD_OUT.jsonl… > TRAIN.jsonl: the lines of a pool whose id and text are in none of the held-out files.

Lines stay as they are, in their order; runs of white space count as one space. Counts go to standard error.
"""
import json
import re
import sys


def text(record):
    return re.sub(r"\s+", " ", record["text"]).strip()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.splitlines()[0])
    ids, texts = set(), set()
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            for record in map(json.loads, file):
                texts.add(text(record))
                if "id" in record:
                    ids.add(record["id"])
    kept = left = 0
    with open(sys.argv[1], encoding="utf-8") as pool:
        for line in pool:
            record = json.loads(line)
            if record.get("id") in ids or text(record) in texts:
                left += 1
            else:
                kept += 1
                sys.stdout.write(line)
    print(f"{kept} lines kept, {left} left out", file=sys.stderr)


main()
