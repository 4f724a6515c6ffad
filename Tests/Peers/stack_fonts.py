#!/usr/bin/python3
"""Prints the font files of a stack as arguments for run_isolated.sh, one a line: path, with #FACE where the face is not 0.

    stack_fonts.py STACK.json [--scripts Latn,Arab,...]     --scripts keeps the fonts that list one of these scripts
"""
import argparse
import json
import pathlib
import sys

FOLDERS = [pathlib.Path("/usr/share/fonts"), pathlib.Path("/usr/local/share/fonts")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack")
    parser.add_argument("--scripts", help="comma-separated ISO 15924 codes")
    options = parser.parse_args()
    wanted = set(options.scripts.split(",")) if options.scripts else None
    paths = {path.name: path for folder in FOLDERS for path in sorted(folder.rglob("*.tt[fc]"))}
    for font in json.loads(pathlib.Path(options.stack).read_text())["fonts"]:
        if wanted is not None and not wanted & set(font["scripts"]):
            continue
        if font["file"] not in paths:
            sys.exit(f"stack_fonts: {font['file']} is not installed; apt-get install {font['package']}")
        print(paths[font["file"]], end="")
        print(f"#{font['face_index']}" if font["face_index"] else "")


main()
