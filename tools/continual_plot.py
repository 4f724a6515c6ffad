#!/usr/bin/env python3
"""continual_plot.py PLOT.svg NAME=RESULTS.json…: what tools/continual.py measured, a row of panels for each model.

A dot is a mean over seeds, a line its 95 % interval; small rings are single seeds.
"""
import json
import math
import sys

import plotting
from continual import MEASURES, spread

TITLES = {
    "OP": "accuracy after all tasks", "BWT": "backward transfer", "new task": "accuracy right after its stage",
    "forgetting": "rise of pretraining loss",
}
LEFT, WIDE, ROW, GAP = 150, 190, 20, 30


def panel(name, runs, before, arms, x, y):
    values = {arm: [MEASURES[name](run, before) for run in runs if run["arm"] == arm] for arm in arms}
    spans = {arm: spread(found) for arm, found in values.items()}
    ends = [v for found in values.values() for v in found]
    ends += [mean + sign * half for mean, half in spans.values() if not math.isnan(half) for sign in (-1, 1)]
    low, high = min(ends), max(ends)
    if high == low:
        low, high = low - 0.5, high + 0.5
    ticks = plotting.ticks(low, high, 4)
    low, high = ticks[0], ticks[-1]

    def place(value):
        return x + WIDE * (value - low) / (high - low)

    bottom = y + ROW * len(arms)
    body = [f'<path d="M{x} {y}V{bottom}H{x + WIDE}" fill="none" stroke="#999"/>']
    for tick, text in zip(ticks, plotting.text(ticks)):
        body.append(f'<path d="M{place(tick):.1f} {y}V{bottom + 4}" stroke="#ddd"/>'
                    f'<text x="{place(tick):.1f}" y="{bottom + 16}" text-anchor="middle">{text}</text>')
    for row, arm in enumerate(arms):
        middle, (mean, half) = y + ROW * (row + 0.5), spans[arm]
        colour = "#c2571a" if arm.startswith("half") else "#1f5fa8"
        body += [f'<circle cx="{place(v):.1f}" cy="{middle}" r="2.5" fill="none" stroke="{colour}"/>' for v in values[arm]]
        if not math.isnan(half):
            body.append(f'<path d="M{place(mean - half):.1f} {middle}H{place(mean + half):.1f}" stroke="{colour}" stroke-width="2"/>')
        body.append(f'<circle cx="{place(mean):.1f}" cy="{middle}" r="4" fill="{colour}"/>')
    return body


def main():
    body, y = [], 50
    for column, name in enumerate(MEASURES):
        body.append(f'<text x="{LEFT + column * (WIDE + GAP)}" y="20" font-weight="bold">{TITLES[name]}</text>')
    for word in sys.argv[2:]:
        title, path = word.split("=", 1)
        results = json.load(open(path))
        arms = list(dict.fromkeys(run["arm"] for run in results["runs"]))
        body.append(f'<text x="8" y="{y - 8}" font-weight="bold">{title}</text>')
        body += [f'<text x="{LEFT - 8}" y="{y + ROW * (row + 0.5) + 4}" text-anchor="end">{arm}</text>' for row, arm in enumerate(arms)]
        for column, name in enumerate(MEASURES):
            body += panel(name, results["runs"], results["before"], arms, LEFT + column * (WIDE + GAP), y)
        y += ROW * len(arms) + 60
    wide = LEFT + len(MEASURES) * (WIDE + GAP)
    with open(sys.argv[1], "w") as file:
        file.write(plotting.page(wide, y - 20, body))


main()
