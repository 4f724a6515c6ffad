#!/usr/bin/env python3
"""Scores of words by transformers' LlamaForTokenClassification beside those of a text model of bytes: word_labels.py RUN/best

Reads the predictions that a fine-tuning on a task of words leaves in best/; prints how many words and the greatest difference. Needs torch and
transformers."""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

folder = pathlib.Path(sys.argv[1])
model = AutoModelForTokenClassification.from_pretrained(folder).eval()
tokenizer = AutoTokenizer.from_pretrained(folder)
record = json.loads((folder / "classifier.json").read_text())
words, worst = 0, 0.0
for line in (folder / "predictions-validation.jsonl").read_text().splitlines()[:100]:
    example = json.loads(line)
    ids = tokenizer(" ".join(example["words"]), return_tensors="pt").input_ids[:, :record["length"]]
    # A token is a byte, behind the begin token; words have a blank before them.
    row, rows = int(ids[0, 0] >= 256) - 1, []
    for number, word in enumerate(example["words"]):
        start = row + 1 + (number > 0)
        row += len(word.encode()) + (number > 0)
        rows.append(row if record["word_row"] == "last" else start)
    with torch.no_grad():
        logits = model(ids).logits[0]
    for row, scores in zip(rows, example["word_scores"]):
        if scores is not None:
            words += 1
            worst = max(worst, (logits[row] - torch.tensor(scores)).abs().max().item())
print(f"{words} words, greatest difference {worst:.3g}")
