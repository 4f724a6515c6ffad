#!/usr/bin/env python3
"""Plays the first hours of a new user: every command that the README and docs/tasks.md print, as printed, in a fresh folder.

    first_hours.py [--letterpress PATH] [--folder DIR] [--python PYTHON]

Installs into the folder (`make install`) or takes the command of --letterpress, runs the README's commands in their order, stops the
first pretraining by Ctrl-C in its middle so that the README's own next line resumes it, turns a table into a model and predictions
(docs/tasks.md), and compares what was fine-tuned with `transformers` where PYTHON has torch, transformers and pillow. Ends with a table of
seconds, and with 1 at the first command that fails.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parents[1]
times = []


def fail(message):
    sys.exit(f"first_hours.py: {message}")


def blocks(page):
    """The commands of a page in their order: fenced shell blocks whole, indented lines that begin with letterpress one by one."""
    fence, lines, found = None, [], []
    for line in (root / page).read_text(encoding="utf-8").split("\n"):
        if line.startswith("```"):
            if fence == "sh":
                found.append("\n".join(lines))
            fence, lines = (line[3:], []) if fence is None else (None, [])
        elif fence is not None:
            lines.append(line)
        elif line.startswith("    letterpress "):
            found.append(line.strip())
    return found


def run(command, folder, environment, stop_at=None, expected=0):
    """Runs a command in a shell of its own; with `stop_at` sends SIGINT once that many steps are recorded."""
    print(f"$ {command}", flush=True)
    begin = time.monotonic()
    process = subprocess.Popen(
        ["/bin/bash", "-euo", "pipefail", "-c", command if stop_at is None else f"exec {command}"], cwd=folder, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if stop_at is not None:
        metrics = folder / re.search(r"--out (\S+)", command).group(1) / "metrics.jsonl"
        while process.poll() is None:
            if metrics.exists() and metrics.read_text().count('"step"') >= stop_at:
                process.send_signal(signal.SIGINT)
                break
            time.sleep(0.1)
    output, _ = process.communicate()
    lines = output.rstrip().split("\n")
    for line in lines if len(lines) <= 8 else lines[:3] + ["..."] + lines[-4:]:
        print("  " + line[:200])
    seconds = time.monotonic() - begin
    times.append((command.split("\n")[0], seconds))
    if process.returncode != expected:
        print(output)
        fail(f"ended with {process.returncode}, not {expected}: {command}")
    return output


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letterpress", help="the command; installed into the folder without")
    parser.add_argument("--folder", help="an empty folder; a temporary one without")
    parser.add_argument("--python", default=sys.executable, help="an interpreter with torch, transformers and pillow")
    options = parser.parse_args()
    begin = time.monotonic()
    folder = pathlib.Path(options.folder or tempfile.mkdtemp(prefix="first-hours-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ)
    for name in [name for name in environment if name.startswith("LETTERPRESS_")]:
        del environment[name]
    if options.letterpress:
        # The command's data lie beside the sources.
        environment["LETTERPRESS_ROOT"] = str(root)
        (folder / "bin").mkdir()
        program = folder / "bin/letterpress"
        program.symlink_to(pathlib.Path(options.letterpress).resolve())
    else:
        run(f"make -C '{root}' install PREFIX='{folder}/prefix'", folder, environment)
        program = folder / "prefix/bin/letterpress"
    environment["PATH"] = f"{program.parent}:{environment['PATH']}"
    os.symlink(root / "corpora", folder / "corpora")
    sample = (root / "corpora/sample/sample.jsonl").read_text(encoding="utf-8")
    (folder / "more.jsonl").write_text(sample[: sample.index("\n", len(sample) // 2) + 1], encoding="utf-8")
    run("letterpress --version", folder, environment)
    for command in blocks("README.md"):
        words = [word for word in command.split() if word.endswith((".gguf", "book.txt")) or word == "models/smollm2"]
        if words:
            print(f"(left out, {words[0]} is not here: {command})")
        elif command.startswith("letterpress pretrain --preset"):
            output = run(command, folder, environment, stop_at=60, expected=75)
            if "letterpress pretrain --resume --out runs/tiny" not in output:
                fail("the stopped run does not say how to resume")
        else:
            run(command, folder, environment)
    (folder / "table").mkdir()
    for command in blocks("docs/tasks.md"):
        if "topics.tsv" in command and "\n" in command:
            run(command, folder / "table", environment)
    known = subprocess.run([options.python, "-c", "import torch, transformers, PIL"], capture_output=True).returncode == 0
    if known:
        compare = f"'{options.python}' '{root}/clients/python/tests/compare.py'"
        run(f"{compare} runs/topic corpora/sample/topics/validation.jsonl --letterpress '{program}'", folder, environment)
        run("letterpress finetune --model table/runs/tiny --task sample-topic --length 64 --epochs 1 --out runs/words-topic",
            folder, environment)
        run(f"{compare} runs/words-topic corpora/sample/topics/validation.jsonl", folder, environment)
    else:
        print(f"(predictions in transformers are not compared: {options.python} has no torch, transformers and pillow)")
    print(f"\n{'seconds':>8}  command")
    for command, seconds in times:
        print(f"{seconds:8.1f}  {command[:110]}")
    print(f"{time.monotonic() - begin:8.1f}  in all; everything is in {folder}")


main()
