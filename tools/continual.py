#!/usr/bin/env python3
"""Trains a model on tasks one after another with several methods, and measures what each stage does to the tasks before it.

For every arm, seed and stage: `letterpress finetune` on the next task from the model of the stage before, then `letterpress evaluate` of all
tasks so far, each with the head that its own stage trained on the present backbone, and `letterpress score` of held-out pretraining text with
the pretrained token head. R[t][i] is the score on task i after stage t:
  OP   overall performance after the last stage: mean over i of R[T][i]
  BWT  backward transfer (GEM): mean over i < T of R[T][i] - R[i][i]
  rise of the loss on pretraining text, nats a token: peft's "forgetting"
Writes results.json and prints a table: mean over seeds, and the half width of a 95 % interval by Student's t.

  tools/continual.py --letterpress .build/release/letterpress --model runs/base --tasks a.json,b.json --data data --text heldout.txt --out out
"""
import argparse, json, math, os, shutil, struct, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor

ARMS = {
    "full": ["all", 1.0], "full-half-rate": ["all", 0.5], "half": ["half", 1.0], "half-layer": ["half:level=layer", 1.0],
    "half-model": ["half:level=model", 1.0], "head": ["head", 1.0],
}
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def tensors(path):
    """Header and bytes of a safetensors file."""
    data = open(path, "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    return {name: (entry, data[8 + size + entry["data_offsets"][0] : 8 + size + entry["data_offsets"][1]]) for name, entry in header.items()}


def write(path, found):
    header, size, parts = {"__metadata__": {"format": "pt"}}, 0, []
    for name, (entry, part) in sorted(found.items()):
        header[name] = {"dtype": entry["dtype"], "shape": entry["shape"], "data_offsets": [size, size + len(part)]}
        size += len(part)
        parts.append(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.writelines([struct.pack("<Q", len(text)), text, *parts])


HEADS = ("score.", "lm_head.", "lm_token_head.", "lm_pixel_head.")


def base(folder):
    """The folder of a run's newest checkpoint, or the folder itself."""
    if os.path.exists(f"{folder}/model.safetensors"):
        return folder
    return sorted(f.path for f in os.scandir(f"{folder}/checkpoints") if f.is_dir())[-1]


def joined(backbone, head, out):
    """A folder with the backbone of one model and the heads and files of another."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(head, out, ignore=lambda _, names: [n for n in names if n in ("optimizer.safetensors", "checkpoint.json", "trainer_state.json", "state")])
    base = {n: t for n, t in tensors(f"{backbone}/model.safetensors").items() if not n.startswith(HEADS)}
    own = {n: t for n, t in tensors(f"{head}/model.safetensors").items() if n.startswith(HEADS)}
    write(f"{out}/model.safetensors", {**base, **own})
    return out


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("letterpress", "model", "tasks", "text", "out"):
        options.add_argument(f"--{name}", required=name == "out", help="required but for --report" if name != "out" else None)
    options.add_argument("--data", help="the tasks' files; their own folder without")
    options.add_argument("--pixels", action="store_true", help="draw the held-out text, and score the patch head")
    options.add_argument("--window", type=int, default=128, help="places of a window of the held-out text; half of it overlaps")
    options.add_argument("--test-limit", type=int, default=500, help="examples of each test split")
    options.add_argument("--control", default="full-half-rate")
    options.add_argument("--report", action="store_true", help="print the tables of OUT/results.json")
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--lr", type=float, default=1e-3)
    options.add_argument("--arms", default=",".join(ARMS))
    options.add_argument("--jobs", type=int, default=2, help="runs side by side, one thread each")
    options.add_argument("finetune", nargs="*", help="further words of letterpress finetune, behind --")
    given = options.parse_args()
    if given.report:
        return report(json.load(open(f"{given.out}/results.json")), given.control)
    if missing := [n for n in ("letterpress", "model", "tasks", "text") if getattr(given, n) is None]:
        options.error(f"--{missing[0]} is missing")
    tasks, data = given.tasks.split(","), ["--data", given.data] if given.data else []
    names = [os.path.basename(t).removesuffix(".json") for t in tasks]

    def run(*words):
        done = subprocess.run([given.letterpress, *words], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"letterpress {' '.join(words)}\n{done.stderr}")
        return done.stdout

    drawn = " ".join(json.loads(line)["text"] for line in open(given.text, encoding="utf-8")) if given.pixels else ""

    def loss(folder, scratch):
        """The mean loss of the held-out text, by place. Texts are scored each by itself, pictures as one strip."""
        windows = ["--window", str(given.window), "--stride", str(given.window // 2), "--json", "--threads", "1"]
        if not given.pixels:
            whole = json.loads(run("score", "--model", folder, given.text, "--lines", *windows).splitlines()[-1])
            return whole["surprise"] / whole["predicted"]
        lines = run("score", "pixels", "--model", folder, "--text", drawn, "-o", f"{scratch}/map.png", *windows).splitlines()
        losses = [x for line in lines for x in json.loads(line)["losses"] if x is not None]
        return sum(losses) / len(losses)

    def sequence(arm, seed):
        method, factor = ARMS[arm]
        place = f"{given.out}/{arm}/seed-{seed}"
        result = f"{place}/result.json"
        settings = {"arm": arm, "seed": seed, "model": given.model, "tasks": names, "lr": given.lr, "finetune": given.finetune,
                    "test_limit": given.test_limit, "window": given.window}
        if os.path.exists(result):
            known = json.load(open(result))
            if other := [key for key, value in settings.items() if known.get(key) != value]:
                sys.exit(f"{result} is of another {other[0]}: take another --out")
            return known
        model, heads, scores, seconds = base(given.model), [], [], 0.0
        for stage, task in enumerate(tasks):
            folder = f"{place}/{names[stage]}"
            shutil.rmtree(folder, ignore_errors=True)
            begin = time.time()
            run("finetune", "--model", model, "--task", task, *data, "--method", method, "--lr", str(given.lr * factor),
                "--seed", str(seed), "--threads", "1", "--quiet", "--out", folder, *given.finetune)
            seconds += time.time() - begin
            model = f"{folder}/best"
            heads.append(model)
            row = []
            for past in range(stage + 1):
                shutil.rmtree(f"{place}/answers", ignore_errors=True)
                probe = joined(model, heads[past], f"{place}/probe")
                run("evaluate", "--model", f"probe={probe}", "--tasks", tasks[past], *data, "--threads", "1", "--quiet",
                    "--bootstrap", "2", "--limit", str(given.test_limit), "--out", f"{place}/answers")
                split = json.load(open(f"{place}/answers/results.json"))["results"][0]
                row.append(100 * split["metrics"]["accuracy"]["value"])
            scores.append(row)
        pretrained = joined(model, base(given.model), f"{place}/probe")
        found = {**settings, "scores": scores, "seconds": seconds, "loss": loss(pretrained, place)}
        json.dump(found, open(result, "w"))
        return found

    arms = given.arms.split(",")
    if unknown := [arm for arm in arms if arm not in ARMS]:
        options.error(f"--arms: there is no {unknown[0]}; there are {', '.join(ARMS)}")
    seeds = [int(s) for s in given.seeds.split(",")]
    os.makedirs(given.out, exist_ok=True)
    before = loss(given.model, given.out)
    with ThreadPoolExecutor(given.jobs) as pool:
        found = list(pool.map(lambda pair: sequence(*pair), [(a, s) for s in seeds for a in arms]))
    results = {"model": given.model, "tasks": names, "finetune": given.finetune, "lr": given.lr, "before": before, "runs": found}
    json.dump(results, open(f"{given.out}/results.json", "w"), indent=1)
    report(results, given.control)


MEASURES = {
    "OP": lambda r, before: sum(r["scores"][-1]) / len(r["scores"]),
    "BWT": lambda r, before: sum(r["scores"][-1][i] - r["scores"][i][i] for i in range(len(r["scores"]) - 1)) / max(1, len(r["scores"]) - 1),
    "new task": lambda r, before: sum(row[-1] for row in r["scores"]) / len(r["scores"]),
    "forgetting": lambda r, before: r["loss"] - before,
}


def spread(values):
    """Mean, and half of a 95 % interval by Student's t; nan for a single value."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, math.nan
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    return mean, STUDENT.get(len(values) - 1, 1.96) * deviation / math.sqrt(len(values))


def report(results, control):
    by_arm = {}
    for run in results["runs"]:
        by_arm.setdefault(run["arm"], {})[run["seed"]] = {name: of(run, results["before"]) for name, of in MEASURES.items()}

    def table(title, values, sign):
        print(f"\n{title}\n\n| arm | {' | '.join(MEASURES)} |\n|---|{'---|' * len(MEASURES)}")
        for arm, seeds in by_arm.items():
            cells = []
            for name in MEASURES:
                mean, half = spread(values(arm, seeds, name))
                digits = 3 if name == "forgetting" else 1
                cells.append(f"{mean:{sign}.{digits}f}" + ("" if math.isnan(half) else f" ± {half:.{digits}f}"))
            print(f"| {arm} | {' | '.join(cells)} |")

    print(f"{results['model']}, rate {results['lr']}: loss on held-out pretraining text before {results['before']:.4f}; tasks {', '.join(results['tasks'])}")
    table("Means over seeds.", lambda arm, seeds, name: [m[name] for m in seeds.values()], "")
    if len(by_arm) > 1 and control in by_arm:
        table(f"Differences from {control}, of runs with the same seed.",
              lambda arm, seeds, name: [m[name] - by_arm[control][seed][name] for seed, m in seeds.items() if seed in by_arm[control]], "+")


if __name__ == "__main__":
    main()
