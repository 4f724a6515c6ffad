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
    "full": ["all", 1.0], "full, half the rate": ["all", 0.5], "half": ["half", 1.0], "half, by layers": ["half:level=layer", 1.0],
    "half, anywhere": ["half:level=model", 1.0], "head alone": ["head", 1.0],
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
    header, blob = {"__metadata__": {"format": "pt"}}, b""
    for name, (entry, part) in sorted(found.items()):
        header[name] = {"dtype": entry["dtype"], "shape": entry["shape"], "data_offsets": [len(blob), len(blob) + len(part)]}
        blob += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + blob)


HEADS = ("score.", "lm_head.", "lm_token_head.", "lm_pixel_head.")


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
    for name in ("letterpress", "model", "tasks", "data", "text", "out"):
        options.add_argument(f"--{name}", required=True)
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--lr", type=float, default=1e-3)
    options.add_argument("--arms", default=",".join(ARMS).replace("full, half", "full; half"), help="names with ; for their commas")
    options.add_argument("--jobs", type=int, default=2, help="runs side by side, one thread each")
    options.add_argument("finetune", nargs="*", help="further words of letterpress finetune, behind --")
    given = options.parse_args()
    tasks = given.tasks.split(",")
    names = [os.path.basename(t).removesuffix(".json") for t in tasks]

    def run(*words):
        done = subprocess.run([given.letterpress, *words], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"letterpress {' '.join(words)}\n{done.stderr}")
        return done.stdout

    def loss(folder):
        lines = run("score", "--model", folder, given.text, "--lines", "--json", "--threads", "1").splitlines()
        found = [json.loads(line) for line in lines]
        return sum(f["surprise"] for f in found if "surprise" in f) / sum(f["predicted"] for f in found if "surprise" in f)

    def sequence(arm, seed):
        method, factor = ARMS[arm]
        place = f"{given.out}/{arm.replace(', ', '-').replace(' ', '-')}/seed-{seed}"
        result = f"{place}/result.json"
        if os.path.exists(result):
            return json.load(open(result))
        model, heads, scores, seconds = given.model, [], [], 0.0
        for stage, task in enumerate(tasks):
            folder = f"{place}/{names[stage]}"
            shutil.rmtree(folder, ignore_errors=True)
            begin = time.time()
            run("finetune", "--model", model, "--task", task, "--data", given.data, "--method", method, "--lr", str(given.lr * factor),
                "--seed", str(seed), "--threads", "1", "--quiet", "--out", folder, *given.finetune)
            seconds += time.time() - begin
            model = f"{folder}/best"
            heads.append(model)
            row = []
            for past in range(stage + 1):
                probe = joined(model, heads[past], f"{place}/probe")
                run("evaluate", "--model", f"probe={probe}", "--tasks", tasks[past], "--data", given.data, "--threads", "1", "--quiet",
                    "--bootstrap", "2", "--out", f"{place}/answers")
                split = json.load(open(f"{place}/answers/results.json"))["results"][0]
                row.append(100 * split["metrics"]["accuracy"]["value"])
                shutil.rmtree(f"{place}/answers")
            scores.append(row)
        found = {"arm": arm, "seed": seed, "scores": scores, "seconds": seconds, "loss": loss(joined(model, given.model, f"{place}/probe"))}
        json.dump(found, open(result, "w"))
        return found

    arms = [a.replace(";", ",") for a in given.arms.split(",")] if ";" in given.arms else list(ARMS)
    arms = [a for a in ARMS if a in arms or a.replace(",", ";") in given.arms]
    seeds = [int(s) for s in given.seeds.split(",")]
    os.makedirs(given.out, exist_ok=True)
    before = loss(given.model)
    with ThreadPoolExecutor(given.jobs) as pool:
        found = list(pool.map(lambda pair: sequence(*pair), [(a, s) for s in seeds for a in arms]))

    def spread(values):
        mean = sum(values) / len(values)
        if len(values) < 2:
            return f"{mean:.1f}"
        deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
        return f"{mean:.1f} ± {STUDENT[len(values) - 1] * deviation / math.sqrt(len(values)):.1f}"

    print(f"loss on held-out pretraining text before: {before:.4f} nats a token")
    print("| arm | OP | BWT | new task | forgetting | seconds |\n|---|---|---|---|---|---|")
    for arm in arms:
        runs = [f for f in found if f["arm"] == arm]
        last = len(tasks) - 1
        op = [sum(f["scores"][last]) / len(tasks) for f in runs]
        bwt = [sum(f["scores"][last][i] - f["scores"][i][i] for i in range(last)) / last for f in runs]
        new = [sum(f["scores"][i][i] for i in range(len(tasks))) / len(tasks) for f in runs]
        rise = [f["loss"] - before for f in runs]
        mean = sum(rise) / len(rise)
        print(f"| {arm} | {spread(op)} | {spread(bwt)} | {spread(new)} | {mean:.3f} | {sum(f['seconds'] for f in runs) / len(runs):.0f} |")
    json.dump({"before": before, "runs": found}, open(f"{given.out}/results.json", "w"), indent=1)


if __name__ == "__main__":
    main()
