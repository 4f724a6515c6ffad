#!/usr/bin/env python3
"""Log-likelihoods, perplexities and greedy continuations by `transformers`.

    lm_scores.py fixture [--out Tests/EvaluationTests/Fixtures/scores]
    lm_scores.py choices MODEL ITEMS.jsonl PREDICTIONS.jsonl
    lm_scores.py perplexity MODEL TEXTS.jsonl PREDICTIONS.jsonl [--window 2048] [--stride 1024]

`fixture` makes two folders, each with a tiny Llama of random numbers and a small byte-level BPE tokenizer: `plain`, whose tokenizer
adds nothing, and `begun`, whose tokenizer puts <s> before a text; and beside each expected.json: log-likelihoods of choices, a
cloze, losses of texts in windows, greedy continuations, computed in double from the stored numbers. The same versions write the
same bytes again.

`choices` compares the predictions that `letterpress evaluate` kept of the task piqa, and `perplexity` those of texts (the task
tasks/descriptions.json), with the same model in float32. tasks/piqa/ has items in PIQA's form, written for this.

A context and its continuation are cut as the usual harness does: both are encoded together, the continuation's tokens are those
after as many as the context alone has, the context loses its beginning where both do not fit.

Needs: pip install torch==2.13.0 transformers==5.23.0 tokenizers
"""
import argparse
import json
import math
import pathlib
import shutil

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "EvaluationTests/Fixtures/scores"
TEXT = ["To press a letter, ink the type and lay the paper on it.", "The proof was pale, so the printer inked it again.",
        "Öl und Wärme lösen die Farbe; Größe zählt nicht.", "A folio is a sheet that is folded once."] * 3
CHOICES = [
    {"context": "To make the ink darker,", "continuations": [" add more soot.", " fold the paper.", " add more soot and stir"]},
    {"context": "The printer inked the type. The proof was", "continuations": [" pale", " dark", " lost"]},
    {"context": "Die Gr", "continuations": ["öße zählt", "ün", "o"]},
    {"context": "Die Gro", "continuations": ["\u0308ße", "ss"]},
    {"context": "the pap", "continuations": ["er on it", "a", "er"]},
    {"context": "It ends with blanks \t ", "continuations": ["here", "there"]},
    {"context": "", "continuations": ["The proof", " was pale"]},
    {"context": "ink " * 60 + "and then", "continuations": [" the paper", " folded once on the sheet"]},
    {"context": "x", "continuations": [" " + "the proof was pale, so the printer inked it again " * 3, " no"]},
]
PROMPTS = ["The printer", "To press", "Öl", "ink " * 70]
STOPS = [[], ["e"], [" the", "\n"]]


def tokenizer(begins):
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<s>", "</s>"], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False))
    if begins:
        core.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="</s>")


class Peer:
    """A model and its tokenizer, as the harness asks them."""

    def __init__(self, folder, dtype):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()
        self.positions = self.model.config.max_position_embeddings

    def encode(self, text):
        return self.tokenizer(text)["input_ids"]

    def logs(self, ids):
        with torch.no_grad():
            return torch.log_softmax(self.model(torch.tensor([ids])).logits[0].double(), -1)

    def pair(self, context, continuation):
        blanks = len(context) - len(context.rstrip())
        if blanks:
            context, continuation = context[:-blanks], context[-blanks:] + continuation
        if not context:
            first = self.tokenizer.bos_token_id
            ids = self.tokenizer(continuation, add_special_tokens=False)["input_ids"]
            return [self.tokenizer.eos_token_id if first is None else first], ids
        alone = self.encode(context)
        return alone, self.encode(context + continuation)[len(alone):]

    def likelihood(self, context, continuation):
        """Log-likelihood, tokens, greedy; None for one that the harness refuses, longer than the model."""
        before, ids = self.pair(context, continuation)
        if not ids:
            return 0.0, 0, False
        if len(ids) > self.positions:
            return None
        read = (before + ids)[-(self.positions + 1):][:-1]
        logs = self.logs(read)[-len(ids):]
        picked = logs.gather(1, torch.tensor(ids)[:, None])[:, 0]
        return picked.sum().item(), len(ids), bool((logs.argmax(-1) == torch.tensor(ids)).all())

    def loss(self, text, window, stride):
        ids, total, count, done = self.encode(text), 0.0, 0, 0
        for begin in range(0, len(ids), stride):
            end = min(begin + window, len(ids))
            first = max(done, begin + 1)
            if first < end:
                logs = self.logs(ids[begin:end])[first - begin - 1:-1]
                total -= logs.gather(1, torch.tensor(ids[first:end])[:, None]).sum().item()
                count += end - first
            done = end
            if end == len(ids):
                break
        return total, count

    def greedy(self, prompt, most, stops):
        ids, new = self.encode(prompt)[-(self.positions - most):], []
        while len(new) < most:
            new.append(self.logs(ids + new)[-1].argmax().item())
            if new[-1] == self.tokenizer.eos_token_id:
                break
            text = self.tokenizer.decode(new, skip_special_tokens=True)
            if any(stop in text for stop in stops):
                break
        text = self.tokenizer.decode(new, skip_special_tokens=True)
        return text[:min([text.find(stop) for stop in stops if stop in text], default=len(text))]


