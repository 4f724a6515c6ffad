#!/usr/bin/env python3
"""regimes.py --data CORPUS [--out runs/regimes] [--steps 5000] [--seeds 1,2,3] [--plot FILE.svg] [--published] [--report-only]
    [OPTION...]

TextGPT, PixelGPT, MonoGPT and DualGPT (the tiny presets) on one corpus at one budget: as many steps of as many rows. Trains what is
missing below --out, one run after the other, then prints a table of held-out losses (mean and standard deviation over the seeds) and
draws them against the rows read. Options after -- go to letterpress pretrain.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

import plotting

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--data", required=True)
parser.add_argument("--out", default="runs/regimes")
parser.add_argument("--steps", type=int, default=5000)
parser.add_argument("--seeds", default="1,2,3")
parser.add_argument("--plot")
parser.add_argument("--published", action="store_true", help="pixels as the published models read them, and their rate of 1e-3")
parser.add_argument("--report-only", action="store_true", help="only what is there")
parser.add_argument("--letterpress", default=".build/release/letterpress")
parser.add_argument("options", nargs="*", help="for letterpress pretrain, after --")
arguments = parser.parse_args()
regimes = ["text", "pixel", "mono", "dual"]
# One colour a regime, told apart by the colour-blind (Okabe and Ito).
colours = {"text": "#0072b2", "pixel": "#d55e00", "mono": "#009e73", "dual": "#cc79a7"}
kinds = {
    "text.next_token": "text, nats a byte", "image.next_patch": "image, squared error",
    "pair.next_token": "text behind its picture", "pair.next_patch": "image of a pair",
}
# Sequences of one length, so that all regimes are measured on the same held-out sequences.
common = ["--length", "128", "--batch", "16", "--eval-every", str(arguments.steps // 10), "--eval-sequences", "256",
          "--save-every", str(arguments.steps)]


def folder(regime, seed):
    return os.path.join(arguments.out, f"{regime}gpt-{seed}")


def shape(regime):
    """The file of a preset's shape without its own form of input."""
    with open(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), f"models/{regime}gpt/tiny.json")) as file:
        config = {key: value for key, value in json.load(file).items() if key not in ("patch_input", "patch_norm_init")}
    path = os.path.join(arguments.out, f"{regime}gpt.json")
    os.makedirs(arguments.out, exist_ok=True)
    with open(path, "w") as file:
        json.dump(config, file)
    return path


def train(regime, seed):
    out = folder(regime, seed)
    finished = os.path.isfile(os.path.join(out, "baselines.json"))
    if finished or arguments.report_only:
        return finished
    command = [arguments.letterpress, "pretrain", "--preset", f"{regime}gpt-tiny", "--data", arguments.data, "--steps",
               str(arguments.steps), "--seed", str(seed), "--out", out, *common, *arguments.options]
    if arguments.published and regime != "text":
        command += ["--model", shape(regime), "--lr", "1e-3"]
    if os.path.isdir(os.path.join(out, "checkpoints")):
        command = [arguments.letterpress, "pretrain", "--resume", "--out", out]
    print(" ".join(command), file=sys.stderr, flush=True)
    os.makedirs(arguments.out, exist_ok=True)
    with open(out + ".log", "a") as log:
        subprocess.run(command, check=True, stdout=log, stderr=log)
    return True


def course(regime, seed):
    """Held-out losses by kind: (rows read, loss) from the first evaluation on; and the seconds of all steps."""
    rows, seconds, found = 0, 0.0, {}
    with open(os.path.join(folder(regime, seed), "metrics.jsonl")) as lines:
        for line in map(json.loads, lines):
            if line["kind"] == "step":
                rows += line["rows"]
                seconds += line["seconds"]
            elif line["kind"] == "evaluation":
                for name, loss in line["kinds"].items():
                    found.setdefault(name, []).append((rows, loss))
    return found, rows, seconds


def spread(values, digits=3):
    text = f"{statistics.mean(values):.{digits}f}"
    return text + (f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else "")


