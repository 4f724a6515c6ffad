#!/usr/bin/env python3
"""finetune_speed.py [--table TABLE] [--python PYTHON] [--kinds text image] [--parts train evaluate] [--cases equal mixed] [--rounds 3]

Fine-tuning of letterpress-bench, and evaluation, beside PyTorch's (Tests/Peers/torch_finetune_speed.py, needs torch 2.13 and
transformers 5.23): examples a second, peak memory, ratios. Each program runs by turns, afresh each time, on two threads in single
precision; medians of the rounds and the largest peak.

equal: all examples fill the length: 256 tokens or 64 patches.
mixed: the texts of TABLE (tabs, with a column 'text'; from `corpora/fetch movie-sentences` one is movie-sentences/polarity/train.tsv) as
bytes or pictures, 256 at most. Ours are cut by length as `letterpress finetune` and `letterpress evaluate` cut them, those of the peer
padded to 256, and, for comparison, to the longest of each batch (--pads).

Build first: swift build -c release --product letterpress-bench. Nothing else may run meanwhile: `cores`, the processor's seconds in a
second, tells whether something did; a program that has both for itself comes to nearly 2.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--table", help="texts of the mixed case, which is left out without")
parser.add_argument("--python", default=sys.executable, help="an interpreter that has torch")
parser.add_argument("--bench", default=".build/release/letterpress-bench")
parser.add_argument("--kinds", nargs="+", default=["text", "image"], choices=["text", "image"])
parser.add_argument("--parts", nargs="+", default=["train", "evaluate"], choices=["train", "evaluate"])
parser.add_argument("--cases", nargs="+", default=["equal", "mixed"], choices=["equal", "mixed"])
parser.add_argument("--pads", nargs="+", default=["full", "longest"], choices=["full", "longest"])
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--warm-up", type=int, default=1, help="batches that do not count")
parser.add_argument("--steps", type=int, default=3, help="batches that count; an evaluation of a mix counts 8 of ours")
options = parser.parse_args()


def run(*command):
    done = subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def compare(kind, part, case):
    """Rows of the table: the name and its runs; ours first."""
    length = 64 if (kind, case) == ("image", "equal") else 256
    flags = ["--kind", kind, "--length", length, "--batch", options.batch, "--warm-up", options.warm_up]
    flags += ["--evaluate"] if part == "evaluate" else []
    own = ["--table", options.table] if case == "mixed" else []
    # An evaluation sorts eight batches together, which changes nothing where all are equal.
    window, steps = (8, max(1, options.steps // 8)) if (part, case) == ("evaluate", "mixed") else (1, options.steps)
    found = {"letterpress": []}
    with tempfile.TemporaryDirectory() as folder:
        lengths = pathlib.Path(folder) / "lengths.json"
        for _ in range(options.rounds):
            ours = run(options.bench, "finetune", *flags, *own, "--window", window, "--steps", steps)
            lengths.write_text(json.dumps(ours["lengths"]))
            found["letterpress"].append(ours)
            for pad in options.pads if case == "mixed" else ["full"]:
                peer = run(options.python, "Tests/Peers/torch_finetune_speed.py", *flags, "--steps", options.steps,
                           "--lengths", lengths, "--pad", pad)
                found.setdefault(f"torch, padded to {length if pad == 'full' else 'the longest'}", []).append(peer)
    return found


print(f"{'':54} examples/s  rows/example  cores  peak MB   speed  memory")
for kind in options.kinds:
    for part in options.parts:
        for case in options.cases:
            if case == "mixed" and not options.table:
                continue
            first = None
            for name, runs in compare(kind, part, case).items():
                rate = statistics.median(r["examples_per_second"] for r in runs)
                cores = statistics.median(r["cores"] for r in runs)
                peak = max(r["peak_mb"] for r in runs)
                rows = sum(runs[0]["computed_rows"]) / (runs[0]["examples_per_second"] * sum(runs[0]["seconds"]))
                first = first or (rate, peak)
                ratios = "" if first == (rate, peak) else f"  {first[0] / rate:6.2f}  {first[1] / peak:6.2f}"
                print(f"{f'{kind}, {part}, {case}: {name}':54} {rate:10.2f}  {rows:12.1f}  {cores:5.2f}  {peak:7.0f}{ratios}", flush=True)
                steps = " | ".join(" ".join(f"{x:.2f}" for x in r["seconds"]) for r in runs)
                print(f"    seconds a step, by rounds: {steps}", file=sys.stderr, flush=True)