def fixture(out):
    for number, name in enumerate(["plain", "begun"]):
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(number + 3)
        words = tokenizer(name == "begun")
        config = LlamaConfig(
            hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            vocab_size=len(words), max_position_embeddings=48, initializer_range=0.4, bos_token_id=0, eos_token_id=1,
            tie_word_embeddings=True)
        LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
        words.save_pretrained(folder)
        peer = Peer(folder, torch.float64)
        choices = []
        for item in CHOICES:
            found = [peer.likelihood(item["context"], text) for text in item["continuations"]]
            choices.append({**item, "log_likelihoods": [f and f[0] for f in found], "tokens": [f and f[1] for f in found],
                            "greedy": [f and f[2] for f in found]})
        # Some that are greedy, found by asking for them.
        for start in PROMPTS[:3] + TEXT[:3]:
            best = peer.greedy(start, 1, [])
            value = peer.likelihood(start, best)
            if value[2]:
                choices.append({"context": start, "continuations": [best], "log_likelihoods": [value[0]],
                                "tokens": [value[1]], "greedy": [True]})
        losses = [{"text": text, "loss": loss, "tokens": count} for text in TEXT[:4] + [" ".join(TEXT), "a", ""]
                  for loss, count in [peer.loss(text, 24, 10)]]
        greedy = [{"prompt": prompt, "stop": stop, "text": peer.greedy(prompt, 12, stop)}
                  for prompt in PROMPTS for stop in STOPS]
        (folder / "expected.json").write_text(
            json.dumps({"window": 24, "stride": 10, "max_tokens": 12, "choices": choices, "losses": losses,
                        "greedy": greedy}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for file in folder.iterdir():
            file.chmod(0o644)


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n") if line]


def answered(options):
    """Each item with what was answered to it, by the items' ids or numbers."""
    answers = {line["id"]: line for line in lines(options.predictions)}
    items = [(item, answers.get(item.get("id", str(number)))) for number, item in enumerate(lines(options.texts))]
    return [(item, ours) for item, ours in items if ours]


def choices(options):
    peer, worst, same, right, count = Peer(options.model, torch.float32), 0.0, 0, 0, 0
    for item, ours in answered(options):
        theirs = [peer.likelihood(f"Question: {item['goal']}\nAnswer:", f" {item[key]}")[0] for key in ("sol1", "sol2")]
        values = ours["log_likelihoods"]
        worst = max([worst] + [abs(a - b) for a, b in zip(values, theirs, strict=True)])
        same += (values[1] > values[0]) == (theirs[1] > theirs[0])
        right += (theirs[1] > theirs[0]) == bool(item.get("label", 0))
        count += 1
    print(json.dumps({"items": count, "worst_difference": worst, "same_decisions": same, "right": right}))


def perplexity(options):
    peer, pairs = Peer(options.model, torch.float32), []
    for item, ours in answered(options):
        loss, count = peer.loss(item["text"], options.window, options.stride)
        pairs.append((loss, count, ours["loss"], ours["weight"]))
    theirs, tokens, ours, weights = (sum(column) for column in zip(*pairs))
    print(json.dumps({
        "texts": len(pairs), "tokens": tokens, "same_tokens": tokens == weights, "ours": math.exp(ours / weights),
        "transformers": math.exp(theirs / tokens), "relative": math.exp(ours / weights) / math.exp(theirs / tokens) - 1,
        "worst_text": max(abs(a - c) / max(b, 1) for a, b, c, _ in pairs)}))


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("fixture")
    making.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    for name in ["choices", "perplexity"]:
        comparing = commands.add_parser(name)
        for argument in ["model", "texts", "predictions"]:
            comparing.add_argument(argument)
        comparing.add_argument("--window", type=int, default=2048)
        comparing.add_argument("--stride", type=int, default=1024)
    options = parser.parse_args()
    if options.command == "fixture":
        fixture(options.out)
    else:
        {"choices": choices, "perplexity": perplexity}[options.command](options)


if __name__ == "__main__":
    main()
