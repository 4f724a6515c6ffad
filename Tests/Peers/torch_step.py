#!/usr/bin/env python3
"""Peer for the training step: a Llama-shaped pixel LM in PyTorch on CPU: forward, backward, clip, fused AdamW.

    torch_step.py [--threads 2] [--mode fp32|bf16|compile|compile-bf16] [--layers 8 --width 512 --heads 8 --groups 8 --ffn 1408]
                  [--patches 512 --batch 4] [--steps 6] [--json]

Patches are 768 numbers of [0,1]; the loss is the normalised next-patch error; heads share keys and values in --groups groups;
bf16 is CPU autocast with weights and residual stream in single precision. Prints one line: parameters, median step time without the first step,
patches a second, GFLOP/s (6 x parameters x patches + causal attention), peak resident MB; then the versions of torch's libraries.
With --json one object of the same, with each step's seconds and the losses.

Needs: pip install torch==2.13.0 numpy; compile also a C++ compiler
"""
import argparse
import json
import re
import resource
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, o):
        super().__init__()
        linear = lambda i, n: nn.Linear(i, n, bias=False)
        self.heads, self.width = o.heads, o.width // o.heads
        kv = o.groups * self.width
        self.norm1, self.norm2 = nn.RMSNorm(o.width, 1e-5), nn.RMSNorm(o.width, 1e-5)
        self.q, self.k, self.v, self.o = linear(o.width, o.width), linear(o.width, kv), linear(o.width, kv), linear(o.width, o.width)
        self.gate, self.up, self.down = linear(o.width, o.ffn), linear(o.width, o.ffn), linear(o.ffn, o.width)
        self.grouped = o.groups != o.heads

    def forward(self, x, cos, sin):
        h = self.norm1(x)
        q, k, v = (m(h).unflatten(-1, (-1, self.width)).transpose(1, 2) for m in (self.q, self.k, self.v))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.grouped)
        x = x + self.o(y.transpose(1, 2).flatten(2))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


def rotate(x, cos, sin):
    lo, hi = x.chunk(2, -1)
    return x * cos + torch.cat((-hi, lo), -1) * sin


class PixelLM(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.embed = nn.Linear(768, o.width)
        self.blocks = nn.ModuleList(Block(o) for _ in range(o.layers))
        self.norm, self.head = nn.RMSNorm(o.width, 1e-5), nn.Linear(o.width, 768, bias=False)
        d = o.width // o.heads
        angle = torch.outer(torch.arange(o.patches), 1 / (10000 ** (torch.arange(0, d, 2) / d))).repeat(1, 2)
        self.register_buffer("cos", angle.cos())
        self.register_buffer("sin", angle.sin())

    def forward(self, patches):
        x = self.embed(patches).float()  # the residual stream; in bfloat16 torch falls back to slower norms
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        y, t = self.head(self.norm(x))[:, :-1].float(), patches[:, 1:]
        t = (t - t.mean(-1, keepdim=True)) / (t.var(-1, keepdim=True) + 1e-6).sqrt()
        return F.mse_loss(y, t)


def versions():
    """Versions of torch and of the libraries it computes with."""
    build = torch.__config__.show()
    find = lambda pattern: (re.search(pattern, build) or [None, "absent"])[1]
    return {"torch": torch.__version__, "mkldnn": find(r"MKL-DNN v([\d.]+)"),
            "mkl": find(r"Math Kernel Library Version ([\d.]+)"), "isa": torch.backends.cpu.get_cpu_capability()}


def measure(o):
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    model = PixelLM(o)
    run = torch.compile(model) if "compile" in o.mode else model
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.999), weight_decay=0.1, fused=True)
    x = torch.rand(o.batch, o.patches, 768)
    seconds, losses = [], []
    for _ in range(o.steps):
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled="bf16" in o.mode):
            loss = run(x)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - start)
        losses.append(loss.item())
    count = sum(w.numel() for w in model.parameters())
    step = statistics.median(seconds[1:])
    flop = 6 * count * o.batch * o.patches + 6 * o.layers * o.width * o.patches**2 * o.batch
    return {
        "mode": o.mode, "threads": o.threads, "parameters": count, "step_seconds": step,
        "patches_per_second": o.batch * o.patches / step, "gflops": flop / step / 1e9,
        "peak_resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "shape": {k: getattr(o, k) for k in ("layers", "width", "heads", "groups", "ffn", "patches", "batch")},
        "seconds": seconds, "losses": losses, "versions": versions(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mode", default="fp32", choices=["fp32", "bf16", "compile", "compile-bf16"])
    for name, value in dict(layers=8, width=512, heads=8, groups=None, ffn=1408, patches=512, batch=4, steps=6).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.groups = options.groups or options.heads
    if options.steps < 2:
        parser.error("--steps: the first step is not counted, so at least 2")
    r = measure(options)
    if options.json:
        print(json.dumps(r))
        return
    v = r["versions"]
    print(f"torch {v['torch']} {r['mode']} threads {r['threads']}: {r['parameters'] / 1e6:.1f} M parameters, "
          f"{r['step_seconds'] * 1e3:.0f} ms a step, {r['patches_per_second']:.0f} patches/s, {r['gflops']:.0f} GFLOP/s, "
          f"peak {r['peak_resident_mb']:.0f} MB")
    print(f"mkldnn {v['mkldnn']}, mkl {v['mkl']}, {v['isa']}")


if __name__ == "__main__":
    main()
