#!/usr/bin/env python3
"""Compares a folder that letterpress wrote with what `transformers` makes of it: a classifier's predictions, a pixel model's losses.

    compare.py MODEL DATA.jsonl [--predictions FILE] [--letterpress PATH]

A classifier's predictions are those of FILE, by default MODEL/predictions-validation.jsonl, which fine-tuning leaves there; DATA is the
file of texts that was answered. Texts go through AutoTokenizer in padded batches; for models that read pictures `letterpress render`
draws them as the model's rendering.json says. Of a pixel model without a classifier `letterpress score pixels` gives the losses of the
first pictures. Prints how many are alike and how far scores are apart; exits with 1 unless all are alike.

Needs: pip install torch transformers pillow, and this package (or PYTHONPATH=clients/python/src)
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "src"))
import torch
import letterpress.modeling
from letterpress.strips import collate, read_shards
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

# Scores in single precision differ by what sums in another order differ by.
TOLERANCE = 1e-3


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def place(folder):
    """The folder of the model itself: that of a run is its best/."""
    folder = pathlib.Path(folder)
    return folder if (folder / "config.json").exists() else folder / "best"


def render(options, folder, texts, limit, channels):
    """Strips of the texts, drawn as the model was trained to read them."""
    with tempfile.TemporaryDirectory() as scratch:
        data = os.path.join(scratch, "texts.jsonl")
        with open(data, "w", encoding="utf-8") as file:
            for a, b in texts:
                file.write(json.dumps({"a": a} if b is None else {"a": a, "b": b}, ensure_ascii=False) + "\n")
        kind = ["--layout", "single"] if texts[0][1] is None else ["--layout", "pair", "--text-b-field", "b"]
        command = [options.letterpress, "render", data, "--config", str(folder / "rendering.json"), "--text-field", "a", *kind,
                   "--max-patches", str(limit), "--overflow", "truncate", "--channels", "rgb" if channels == 3 else "gray",
                   "--packing", "none", "--format", "webdataset", "--quiet", "--out", os.path.join(scratch, "strips")]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if result.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{result.stderr}")
        strips = [strip for strip, record in read_shards(os.path.join(scratch, "strips"), channels) if record["part"] == 0]
    if len(strips) != len(texts):
        sys.exit(f"{len(texts)} texts, {len(strips)} pictures")
    return strips


def tokens(tokenizer, texts):
    """A padded batch, cut to the model's length."""
    first, second = [a for a, _ in texts], [b for _, b in texts]
    batch = tokenizer(first, None if second[0] is None else second, padding=len(texts) > 1, truncation=True, return_tensors="pt")
    return {key: batch[key] for key in ("input_ids", "attention_mask")}


def classify(options, folder, config, rows):
    """What transformers answers: for each row the class (or number) and the scores."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    record = json.loads((folder / "classifier.json").read_text()) if (folder / "classifier.json").exists() else {}
    modality, length = record.get("modality", "text"), record.get("length", 256)
    second = options.text_b or ("text_b" if "text_b" in rows[0] else None)
    first = options.text or ("text_a" if second and "text_a" in rows[0] else "text")
    texts = [(row[first], row[second] if second else None) for row in rows]
    strips = tokenizer = None
    if modality != "image":
        tokenizer = AutoTokenizer.from_pretrained(folder)
    if modality != "text":
        strips = render(options, folder, texts, length // 2 if modality == "pair" else length, config.num_channels)
    found = []
    size = 1 if tokenizer and tokenizer.pad_token is None else options.batch
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        batch = (tokens(tokenizer, texts[part]) if tokenizer else {}) | (collate(strips[part]) if strips else {})
        with torch.no_grad():
            found += model(**batch).logits.tolist()
    labels = [str(label) for label in record.get("labels") or [config.id2label[i] for i in range(config.num_labels)]]
    return [(row[0] if len(row) == 1 else labels[max(range(len(row)), key=row.__getitem__)], row) for row in found]


def compare_classifier(options, folder, config):
    path = options.predictions or folder / "predictions-validation.jsonl"
    rows, expected = rows_of(options.data), rows_of(path)
    if len(rows) != len(expected):
        sys.exit(f"{options.data} has {len(rows)} rows and {path} {len(expected)}")
    alike, worst = 0, 0.0
    for answer, (prediction, scores) in zip(expected, classify(options, folder, config, rows)):
        known = answer.get("scores") or [answer["prediction"]]
        distance = max(abs(a - b) for a, b in zip(known, scores))
        worst = max(worst, distance)
        alike += distance <= TOLERANCE if len(scores) == 1 else prediction == answer["prediction"]
    print(f"{folder}: {alike} of {len(rows)} predictions alike, scores at most {worst:.1e} apart")
    return alike == len(rows) and worst <= TOLERANCE


def compare_pixel_model(options, folder, config):
    from PIL import Image
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    rows = rows_of(options.data)[:options.pictures]
    texts = [(row[options.text or "text"], None) for row in rows]
    limit = min(config.max_position_embeddings, 128)
    alike, worst = 0, 0.0
    with tempfile.TemporaryDirectory() as scratch:
        for number, strip in enumerate(render(options, folder, texts, limit, config.num_channels)):
            path = os.path.join(scratch, f"{number}.png")
            pixels = strip.permute(1, 2, 0).numpy()
            Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0]).save(path)
            result = subprocess.run([options.letterpress, "score", "pixels", "--model", str(folder), path, "--json"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
            known = [x for x in json.loads(result.stdout)["losses"] if x is not None]
            batch = collate([strip])
            with torch.no_grad():
                found = model.patch_errors(model(**batch).patches, batch["pixel_values"])[0, 1:].tolist()
            distance = max(abs(a - b) / (1 + abs(a)) for a, b in zip(known, found))
            worst, alike = max(worst, distance), alike + (len(known) == len(found) and distance <= TOLERANCE)
    print(f"{folder}: losses of {alike} of {len(rows)} pictures alike, at most {worst:.1e} apart")
    return alike == len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder of a model, or of a fine-tuning with its best/")
    parser.add_argument("data", help="JSON lines with the texts")
    parser.add_argument("--predictions", help="letterpress's answers to them, a line each")
    parser.add_argument("--letterpress", default="letterpress", help="the command, which draws pictures")
    parser.add_argument("--text", help="field of the text, or of the first of two (text, or text_a)")
    parser.add_argument("--text-b", help="field of the second text (text_b where there is one)")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--pictures", type=int, default=8, help="pictures whose losses are compared")
    options = parser.parse_args()
    folder = place(options.model)
    config = AutoConfig.from_pretrained(folder)
    names = config.architectures or []
    if any("Classification" in name for name in names):
        fine = compare_classifier(options, folder, config)
    elif config.model_type == "ernie-pixel":
        fine = compare_pixel_model(options, folder, config)
    else:
        sys.exit(f"{folder} holds {names}: a classifier or a pixel model is expected")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
