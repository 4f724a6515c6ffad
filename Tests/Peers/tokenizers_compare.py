#!/usr/bin/env python3
"""Compares ids and texts of `letterpress tokenizer` with those of the Python packages, string by string.

    python Tests/Peers/tokenizers_compare.py LETTERPRESS MODEL... --corpora CORPORA [--strings 100000] [--seed 1]

MODEL is a folder with a tokenizer.json (package `tokenizers`) or a tokenizer.model (package `sentencepiece`), or a file of
that name. Half of the strings are passages of the corpora, and slices of them; the others are random: code points of one
block or of all, signs, digits, spaces and line breaks, combining marks, special tokens, bytes read as UTF-8 with
replacements. Compared are the ids with and without what is added around a text, with special tokens as text, and the
texts of the ids and of random ids, with and without special tokens. Exits with 1 on the first kind of difference.
"""
import argparse
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
import unicodedata

BLOCKS = [
    (0x20, 0x7F), (0x80, 0x250), (0x250, 0x370), (0x370, 0x530), (0x590, 0x780), (0x900, 0xE00), (0xE00, 0x1000),
    (0x1000, 0x1200), (0x1100, 0x1200), (0x1780, 0x1820), (0x1E00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2C00),
    (0x3000, 0x3400), (0x4E00, 0x5200), (0xAC00, 0xB000), (0xF900, 0xFB00), (0xFB00, 0x10000), (0x10000, 0x11000),
    (0x11000, 0x12000), (0x1D100, 0x1D200), (0x1D400, 0x1D800), (0x1F000, 0x1FB00), (0x20000, 0x20100),
    (0x2F800, 0x2FA20), (0xE0000, 0xE01F0),
]
MARKS = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000 and unicodedata.combining(chr(c))]
LETTERS = "abcdefgstvlmreASTDLMRE'ſ’éßñ"
SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»—…×÷€"
SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2002\u2028\u2029\u3000\u200b\u180e\ufeff"
DIGITS = "0123456789٣५²½Ⅷ㊿\U0001d7d8"


def passages(folder, count, rng):
    files = sorted(glob.glob(folder + "/*/*.jsonl"))
    found = []
    for file in files:
        lines = open(file, encoding="utf-8").read().split("\n")
        rng.shuffle(lines)
        taken = 0
        for line in lines:
            text = json.loads(line).get("text") if line else None
            if text:
                found.append(text)
                taken += 1
            if taken > 2 * count // len(files):
                break
    rng.shuffle(found)
    return found[:count]


def point(rng, low=0, high=0x110000):
    while True:
        value = rng.randrange(low, high)
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def invented(rng, texts, special):
    kind = rng.randrange(9)
    length = rng.choice([0, 1, 2, 3, 5, 9, 17, 40, 90])
    if kind == 0:
        return "".join(point(rng) for _ in range(length))
    if kind == 1:
        low, high = rng.choice(BLOCKS)
        return "".join(point(rng, low, high) if rng.random() < 0.9 else " " for _ in range(length))
    if kind == 2:
        groups = [LETTERS, LETTERS, SIGNS, SPACES, " ", DIGITS, "\n\r", "'"]
        return "".join(
            rng.choice(rng.choice(groups)) * rng.choice([1, 1, 1, 1, 2, 3, 7]) for _ in range(length))
    if kind == 3:
        return "".join(
            point(rng, *rng.choice(BLOCKS)) + "".join(rng.choice(MARKS) for _ in range(rng.randrange(3)))
            for _ in range(length))
    if kind == 4:
        return bytes(rng.randrange(256) for _ in range(length)).decode("utf-8", "replace")
    if kind == 5:
        return bytes(rng.randrange(256) for _ in range(length)).decode("latin-1")
    text = rng.choice(texts)
    start = rng.randrange(len(text))
    slice = text[start:start + rng.choice([1, 4, 20, 100])]
    if kind == 6 and special:
        return "".join(
            rng.choice([slice[:7], rng.choice(special), rng.choice(SPACES), rng.choice(special)[:-1]])
            for _ in range(1 + length % 7))
    if kind == 7:
        return unicodedata.normalize(rng.choice(["NFD", "NFC", "NFKD"]), slice)
    return slice.upper() if rng.random() < 0.3 else slice


