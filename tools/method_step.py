#!/usr/bin/env python3
"""method_step.py: the training step with several --method, in turns: medians of time, peak memory, ratios to the first.

  tools/method_step.py --letterpress .build/release/letterpress --methods all half half:level=layer

Each round trains every method for a few steps with the same data; the first two steps are left out. Nothing else may run meanwhile.
"""
import argparse
import json
import os
import shutil
import statistics
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--letterpress", default=".build/release/letterpress")
parser.add_argument("--model", default="pixelgpt/small")
parser.add_argument("--data", default="corpora/sample/sample.jsonl")
parser.add_argument("--methods", nargs="+", default=["all", "half"])
parser.add_argument("--length", type=int, default=512)
parser.add_argument("--batch", type=int, default=4)
parser.add_argument("--steps", type=int, default=8)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--precision", default="fp32")
parser.add_argument("--threads", type=int, default=2)
given = parser.parse_args()


def run(method, folder):
    """Seconds of the steps, and the peak of resident memory in bytes."""
    words = [given.letterpress, "pretrain", "--model", given.model, "--data", given.data, "--length", given.length, "--batch", given.batch,
             "--steps", given.steps, "--eval-every", 0, "--save-every", 0, "--held-out", 0, "--no-baselines", "--quiet", "--seed", 1,
             "--precision", given.precision, "--threads", given.threads, "--method", method, "--out", folder]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(given.letterpress, [str(w) for w in words], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, words))} ended with {os.waitstatus_to_exitcode(status)}")
    with open(f"{folder}/metrics.jsonl") as file:
        steps = [record for record in map(json.loads, file) if record["kind"] == "step"]
    return [s["seconds"] for s in steps[2:]], usage.ru_maxrss * 1024


found = {method: ([], []) for method in given.methods}
for _ in range(given.rounds):
    for method in given.methods:
        folder = tempfile.mkdtemp()
        try:
            seconds, peak = run(method, f"{folder}/run")
        finally:
            shutil.rmtree(folder)
        found[method][0].append(statistics.median(seconds))
        found[method][1].append(peak)
first = found[given.methods[0]]
print("| method | ms a step, by round | median | of the first | peak memory, MB |\n|---|---|---|---|---|")
for method, (seconds, peaks) in found.items():
    median = statistics.median(seconds)
    print(f"| `{method}` | {', '.join(f'{1e3 * s:.0f}' for s in seconds)} | {1e3 * median:.0f} | {median / statistics.median(first[0]):.3f} "
          f"| {statistics.median(peaks) / 1e6:.0f} |")
