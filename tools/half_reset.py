#!/usr/bin/env python3
"""half_reset.py: what comes back and what is lost when half of a tuned model's matrices take their values of the base again.

For the base, the tuned model and every draw of `letterpress method hft half-reset`: the loss in nats a token on the texts of --old, which the
base was trained on, and of --new, which the tuned model was trained on; with --task the accuracy on a classification task's test split instead
of the latter. Beside them the hardest control: the tuned model moved halfway back to the base, all tensors (1 - ratio) of the way. Needs numpy.

  tools/half_reset.py --letterpress .build/release/letterpress --base runs/base --tuned runs/tuned --old old.jsonl --new new.jsonl --out out
"""
import argparse
import json
import os
import shutil
import subprocess
import sys

import numpy

from continual import HEADS, base as newest, joined, spread, tensors, write


def averaged(base, tuned, share, out):
    """A copy of a tuned folder whose tensors, but for heads, stand `share` of the way from those of the base."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(tuned, out, ignore=lambda _, names: [n for n in names if n in ("checkpoint.json", "optimizer.safetensors", "trainer_state.json", "state")])
    start, end = tensors(f"{base}/model.safetensors"), tensors(f"{tuned}/model.safetensors")
    for name, (entry, part) in end.items():
        if name in start and not name.startswith(HEADS):
            a, b = (numpy.frombuffer(numbers, "<f4").astype("f8") for numbers in (start[name][1], part))
            end[name] = (entry, (a + share * (b - a)).astype("<f4").tobytes())
    write(f"{out}/model.safetensors", end)
    return out


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("letterpress", "base", "tuned", "old", "out"):
        options.add_argument(f"--{name}", required=True)
    options.add_argument("--new")
    options.add_argument("--task")
    options.add_argument("--ratio", type=float, default=0.5)
    options.add_argument("--draws", type=int, default=10)
    options.add_argument("--window", type=int, default=128)
    given = options.parse_args()
    base, tuned = newest(given.base), newest(given.tuned)

    def run(*words):
        done = subprocess.run([given.letterpress, *words], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"letterpress {' '.join(words)}\n{done.stderr}")
        return done.stdout

    def loss(folder, text):
        # A classifier has no token head: the base's measures what its backbone still knows.
        probe = joined(folder, base, f"{given.out}/probe") if given.task else folder
        lines = run("score", "--model", probe, text, "--lines", "--window", str(given.window), "--stride", str(given.window // 2), "--json")
        whole = json.loads(lines.splitlines()[-1])
        return whole["surprise"] / whole["predicted"]

    def accuracy(folder):
        shutil.rmtree(f"{given.out}/answers", ignore_errors=True)
        run("evaluate", "--model", f"m={folder}", "--tasks", given.task, "--quiet", "--bootstrap", "2", "--out", f"{given.out}/answers")
        return 100 * json.load(open(f"{given.out}/answers/results.json"))["results"][0]["metrics"]["accuracy"]["value"]

    def measure(folder, is_tuned=True):
        if given.task:
            return loss(folder, given.old), accuracy(folder) if is_tuned else float("nan")
        return loss(folder, given.old), loss(folder, given.new)

    os.makedirs(given.out, exist_ok=True)
    rows = {"base": [measure(base, False)], "tuned": [measure(tuned)]}
    draws = []
    for seed in range(given.draws):
        folder = f"{given.out}/draw"
        shutil.rmtree(folder, ignore_errors=True)
        run("method", "hft", "half-reset", "--out", folder, "--set", f"base={base}", f"tuned={tuned}", f"ratio={given.ratio}", f"seed={seed}")
        draws.append(measure(folder))
    rows[f"{given.draws} draws"] = draws
    rows["half of the way"] = [measure(averaged(base, tuned, 1 - given.ratio, f"{given.out}/mean"))]
    json.dump(rows, open(f"{given.out}/results.json", "w"), indent=1)
    print(f"| model | loss on {os.path.basename(given.old)} | {'accuracy on ' + given.task if given.task else 'loss on ' + os.path.basename(given.new)} |")
    print("|---|---|---|")
    for name, found in rows.items():
        cells = []
        for place, digits in ((0, 3), (1, 1 if given.task else 3)):
            values = [row[place] for row in found]
            mean, half = spread(values)
            cells.append(f"{mean:.{digits}f}" + (f" ± {half:.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})" if len(values) > 1 else ""))
        print(f"| {name} | {' | '.join(cells)} |".replace("nan", "–"))


main()
