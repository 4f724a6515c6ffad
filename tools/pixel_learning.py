#!/usr/bin/env python3
"""What the form of its input does to a small pixel model: held-out loss of pretraining and accuracy of fine-tuning.

    tools/pixel_learning.py LETTERPRESS FOLDER [--cases FILE] [--seeds 1,2,3] [--steps 1000] [--jobs 2] [--plot FILE.svg]

Every case is a drawing, a form of the input, what the norm behind the projection begins at, and a rate. Each is pretrained on
English package descriptions for each seed, and fine-tuned on the polarity of movie sentences (corpora/fetch debian-descriptions
movie-sentences) with each pooling. Runs lie in FOLDER; those that are there are not made again, one that was stopped is resumed. The
table goes to standard output, as Markdown; ± is the standard deviation over seeds, where there are several.
"""
import argparse
import concurrent.futures
import json
import math
import os
import statistics
import subprocess
import sys

import plotting

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# drawing, form, norm, rate of pretraining, [(pooling, rate of fine-tuning)]
CASES = [
    ["bigrams", "unit", 1, "5e-4", [["last_text", "1e-4"], ["mean", "3e-4"]]],
    ["bigrams", "unit", 1, "2e-3", []],
    ["bigrams", "unit", 0.1, "2e-3", []],
    ["bigrams", "signed", 0.1, "2e-3", []],
    ["bigrams", "centred", 1, "2e-3", []],
    ["bigrams", "centred", 0.1, "5e-4", []],
    ["bigrams", "centred", 0.1, "4e-3", []],
    ["bigrams", "ink", 0.1, "2e-3", [["mean", "3e-4"]]],
    ["bigrams", "centred", 0.1, "2e-3", [["last_text", "3e-4"], ["mean", "3e-4"]]],
    ["continuous", "unit", 1, "5e-4", [["last_text", "1e-4"]]],
    ["continuous", "ink", 0.1, "2e-3", [["mean", "3e-4"]]],
    ["continuous", "centred", 0.1, "2e-3", [["mean", "3e-4"]]],
]


def run(command, log):
    """Runs a command whose output goes to a log; stops the program where it fails."""
    with open(log, "a") as file:
        if subprocess.run(command, stdout=file, stderr=file, cwd=HERE).returncode:
            raise SystemExit(f"{' '.join(command)}\nfailed; see {log}")


def name(case, seed):
    return "-".join(str(part) for part in case[:4]) + f"-{seed}"


def shape(folder, form, norm):
    """The file of the tiny shape with another input."""
    with open(f"{HERE}/models/pixelgpt/tiny.json") as file:
        config = json.load(file)
    config["patch_input"], config["patch_norm_init"] = form, norm
    path = f"{folder}/shapes/{form}-{norm}.json"
    with open(path, "w") as file:
        json.dump(config, file)
    return path


def work(options, case, seed):
    """Pretrains a case and fine-tunes it."""
    (strategy, form, norm, rate, tunings), folder = case, options.folder
    out, log = f"{folder}/pretrain/{name(case, seed)}", f"{folder}/logs/{name(case, seed)}.log"
    if not os.path.isdir(f"{out}/checkpoints/step-{options.steps:08d}"):
        begun = ["--resume"] if os.path.isdir(f"{out}/checkpoints") else []
        run([options.letterpress, "pretrain", "--model", shape(folder, form, norm), "--strategy", strategy, "--data",
             "corpora/fetched/debian-descriptions/en.jsonl", "--length", "128", "--batch", "16", "--seed", str(seed), "--steps",
             str(options.steps), "--lr", rate, "--eval-every", "250", "--eval-sequences", "128", "--keep", "1", "--threads", "1",
             "--no-baselines", "--out", out] + begun, log)
    for pool, rate in tunings:
        tuned = f"{folder}/finetune/{name(case, seed)}-{pool}-{rate}"
        if not os.path.exists(f"{tuned}/result.json"):
            begun = ["--resume"] if os.path.isdir(f"{tuned}/checkpoints") else []
            run([options.letterpress, "finetune", "--model", out, "--task", "movie-sentence-polarity", "--pool", pool, "--lr", rate,
                 "--epochs", "3", "--length", "256", "--warm-up", "50", "--patience", "0", "--seed", str(seed), "--threads", "1",
                 "--out", tuned] + begun, log)


