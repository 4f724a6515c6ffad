#!/usr/bin/env python3
"""Times `tokenizers` or `sentencepiece` on one thread beside `letterpress-bench tokenize`, in turns, and compares the ids.

    python Tests/Peers/tokenizers_speed.py BENCH MODEL... --corpora CORPORA [--megabytes 4] [--rounds 5]

Python encodes strings one by one (`encode`) and all in one call (`encode_batch`, and `encode_batch_fast`, which leaves
offsets out), without parallelism. A JSON object a model is written: megabytes a second, each the median over the rounds, and our
quotient to the quickest of Python's ways. Exits with 1 where ids differ.
"""
import argparse
import hashlib
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers_compare import passages


def clock(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def peers(model):
    """The package with its version, and ways to encode rows; the first gives ids."""
    path = model if os.path.isfile(model) else os.path.join(model, "tokenizer.json")
    if not os.path.exists(path):
        path = os.path.join(model, "tokenizer.model")
    if path.endswith(".model"):
        import sentencepiece
        peer = sentencepiece.SentencePieceProcessor(model_file=path)
        return f"sentencepiece {sentencepiece.__version__}", {
            "encode": lambda rows: [peer.encode(row) for row in rows],
            "encode_batch": lambda rows: peer.encode(rows, num_threads=1),
        }
    import tokenizers
    peer = tokenizers.Tokenizer.from_file(path)
    peer.no_truncation()
    peer.no_padding()
    return f"tokenizers {tokenizers.__version__}", {
        "encode": lambda rows: [peer.encode(row).ids for row in rows],
        "encode_batch": peer.encode_batch, "encode_batch_fast": peer.encode_batch_fast,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--corpora", required=True)
    parser.add_argument("--megabytes", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latin", action="store_true", help="only passages of characters before U+2100")
    arguments = parser.parse_args()
    rows, size = [], 0
    for row in passages(arguments.corpora, 60000, random.Random(3)):
        if arguments.latin and max(row) > "\u2100":
            continue
        rows.append(row)
        size += len(row.encode())
        if size > arguments.megabytes * 1e6:
            break
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8", delete=False) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    fine = True
    for model in arguments.models:
        package, ways = peers(model)
        # The package `sentencepiece` adds nothing around a text by itself.
        flags = ["--plain"] if package.startswith("sentencepiece") else []
        digest = hashlib.sha256()
        count = 0
        for ids in ways["encode"](rows):
            digest.update(struct.pack(f"<{len(ids) + 1}i", len(ids), *ids))
            count += len(ids)
        times = {name: [] for name in ways}
        ours = []
        for _ in range(arguments.rounds):
            output = subprocess.run(
                [arguments.bench, "tokenize", model, file.name, "--repeats", "1", *flags], stdout=subprocess.PIPE, check=True)
            ours.append(json.loads(output.stdout))
            for name, encode in ways.items():
                times[name].append(size / 1e6 / clock(lambda: encode(rows)))
        same = all(page["ids_sha256"] == digest.hexdigest() for page in ours)
        fine &= same
        theirs = {name: round(statistics.median(values), 2) for name, values in times.items()}
        mine = {
            key: round(statistics.median(page[key] for page in ours), 2)
            for key in ["encode_mb_s", "encode_whole_mb_s", "decode_mb_s", "open_ms"]}
        print(json.dumps({
            "model": os.path.basename(os.path.normpath(model)), "peer": package, "megabytes": round(size / 1e6, 2),
            "texts": len(rows), "ids": count, "ids_equal": same, "ours": mine, "theirs": theirs,
            "quotient": round(mine["encode_mb_s"] / max(theirs.values()), 2),
            "megabyte_of_the_same_s": ours[-1]["megabyte_of_the_same_s"]}, ensure_ascii=False), flush=True)
    os.unlink(file.name)
    sys.exit(0 if fine else 1)


main()
