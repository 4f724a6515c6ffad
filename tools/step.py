#!/usr/bin/env python3
"""step.py [compare|growth] [--python PYTHON] [--bench PATH] [--rounds 3] [--out docs/pictures/growth.svg]

compare: the training step of letterpress-bench beside PyTorch's (Tests/Peers/torch_step.py, needs torch 2.13) in all four
modes, one after the other, in rounds; medians, ratios, peak memory. letterpress-bench products tells what products alone reach.
growth: step time and peak memory of ours over three lengths, widths and depths; writes one plot as SVG.
Build first: swift build -c release --product letterpress-bench. Nothing else may run meanwhile.
"""
import argparse
import json
import statistics
import subprocess
import sys

import plotting

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("part", nargs="?", default="compare", choices=["compare", "growth"])
parser.add_argument("--python", default=sys.executable, help="an interpreter that has torch")
parser.add_argument("--bench", default=".build/release/letterpress-bench")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--out", default="docs/pictures/growth.svg")
options = parser.parse_args()


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def ours(mode, **sizes):
    flags = [text for name, value in sizes.items() for text in (f"--{name}", str(value))]
    return run([options.bench, "step", "--mode", mode, "--threads", str(options.threads), *flags])


def torch(mode):
    found = run([options.python, "Tests/Peers/torch_step.py", "--json", "--mode", mode, "--threads", str(options.threads)])
    return dict(found, seconds=found["step_seconds"], peak_mb=found["peak_resident_mb"])


def compare():
    runs = {}
    for _ in range(options.rounds):
        for mode in ("fp32", "bf16"):
            runs.setdefault(f"letterpress {mode}", []).append(ours(mode))
        for mode in ("fp32", "compile", "bf16", "compile-bf16"):
            runs.setdefault(f"torch {mode}", []).append(torch(mode))
    table = {}
    print(f"{'':22} ms a step  patches/s  GFLOP/s  peak MB")
    for name, found in runs.items():
        seconds = statistics.median(r["seconds"] for r in found)
        rate = statistics.median(r["patches_per_second"] for r in found)
        speed = statistics.median(r["gflops"] for r in found)
        peak = max(r["peak_mb"] for r in found)
        table[name] = (rate, peak)
        print(f"{name:22} {seconds * 1e3:9.0f}  {rate:9.0f}  {speed:7.0f}  {peak:7.0f}")
    fp32, bf16 = table["letterpress fp32"], table["letterpress bf16"]
    best = max(rate for name, (rate, _) in table.items() if name.startswith("torch"))
    eager = table["torch fp32"][0]
    print(f"fp32: {fp32[0] / eager:.2f} times torch fp32, {fp32[0] / table['torch compile'][0]:.2f} times compiled, "
          f"{fp32[1] / table['torch fp32'][1]:.2f} of its memory")
    print(f"bf16: {bf16[0] / best:.2f} times the best of torch's four modes, "
          f"{bf16[1] / table['torch bf16'][1]:.2f} of eager bf16's memory")


def growth():
    base = dict(layers=8, width=512, heads=8, ffn=1408, patches=512, batch=4, steps=3)
    axes = {
        "length": [dict(base, patches=n, batch=1) for n in (512, 1024, 4096)],
        "width": [dict(base, width=n, heads=n // 64, ffn=n * 11 // 4) for n in (256, 512, 1024)],
        "depth": [dict(base, layers=n) for n in (4, 8, 16)],
    }
    keys = {"length": "patches", "width": "width", "depth": "layers"}
    found = {}
    for mode in ("fp32", "bf16"):
        for axis, cases in axes.items():
            for case in cases:
                result = ours(mode, **case)
                point = (case[keys[axis]], result["seconds"], result["arena_peak_mb"], result["peak_mb"])
                found.setdefault((axis, mode), []).append(point)
                print(f"{mode} {axis} {point[0]}: {point[1] * 1e3:.0f} ms, activations {point[2]:.0f} MB, "
                      f"process {point[3]:.0f} MB", flush=True)
    with open(options.out, "w") as file:
        file.write(plot(found))
    print(f"wrote {options.out}")


def plot(found):
    """Two rows of three panels: time above, memory below; both axes begin at 0."""
    colours = {"fp32": "#1f5fa8", "bf16": "#c2571a"}
    titles = {"length": "patches a sequence (batch 1)", "width": "width D (batch 4, 512 patches)",
              "depth": "layers (batch 4, 512 patches)"}
    body = []
    for column, axis in enumerate(("length", "width", "depth")):
        for row, (index, unit) in enumerate(((1, "seconds a step"), (2, "MB of activations"))):
            left, top, wide, high = 70 + column * 290, 40 + row * 230, 210, 160
            points = {m: [(p[0], p[index]) for p in found[axis, m]] for m in colours}
            right = max(x for p in points.values() for x, _ in p)
            ticks = plotting.ticks(0, max(y for p in points.values() for _, y in p), 4)
            peak = ticks[-1]
            body.append(f'<path d="M{left} {top}v{high}h{wide}" fill="none" stroke="#555"/>')
            for x, _ in points["fp32"]:
                at = left + wide * x / right
                body.append(f'<path d="M{at:.1f} {top + high}v4" stroke="#555"/>'
                            f'<text x="{at:.1f}" y="{top + high + 17}" text-anchor="middle">{x}</text>')
            for value, text in zip(ticks, plotting.text(ticks)):
                at = top + high * (1 - value / peak)
                body.append(f'<path d="M{left - 4} {at:.1f}h{wide + 4}" stroke="#ccc"/>'
                            f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{text}</text>')
            for mode, line in points.items():
                places = [(left + wide * x / right, top + high * (1 - y / peak)) for x, y in line]
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
                body.append(f'<polyline points="{path}" fill="none" stroke="{colours[mode]}" stroke-width="2"/>')
                body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colours[mode]}"/>' for x, y in places]
            body.append(f'<text x="{left}" y="{top - 10}">{unit}</text>')
            body.append(f'<text x="{left + wide / 2}" y="{top + high + 35}" text-anchor="middle">{titles[axis]}</text>')
    for place, (mode, colour) in enumerate(colours.items()):
        body.append(f'<circle cx="{780 + place * 60}" cy="16" r="4" fill="{colour}"/>'
                    f'<text x="{790 + place * 60}" y="20">{mode}</text>')
    return plotting.page(900, 480, body)


{"compare": compare, "growth": growth}[options.part]()