def losses(options, case, seed):
    """Held-out losses by step."""
    found = {}
    with open(f"{options.folder}/pretrain/{name(case, seed)}/metrics.jsonl") as file:
        for line in file:
            record = json.loads(line)
            if record.get("kind") == "evaluation":
                found[record["step"]] = record["loss"]
    return found


def accuracy(options, case, seed, pool, rate):
    """The accuracy on the validation split of the step that it chose."""
    with open(f"{options.folder}/finetune/{name(case, seed)}-{pool}-{rate}/result.json") as file:
        result = json.load(file)
    return next(100 * e["metrics"]["accuracy"] for e in result["evaluations"] if e["step"] == result["best_step"])


def spread(values, digits):
    mean = f"{statistics.mean(values):.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ± {statistics.stdev(values):.{digits}f}"


def table(options, cases):
    lines = ["| drawing | input | norm | rate | " + " | ".join(f"loss at {s}" for s in options.marks)
             + " | pooling, rate: polarity |", "|---|---|---:|---:|" + "---:|" * len(options.marks) + "---|"]
    for case in cases:
        curves = [losses(options, case, seed) for seed in options.seeds]
        cells = [spread([curve[step] for curve in curves], 3) for step in options.marks]
        tuned = [f"{pool}, {rate}: {spread([accuracy(options, case, s, pool, rate) for s in options.seeds], 1)}"
                 for pool, rate in case[4]]
        lines.append("| " + " | ".join([*map(str, case[:4]), *cells, "; ".join(tuned)]) + " |")
    return "\n".join(lines)


def plot(options, cases):
    """Curves of the first drawing, the mean over seeds."""
    curves = {}
    for case in cases:
        if case[0] == cases[0][0]:
            runs = [losses(options, case, seed) for seed in options.seeds]
            curves[f"{case[1]}, norm {case[2]}, {case[3]}"] = [
                (step, statistics.mean(run[step] for run in runs)) for step in sorted(runs[0]) if step > 0]
    low, high = (f(y for c in curves.values() for _, y in c) for f in (min, max))
    ys, xs = plotting.ticks(low, high), plotting.ticks(0, options.steps, 4)
    left, top, width, height = 60, 20, 480, 300
    x = lambda step: left + width * step / xs[-1]
    y = lambda loss: top + height * (ys[-1] - loss) / (ys[-1] - ys[0])
    body = [f'<text x="{left}" y="14">held-out next-patch loss</text>']
    for tick, text in zip(ys, plotting.text(ys)):
        body.append(f'<path d="M{left} {y(tick):.1f}H{left + width}" stroke="#ddd"/>'
                    f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{text}</text>')
    for tick in xs:
        body.append(f'<text x="{x(tick):.1f}" y="{top + height + 18}" text-anchor="middle">{tick:.0f}</text>')
    body.append(f'<text x="{left + width / 2}" y="{top + height + 36}" text-anchor="middle">step</text>')
    ends = sorted((points[-1][1], label) for label, points in curves.items())
    colours = {label: f"hsl({index * 360 // len(ends)} 65% 40%)" for index, (_, label) in enumerate(ends)}
    for label, points in curves.items():
        line = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)
        body.append(f'<polyline points="{line}" fill="none" stroke="{colours[label]}" stroke-width="2"/>')
    # Labels from the top down, none over another.
    place = -math.inf
    for loss, label in reversed(ends):
        place = max(place + 15, y(loss) + 4)
        body.append(f'<text x="{left + width + 8}" y="{place:.1f}" style="fill:{colours[label]}">{label}</text>')
    return plotting.page(left + width + 190, top + height + 50, body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("letterpress", type=os.path.abspath)
    parser.add_argument("folder", type=os.path.abspath)
    parser.add_argument("--cases", help="a JSON file of cases in the form of those in this file")
    parser.add_argument("--seeds", default="1,2,3", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side, one thread each")
    parser.add_argument("--plot", help="draw the curves of the first drawing here")
    options = parser.parse_args()
    options.marks = [step for step in (250, 500, 1000, 5000) if step <= options.steps]
    cases = CASES
    if options.cases:
        with open(options.cases) as file:
            cases = json.load(file)
    for part in ("shapes", "pretrain", "finetune", "logs"):
        os.makedirs(f"{options.folder}/{part}", exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(work, options, case, seed) for seed in options.seeds for case in cases]
        for number, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            job.result()
            print(f"{number} of {len(jobs)}", file=sys.stderr)
    print(table(options, cases))
    if options.plot:
        with open(options.plot, "w") as file:
            file.write(plot(options, cases))


if __name__ == "__main__":
    main()
