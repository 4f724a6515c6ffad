#!/usr/bin/env python3
"""Reads what `letterpress` exports as a user of Python does, and fails unless all is alike.

    python_exports.py LETTERPRESS [--strings 4000] [--kinds bytes,llama3]

For each kind of tokenizer (bytes; those of Tests/CorporaTests/Fixtures/tokenizers; SentencePiece models that LETTERPRESS trains) a
tiny model is pretrained for a few steps, and fine-tuned on single texts and on pairs; clients/python/tests/compare.py then asks
AutoTokenizer and AutoModelForSequenceClassification the same in padded batches. The same with pictures, gray ones, and pictures
with texts. SentencePiece models' tokenizer.json is compared with the package `sentencepiece` on passages of the sample corpus and
invented strings.

Needs: pip install torch transformers tokenizers sentencepiece pillow
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from tokenizers_compare import SentencePiece, Tokenizers, invented

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/CorporaTests/Fixtures/tokenizers"
SAMPLE = ROOT / "corpora/sample"
# Kind -> the files of its folder.
FILES = {
    "gpt2": ["tokenizer.json", "tokenizer_config.json"], "smollm": ["tokenizer.json", "tokenizer_config.json"],
    "llama3": ["tokenizer.json", "tokenizer_config.json", "generation_config.json"],
    "wordpiece": ["tokenizer.json", "tokenizer_config.json"], "wordpiece list": ["vocab.txt", "tokenizer_config.json"],
    "sentencepiece": ["tokenizer.model"], "unigram": ["tokenizer.model"],
}
TINY = ["--steps", "3", "--warm-up", "1", "--eval-every", "3", "--batch", "2", "--no-baselines"]
TUNED = ["--steps", "8", "--eval-every", "8", "--batch", "8", "--lr", "3e-3"]


def run(*command):
    result = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        print(f"{' '.join(map(str, command))} failed:\n{result.stdout[-2000:]}", flush=True)
    return result.returncode == 0, result.stdout


def need(*command):
    fine, output = run(*command)
    if not fine:
        sys.exit(1)
    return output


def pair_task(folder):
    """A task of two texts, with rows that do not fit, are empty, or spell out special tokens."""
    rows = [json.loads(line) for line in open(SAMPLE / "pairs.jsonl", encoding="utf-8")]
    odd = [("", "An empty text before."), ("<s> spelled </s> <|begin|> out", "[SEP] <|end_of_text|> <unk> <0x41>"),
           ("a " * 90, "b"), ("a", "b " * 90), ("a " * 90, "b " * 90), ("  two  spaces", "\ttab\nline 😀 سلام")]
    rows += [{"text_a": a, "text_b": b, "label": "neutral", "lang": "en"} for a, b in odd]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / "rows.jsonl").write_text("".join(lines), encoding="utf-8")
    splits = {name: {"files": ["rows.jsonl"]} for name in ("train", "validation")}
    task = json.loads((ROOT / "corpora/tasks/sample-topic.json").read_text()) | {
        "name": "sample-pairs", "summary": "What the second text says of the first.", "suites": [], "metrics": ["accuracy"],
        "labels": sorted({row["label"] for row in rows}), "use": {"train": "train", "select": "validation", "report": ["validation"]},
        "layouts": [{"name": "rows", "format": "jsonl", "folders": ["."], "splits": splits,
                     "columns": {"text_a": "text_a", "text_b": "text_b", "label": "label"}}]}
    for key in ("home", "presets"):
        del task[key]
    (folder / "task.json").write_text(json.dumps(task))
    return ["--task", folder / "task.json", "--data", folder], folder / "rows.jsonl"


def classifiers(options, scratch, name, model, extra=()):
    """True if what is fine-tuned on texts and on pairs is read alike."""
    fine = True
    # Both texts get an even number of tokens, cut or not; the package tokenizers shares an odd number in another way (docs/models.md).
    length = "65" if name in ("gpt2", "smollm") else "64"
    tasks = {"texts": (["--task", "sample-topic"], SAMPLE / "topics/validation.jsonl"), "pairs": pair_task(scratch)}
    for task, (flags, data) in tasks.items():
        out = scratch / f"{name} {task}"
        need(options.letterpress, "finetune", "--model", model, *flags, "--out", out, "--length", length, *TUNED, *extra)
        script = ROOT / "clients/python/tests/compare.py"
        alike, output = run(sys.executable, script, out, data, "--letterpress", options.letterpress)
        print(f"{name}, {task}: {output.strip().splitlines()[-1].split(': ', 1)[-1]}", flush=True)
        fine &= alike
        if not alike and options.keep:
            shutil.copytree(out, options.keep / out.name, dirs_exist_ok=True)
    return fine


def tokenizer_folder(options, scratch, kind):
    """The folder of a tokenizer, or the word bytes."""
    if kind == "bytes":
        return kind
    folder = scratch / kind
    if kind.startswith("trained "):
        need(options.letterpress, "tokenizer", "train", SAMPLE / "sample.jsonl", "--out", folder, "--size", "2000",
             "--kind", kind.split()[1])
        return folder
    folder.mkdir()
    for file in FILES[kind]:
        shutil.copy(FIXTURES / kind.split()[0] / file, folder / file)
    return folder


def ids_alike(options, name, folder, texts):
    """True if tokenizer.json gives the ids of sentencepiece and its texts."""
    theirs, ours = SentencePiece(str(folder / "tokenizer.model")), Tokenizers(str(folder / "tokenizer.json"))
    rng = random.Random(3)
    rows = texts + [invented(rng, texts, theirs.special) for _ in range(options.strings)]
    a, b = theirs.encode(rows), ours.encode(rows, plain=True, literal=True)
    wrong = [i for i in range(len(rows)) if a[i] != b[i]]
    ties = theirs.ties(b, a)
    decoded = sum(x != y for x, y in zip(theirs.decode(a, False), ours.decode(a, False)))
    print(f"{name}: {len(rows)} strings, ids of {len(wrong)} differ ({ties} at the same score), texts of {decoded}", flush=True)
    for i in wrong[:3]:
        print(f"  {rows[i]!r}\n    sentencepiece {a[i]}\n    tokenizers    {b[i]}")
    # A map of characters is applied in another way (docs/tokenizers.md).
    return name == "unigram" or not wrong


def main():
    kinds = ["bytes", *FILES, "trained bpe", "trained unigram", "image", "gray", "both"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("letterpress", type=lambda path: shutil.which(path) and os.path.abspath(shutil.which(path)))
    parser.add_argument("--strings", type=int, default=4000)
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=kinds)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for what is not alike")
    options = parser.parse_args()
    texts = [json.loads(line)["text"] for line in open(SAMPLE / "sample.jsonl", encoding="utf-8")]
    fine = True
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        data = ["--data", SAMPLE / "sample.jsonl"]
        for kind in [kind for kind in options.kinds if kind not in ("image", "gray", "both")]:
            folder, model = tokenizer_folder(options, scratch, kind), scratch / f"{kind} model"
            need(options.letterpress, "pretrain", "--preset", "textgpt-tiny", *data, *TINY, "--tokenizer", folder, "--out", model)
            checkpoint = max((model / "checkpoints").iterdir())
            if (checkpoint / "tokenizer.model").exists():
                fine &= ids_alike(options, kind, checkpoint, texts)
            fine &= classifiers(options, scratch, kind, checkpoint)
        if set(options.kinds) & {"image", "gray", "both"}:
            model = scratch / "pixels"
            need(options.letterpress, "pretrain", "--preset", "pixelgpt-tiny", *data, *TINY, "--out", model)
            for kind, extra in (("image", []), ("gray", ["--channel-adapt", "mean", "--pool", "last_text"]),
                                ("both", ["--modality", "pair", "--tokenizer", "bytes"])):
                if kind in options.kinds:
                    fine &= classifiers(options, scratch, kind, model, extra)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
