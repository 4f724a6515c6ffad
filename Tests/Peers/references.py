#!/usr/bin/python3
"""Draws the line sets of lines.py with Pango, each in an isolated font set.

    references.py LINES OUT [--sets latin,arabic,...]

LINES is the folder that lines.py wrote. OUT receives for each set and order of fonts a file NAME.strips (NAME.1.strips for the
second order) in the format of pango_strips.py, and references.json: set, fonts, text file, strip file, number of lines.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FOLDERS = [pathlib.Path("/usr/share/fonts"), pathlib.Path("/usr/local/share/fonts")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--sets", help="comma-separated; all by default")
    options = parser.parse_args()
    wanted = set(options.sets.split(",")) if options.sets else None
    options.out.mkdir(parents=True, exist_ok=True)
    paths = {path.name: str(path) for folder in FOLDERS for path in sorted(folder.rglob("*.tt[fc]"))}
    entries = []
    for one in json.loads((options.lines / "lines.json").read_text())["sets"]:
        if one["fonts"] == "stack" or one["name"].startswith("speed") or wanted is not None and one["name"] not in wanted:
            continue
        for order, fonts in enumerate(one["fonts"]):
            strips = f"{one['name']}.{order}.strips" if order else f"{one['name']}.strips"
            command = [HERE / "run_isolated.sh", *(paths[font] for font in fonts), "--",
                       HERE / "pango_strips.py", "pixels", options.lines / one["file"], options.out / strips]
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            if done.returncode:
                sys.exit(f"references: {strips}: {done.stderr.strip()}")
            if done.stderr.strip():
                print(f"{strips}: {done.stderr.strip()}", file=sys.stderr)
            entries.append({"fonts": fonts, "lines": one["lines"], "set": one["name"], "strips": strips, "texts": one["file"]})
            print(f"{strips}: {one['lines']} lines")
    (options.out / "references.json").write_text(json.dumps(entries, indent=1, sort_keys=True) + "\n")


main()