seeds = [int(seed) for seed in arguments.seeds.split(",")]
courses = {}
for seed in seeds:
    for regime in regimes:
        if train(regime, seed):
            courses[regime, seed] = course(regime, seed)
present = [regime for regime in regimes if any((regime, seed) in courses for seed in seeds)]
print("| regime | seeds | rows read | of them text and image | " + " | ".join(kinds.values()) + " |")
print("|---|---|---|---|" + "---|" * len(kinds))
shares = {"text": "all, none", "pixel": "none, all", "mono": "half, half", "dual": "4 in 10, 4 in 10, and 2 in pairs"}
for regime in present:
    runs = [courses[regime, seed] for seed in seeds if (regime, seed) in courses]
    cells = []
    for kind in kinds:
        last = [found[kind][-1][1] for found, _, _ in runs if kind in found]
        cells.append(spread(last) if last else "")
    rows = statistics.mean(rows for _, rows, _ in runs) / 1e6
    print(f"| {regime} | {len(runs)} | {rows:.1f} M | {shares[regime]} | " + " | ".join(cells) + " |")
for regime in present:
    with open(os.path.join(folder(regime, next(s for s in seeds if (regime, s) in courses)), "baselines.json")) as file:
        print(f"{regime}: {json.dumps(json.load(file))}", file=sys.stderr)
print("seconds of steps: " + ", ".join(
    f"{regime} {spread([courses[regime, seed][2] for seed in seeds if (regime, seed) in courses], 0)}" for regime in present))


def panel(left, kind, title):
    """A panel 380 wide and 300 high: held-out losses against rows, a thin line a seed."""
    width, height, top = 380, 230, 44
    lines = {(r, s): found[kind][1:] for (r, s), (found, _, _) in courses.items() if kind in found}
    points = [point for line in lines.values() for point in line]
    most_rows = max(rows for rows, _ in points)
    losses = plotting.ticks(min(loss for _, loss in points), max(loss for _, loss in points))
    low, high = losses[0], losses[-1]

    def place(rows, loss):
        return f"{left + 44 + rows / most_rows * (width - 60):.1f},{top + (high - loss) / (high - low) * height:.1f}"

    parts = [f'<text x="{left + 44}" y="26" class="t">{title}</text>']
    for loss, text in zip(losses, plotting.text(losses)):
        x, y = place(0, loss).split(",")
        parts.append(f'<line x1="{x}" x2="{left + width - 16}" y1="{y}" y2="{y}" class="g"/>'
                     f'<text x="{left + 38}" y="{float(y) + 4:.1f}" class="n" text-anchor="end">{text}</text>')
    for rows in (tick for tick in plotting.ticks(0, most_rows / 1e6) if tick <= most_rows / 1e6 * 1.02):
        x = place(rows * 1e6, low).split(",")[0]
        parts.append(f'<text x="{x}" y="{top + height + 18}" class="n" text-anchor="middle">{rows:g} M</text>')
    for (regime, _), line in lines.items():
        path = " ".join(place(*point) for point in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colours[regime]}" stroke-width="1.6"/>')
    for index, regime in enumerate(dict.fromkeys(regime for regime, _ in lines)):
        y = top + 14 + 17 * index
        parts.append(f'<line x1="{left + width - 86}" x2="{left + width - 66}" y1="{y}" y2="{y}" stroke="{colours[regime]}" '
                     f'stroke-width="3"/><text x="{left + width - 60}" y="{y + 4}" class="n">{regime}</text>')
    return "".join(parts)


if arguments.plot:
    style = "text.t{font-size:14px;font-weight:600}text.n{font-size:11px;fill:#555}.g{stroke:#ddd}"
    body = panel(0, "text.next_token", "Text held out: nats a byte") + panel(400, "image.next_patch", "Image held out: squared error")
    with open(arguments.plot, "w") as file:
        file.write(plotting.page(790, 310, [
            body, '<text x="395" y="306" class="n" text-anchor="middle">rows read (tokens and patches)</text>'], style))
