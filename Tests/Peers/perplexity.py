#!/usr/bin/env python3
"""Perplexity of texts by `letterpress score` and by `transformers`.

    perplexity.py LETTERPRESS MODEL FILE.txt ... [--window 1024] [--stride 512] [--tokens]

For each file: our perplexity; that of transformers over the same predictions (each token once, in the first window that holds it);
and the number of the loop on transformers' perplexity page, which weighs windows by one token less than they predict. With --tokens
also the largest difference of a token's log-probability. Prints a line of JSON a file; the exit status is 1 where ours is further
than 0.1 % from either.

Needs: pip install torch==2.13.0 transformers==5.23.0
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def theirs(model, ids, window, stride):
    """Sum and count of minus log-probabilities, each token's, and the page's quotient."""
    values, page_sum, page_count, done = [], 0.0, 0, 0
    for begin in range(0, len(ids), stride):
        end = min(begin + window, len(ids))
        part = torch.tensor([ids[begin:end]])
        labels = part.clone()
        labels[:, : -(end - done)] = -100
        with torch.no_grad():
            output = model(part, labels=labels)
        logs = torch.log_softmax(output.logits[0, :-1].double(), -1)
        picked = logs.gather(1, part[0, 1:, None])[:, 0]
        values += picked[labels[0, 1:] != -100].tolist()
        count = (labels != -100).sum().item() - 1
        page_sum, page_count, done = page_sum + output.loss.item() * count, page_count + count, end
        if end == len(ids):
            break
    return values, math.exp(page_sum / page_count)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("letterpress")
    parser.add_argument("model")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--window", type=int, default=1024)
    parser.add_argument("--stride", type=int, default=512)
    parser.add_argument("--tokens", action="store_true")
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
    failed = False
    for file in options.files:
        done = subprocess.run(
            [options.letterpress, "score", "--model", options.model, file, "--json", "--tokens", "--window",
             str(options.window), "--stride", str(options.stride)], capture_output=True, text=True, check=True)
        *tokens, ours = (json.loads(line) for line in done.stdout.splitlines())
        ids = tokenizer(pathlib.Path(file).read_text(encoding="utf-8"))["input_ids"]
        values, page = theirs(model, ids, options.window, options.stride)
        same = math.exp(-sum(values) / len(values))
        facts = {"file": file, "tokens": len(ids), "ours": ours["perplexity"], "transformers": same, "their_page": page,
                 "off": ours["perplexity"] / same - 1, "off_page": ours["perplexity"] / page - 1,
                 "same_tokens": [t["id"] for t in tokens] == [ids[t["place"]] for t in tokens]
                 and ours["predicted"] == len(values)}
        if options.tokens:
            facts["worst_token"] = max(abs(a["log_probability"] - b) for a, b in zip(tokens, values))
        failed |= abs(facts["off"]) > 1e-3 or abs(facts["off_page"]) > 1e-3 or not facts["same_tokens"]
        print(json.dumps(facts), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
