#!/usr/bin/env python3
"""Peer for fine-tuning and its evaluation: a Llama of `transformers` with a head of two classes, in PyTorch on CPU.

    torch_finetune_speed.py [--kind text|image] [--evaluate] [--length 256] [--lengths FILE --pad full|longest] [--mask]
                            [--model models/textgpt/small.json] [--batch 32] [--warm-up 1] [--steps 3] [--threads 2]

The twin of `letterpress-bench finetune`: forward, cross-entropy, backward, clipping, fused AdamW; or, with --evaluate, scores in
inference mode. Texts are LlamaForSequenceClassification on random ids; pictures are a projection of random patches with a norm, then
LlamaModel and a matrix. --lengths names a JSON list of the examples' rows, which `letterpress-bench finetune` prints; without, all
fill --length. Batches are padded on the right to --length (full) or to their longest. Attention is PyTorch's with `is_causal`: what is
padded on the right is seen by no row that counts. --mask hands the padding over too, as scripts do; PyTorch then reads a mask.

Prints one object of JSON. Needs: pip install torch==2.13.0 transformers==5.23.0 numpy
"""
import argparse
import json
import pathlib
import re
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
import transformers
from transformers import LlamaConfig, LlamaForSequenceClassification, LlamaModel

from torch_step import versions

PATCH = 16 * 16 * 3


def shape(path):
    """The configuration of a Llama from the file of a model's shape; patches are the embedding's matter."""
    known = json.loads(path.read_text())
    keys = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "rms_norm_eps", "max_position_embeddings", "vocab_size", "pad_token_id")
    return LlamaConfig(**{k: known[k] for k in keys}, num_labels=2, use_cache=False, attn_implementation="sdpa")


class Texts(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.llama = LlamaForSequenceClassification(config)
        self.pad = config.pad_token_id

    def draw(self, lengths, longest):
        ids = torch.randint(0, 256, (len(lengths), longest))
        return ids.masked_fill(torch.arange(longest) >= lengths[:, None], self.pad)

    def forward(self, ids, lengths, mask):
        return self.llama(input_ids=ids, attention_mask=mask).logits


class Pictures(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.llama = LlamaModel(config)
        self.llama.embed_tokens.weight.requires_grad_(False)
        self.embed, self.norm = nn.Linear(PATCH, config.hidden_size), nn.LayerNorm(config.hidden_size)
        self.score = nn.Linear(config.hidden_size, 2, bias=False)

    def draw(self, lengths, longest):
        return torch.rand(len(lengths), longest, PATCH)

    def forward(self, pixels, lengths, mask):
        hidden = self.llama(inputs_embeds=self.norm(self.embed(pixels)), attention_mask=mask).last_hidden_state
        return self.score(hidden[torch.arange(len(lengths)), lengths - 1])


def measure(o):
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    path = o.model or pathlib.Path(f"models/{'textgpt' if o.kind == 'text' else 'pixelgpt'}/small.json")
    model = (Texts if o.kind == "text" else Pictures)(shape(path)).float()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = None if o.evaluate else torch.optim.AdamW(trained, lr=3e-5, weight_decay=0.0, fused=True)
    model.train(not o.evaluate)
    known = json.loads(o.lengths.read_text()) if o.lengths else [o.length]
    seconds, processor, rows = [], [], []
    for step in range(o.warm_up + o.steps):
        lengths = torch.tensor([known[(step * o.batch + i) % len(known)] for i in range(o.batch)])
        longest = o.length if o.pad == "full" else int(lengths.max())
        inputs, labels = model.draw(lengths, longest), torch.arange(o.batch) % 2
        mask = (torch.arange(longest) < lengths[:, None]).long() if o.mask else None
        start, begin = time.perf_counter(), time.process_time()
        if o.evaluate:
            with torch.inference_mode():
                model(inputs, lengths, mask).tolist()
        else:
            F.cross_entropy(model(inputs, lengths, mask), labels).backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - begin)
        rows.append(longest * o.batch)
    status = pathlib.Path("/proc/self/status").read_text()
    return {
        "kind": o.kind, "evaluate": o.evaluate, "model": str(path), "pad": o.pad, "mask": o.mask, "threads": o.threads,
        "parameters": sum(p.numel() for p in model.parameters()),
        "examples_per_second": o.batch * o.steps / sum(seconds[o.warm_up:]), "seconds": seconds[o.warm_up:],
        "cores": sum(processor[o.warm_up:]) / sum(seconds[o.warm_up:]), "computed_rows": rows[o.warm_up:], "peak_mb": int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024,
        "versions": dict(versions(), transformers=transformers.__version__),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", default="text", choices=["text", "image"])
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--lengths", type=pathlib.Path)
    parser.add_argument("--pad", default="full", choices=["full", "longest"])
    parser.add_argument("--mask", action="store_true")
    parser.add_argument("--model", type=pathlib.Path)
    for name, value in dict(length=256, batch=32, steps=3, threads=2).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--warm-up", type=int, default=1)
    print(json.dumps(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
