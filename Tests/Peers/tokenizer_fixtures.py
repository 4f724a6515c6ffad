#!/usr/bin/env python3
"""Trains small tokenizers on the sample corpus and writes them, with what the Python packages make of some texts, into
Tests/CorporaTests/Fixtures/tokenizers.

    python Tests/Peers/tokenizer_fixtures.py

Each folder holds a tokenizer as its package writes it, and cases.json: texts, their ids with what is added and with special
tokens as text, and the texts of the ids with and without special tokens.
"""
import json
import os
import random
import tempfile

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tokenizers_compare import SentencePiece, Tokenizers, invented

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, "Tests/CorporaTests/Fixtures/tokenizers")
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
LATER = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES
PATTERNS = {
    "llama3": LATER % "{1,3}", "qwen2": LATER % "",
    "qwen35": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + SPACES,
}
PICKED = [
    "", " ", "  ", "\n", "\r\n\r\n", "a", "Hello, world!", "don't DON'T we'll WE'LL I'm 'ſ 'S'", "x  y   z", " x", "x ",
    "12345 678", "a1b22c333", "½ ² Ⅷ ٣ 五", "tab\there", "e\u0301 é \u1e9b\u0323", "각 \u1100\u1161\u11a8", "\u0344\u0f73",
    "नमस्ते", "ไทย", "\u200b\u00a0\u3000", "😀👩‍👩‍👧", "a\u0300\u0315\u0316b", "\x00\x01\x7f", "...!?  \n\n  end",
    "naïve Café ÅNGSTRÖM İstanbul ẞ", "中文 and 日本語", "snow-covered (2024) $3.50 @x #y", "\ufffd\uffff", "İ\u0130",
]


def texts():
    with open(os.path.join(ROOT, "corpora/sample/sample.jsonl"), encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def write(name, files, peer, lines):
    folder = os.path.join(OUT, name)
    os.makedirs(folder, exist_ok=True)
    for file, value in files.items():
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            json.dump(value, out, ensure_ascii=False)
    rng = random.Random(5)
    rows = PICKED + [row for row in (invented(rng, lines, peer.special) for _ in range(400)) if 0 < len(row) < 30][:90]
    ids = peer.encode(rows)
    cases = [
        {"text": row, "ids": all, "plain": plain, "literal": literal, "decoded": decoded, "kept": kept}
        for row, all, plain, literal, decoded, kept in zip(
            rows, ids, peer.encode(rows, plain=True), peer.encode(rows, literal=True), peer.decode(ids, False),
            peer.decode(ids, True))
    ]
    with open(os.path.join(folder, "cases.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")


def byte_level(name, split, lines, size=420, prepare=None, unknown=None, alphabet=True, **options):
    tokenizer = Tokenizer(models.BPE(unk_token=unknown, **options))
    tokenizer.pre_tokenizer, tokenizer.decoder = split, decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    if name in ("qwen2", "odd"):
        tokenizer.normalizer = normalizers.NFC()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet()) if alphabet else []
    special = [unknown] if unknown else ["<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator(lines, trainer)
    files = prepare(tokenizer) if prepare else {"tokenizer_config.json": {"eos_token": special[0]}}
    os.makedirs(os.path.join(OUT, name), exist_ok=True)
    path = os.path.join(OUT, name, "tokenizer.json")
    tokenizer.save(path, pretty=False)
    write(name, files, Tokenizers(path), lines)


def llama3(tokenizer):
    begin = tokenizer.get_vocab_size()
    names = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in names])
    template = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
        special_tokens=[("<|begin_of_text|>", begin)])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return {
        "tokenizer_config.json": {"bos_token": {"content": names[0], "lstrip": False}, "eos_token": names[2]},
        "generation_config.json": {"eos_token_id": [begin + 1, begin + 2]},
    }


def odd(tokenizer):
    tokenizer.add_special_tokens([
        AddedToken("<mask>", lstrip=True, special=True, normalized=False),
        AddedToken("<r>", rstrip=True, special=True, normalized=True)])
    tokenizer.add_tokens([
        AddedToken("  ", normalized=True), AddedToken("é", normalized=True), AddedToken("thé", normalized=False),
        AddedToken("the ", lstrip=True, rstrip=True, normalized=False)])
    return {"special_tokens_map.json": {"unk_token": "<unk>", "mask_token": "<mask>"}}


def word_piece(lines):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        lines, trainers.WordPieceTrainer(vocab_size=900, special_tokens=names, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    folder = os.path.join(OUT, "wordpiece")
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(folder + "/tokenizer.json", pretty=False)
    with open(folder + "/vocab.txt", "w", encoding="utf-8") as out:
        for word, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
            out.write(word + "\n")
    write("wordpiece", {"tokenizer_config.json": {"do_lower_case": True, "unk_token": "[UNK]"}},
          Tokenizers(folder + "/tokenizer.json"), lines)


def sentence_piece(name, lines, **options):
    folder = os.path.join(OUT, name)
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=scratch + "/m", minloglevel=2, **options)
        with open(scratch + "/m.model", "rb") as file, open(folder + "/tokenizer.model", "wb") as out:
            # The model keeps the path it was written to; a path of the same length keeps the file's form.
            out.write(file.read().replace((scratch + "/m").encode(), b"m" * len(scratch + "/m")))
    write(name, {}, SentencePiece(folder + "/tokenizer.model"), lines)


def main():
    lines = texts()
    byte_level("gpt2", pre_tokenizers.ByteLevel(add_prefix_space=False), lines)
    digits = pre_tokenizers.Digits(individual_digits=True)
    byte_level("smollm", pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)]), lines)
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for name, pattern in PATTERNS.items():
        split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), whole])
        byte_level(name, split, lines, prepare=llama3 if name == "llama3" else None, ignore_merges=name == "llama3")
    byte_level("odd", pre_tokenizers.ByteLevel(add_prefix_space=False), lines[:60], 300, odd, "<unk>", False)
    word_piece(lines)
    # Few characters, so that pieces are longer than these.
    lines = [line for line in lines if max(line) < "\u0500"]
    llama = {"byte_fallback": True, "normalization_rule_name": "identity", "remove_extra_whitespaces": False}
    sentence_piece("sentencepiece", lines, vocab_size=900, model_type="bpe", split_digits=True,
                   allow_whitespace_only_pieces=True, **llama)
    sentence_piece("unigram", lines, vocab_size=500, model_type="unigram", character_coverage=0.98,
                   user_defined_symbols=["<sep>"], normalization_rule_name="nmt_nfkc_cf", byte_fallback=True)


main()
