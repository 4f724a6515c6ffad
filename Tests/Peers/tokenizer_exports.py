#!/usr/bin/env python3
"""Compares the tokenizer.json that LETTERPRESS writes of the SentencePiece models of Tests/CorporaTests/Fixtures/tokenizers with what
`sentencepiece` makes of the models, and keeps hashes of the files in written.json, to which the Swift tests hold the writer.

    tokenizer_exports.py LETTERPRESS [--strings 20000]

Fails, and writes nothing, if ids differ: in any string without a map of characters, in a passage of the sample corpus without stacked
marks with one.

Needs: pip install tokenizers==0.23.3 sentencepiece==0.2.3
"""
import argparse
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from tokenizers_compare import SentencePiece, Tokenizers, invented

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/CorporaTests/Fixtures/tokenizers"


def exported(letterpress, name, scratch):
    model = scratch / name
    model.mkdir()
    (model / "tokenizer.model").write_bytes((FIXTURES / name / "tokenizer.model").read_bytes())
    (model / "tokenizer_config.json").write_text('{"add_bos_token": true}')
    subprocess.run([letterpress, "tokenizer", "export", model, "--out", scratch / "out"], check=True, stdout=subprocess.DEVNULL)
    return scratch / "out/tokenizer.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("letterpress")
    parser.add_argument("--strings", type=int, default=20000)
    options = parser.parse_args()
    texts = [json.loads(line)["text"] for line in open(ROOT / "corpora/sample/sample.jsonl", encoding="utf-8")]
    hashes, fine = {}, True
    for name in ("sentencepiece", "unigram"):
        rng = random.Random(4)
        with tempfile.TemporaryDirectory() as scratch:
            path = exported(options.letterpress, name, pathlib.Path(scratch))
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            theirs, ours = SentencePiece(str(FIXTURES / name / "tokenizer.model")), Tokenizers(str(path))
        fixed = [case["text"] for case in json.loads((FIXTURES / name / "cases.json").read_text())]
        rows = texts + fixed + [invented(rng, texts, theirs.special) for _ in range(options.strings)]
        a, b = theirs.encode(rows), ours.encode(rows, plain=True, literal=True)
        wrong = [i for i in range(len(rows)) if a[i] != b[i]]
        real = [i for i in wrong if i < len(texts) and "combining marks" not in texts[i]]
        print(f"{name}: {len(texts)} passages, {len(real)} differ; {len(rows)} strings, {len(wrong)} differ")
        for i in (real or wrong)[:4]:
            print(f"  {rows[i]!r}\n    sentencepiece {a[i]}\n    tokenizers    {b[i]}")
        assert all([theirs.peer.bos_id(), *x] == y for x, y in zip(a[:3], ours.encode(rows[:3])))
        fine &= not (real if name == "unigram" else wrong)
    if fine:
        (FIXTURES / "written.json").write_text(json.dumps(hashes, indent=1) + "\n")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