class Tokenizers:
    def __init__(self, path):
        import tokenizers
        self.peer = tokenizers.Tokenizer.from_file(path)
        self.peer.no_truncation()
        self.peer.no_padding()
        self.size = self.peer.get_vocab_size()
        self.special = [token.content for token in self.peer.get_added_tokens_decoder().values()]

    def encode(self, texts, plain=False, literal=False):
        self.peer.encode_special_tokens = literal
        result = [self.peer.encode(text, add_special_tokens=not plain).ids for text in texts]
        self.peer.encode_special_tokens = False
        return result

    def decode(self, ids, keep):
        return [self.peer.decode(row, skip_special_tokens=not keep) for row in ids]


class SentencePiece:
    def __init__(self, path):
        import sentencepiece
        self.peer = sentencepiece.SentencePieceProcessor(model_file=path)
        self.size = self.peer.get_piece_size()
        self.special = [self.peer.id_to_piece(i) for i in range(self.size) if not self.peer.is_byte(i)][:12]

    def encode(self, texts, plain=False, literal=False):
        return [self.peer.encode(text) for text in texts]

    def decode(self, ids, keep):
        return [self.peer.decode(row) for row in ids]

    def ties(self, ours, theirs):
        """How many rows differ that have the same score in both ways, as far as single precision goes."""
        def score(row):
            return sum(self.peer.get_score(i) for i in row)
        return sum(a != b and abs(score(a) - score(b)) <= 1e-5 * abs(score(b)) for a, b in zip(ours, theirs))


def run(letterpress, arguments, rows):
    if not rows:
        return []
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8", delete=False) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    output = subprocess.run(
        [letterpress, "tokenizer", *arguments, "--file", file.name, "--json"], stdout=subprocess.PIPE, check=True).stdout
    os.unlink(file.name)
    return [json.loads(line) for line in output.decode().split("\n") if line]


def compare(name, what, rows, ours, theirs):
    wrong = [i for i in range(len(rows)) if ours[i] != theirs[i]] if len(ours) == len(theirs) else [0]
    print(f"{name}: {what}: {len(rows)} compared, {len(wrong)} differ", flush=True)
    for i in wrong[:5]:
        print(f"  {rows[i]!r}\n    ours   {ours[i]!r}\n    theirs {theirs[i]!r}")
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("letterpress")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--corpora", required=True)
    parser.add_argument("--strings", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    fine = True
    for model in arguments.models:
        rng = random.Random(arguments.seed)
        path = model if os.path.isfile(model) else os.path.join(model, "tokenizer.json")
        pieces = path.endswith(".model")
        peer = SentencePiece(path) if pieces else Tokenizers(path)
        real = passages(arguments.corpora, arguments.strings // 2, rng)
        rows = real + [invented(rng, real, peer.special) for _ in range(arguments.strings - len(real))]
        theirs = peer.encode(rows)
        # The package `sentencepiece` adds nothing by itself; whether a model's texts begin with a mark says the file beside it.
        flags = ["--plain"] if pieces else []
        ours = run(arguments.letterpress, ["encode", model, *flags], rows)
        fine &= compare(model, "ids", rows, ours, theirs)
        if pieces and ours != theirs:
            print(f"{model}: ids that differ at the same score: {peer.ties(ours, theirs)}", flush=True)
        few = [] if pieces else rows[:2000] + rows[-10000:]
        fine &= compare(
            model, "ids, nothing added", few, run(arguments.letterpress, ["encode", model, "--plain"], few),
            peer.encode(few, plain=True))
        fine &= compare(
            model, "ids, special tokens as text", few,
            run(arguments.letterpress, ["encode", model, "--literal"], few), peer.encode(few, literal=True))
        ids = theirs + [
            [rng.randrange(peer.size) for _ in range(rng.randrange(12))] for _ in range(arguments.strings // 4)]
        for keep in [False] if pieces else [False, True]:
            flags = ["--keep-special"] if keep else []
            fine &= compare(
                model, "texts, special kept" if keep else "texts", ids,
                run(arguments.letterpress, ["decode", model, *flags], ids), peer.decode(ids, keep))
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
