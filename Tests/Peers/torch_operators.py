#!/usr/bin/env python3
"""Writes Tests/TensorsTests/Fixtures/torch-operators.json: operators with inputs, outputs and gradients of PyTorch, in double.

Needs PyTorch 2.13 (any build). Run by hand from the package's folder: python3 Tests/Peers/torch_operators.py
Each case holds `inputs` (trained), `constants`, `integers`, `settings`, one output, the gradient that came back to it
(`upstream`) and those of the inputs.
"""

import json
import math
import platform
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
CASES = {}


def array(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().double().flatten().tolist()}


def case(name, function, inputs, constants=None, integers=None, settings=None):
    """Runs `function` on the inputs and walks back from random upstream gradients."""
    constants, integers, settings = constants or {}, integers or {}, settings or {}
    leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    output = function(**leaves, **constants)
    upstream = torch.randn(output.shape)
    output.backward(upstream)
    CASES[name] = {
        "inputs": {key: array(value) for key, value in inputs.items()},
        "constants": {key: array(value) for key, value in constants.items()},
        "integers": {key: value.flatten().tolist() for key, value in integers.items()},
        "settings": settings,
        "output": array(output),
        "upstream": array(upstream),
        "gradients": {key: array(value.grad) for key, value in leaves.items()},
    }


def tables(places, half, theta=10000.0):
    angles = torch.arange(places)[:, None] * theta ** (-torch.arange(half) / half)[None, :]
    return angles.cos(), angles.sin()


def rotate(x, positions, cosines, sines):
    """Llama's rotary embedding, x [..., d] with positions of its rows: x cos + rotate_half(x) sin."""
    cos, sin = (torch.cat([t[positions]] * 2, dim=-1) for t in (cosines, sines))
    low, high = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-high, low], dim=-1) * sin


def norms():
    def rms(x, weight):
        return F.rms_norm(x, (6,), weight, eps=1e-5)

    def layer(x, weight, bias):
        return F.layer_norm(x, (6,), weight, bias, eps=1e-5)

    x = torch.randn(4, 6) + 0.3
    weight, bias = torch.randn(6), torch.randn(6)
    case("rmsNorm", rms, {"x": x, "weight": weight}, settings={"epsilon": 1e-5})
    case("layerNorm", layer, {"x": x, "weight": weight, "bias": bias}, settings={"epsilon": 1e-5})


def activations():
    gate, up = 3 * torch.randn(3, 5), torch.randn(3, 5)
    case("swiglu", lambda gate, up: F.silu(gate) * up, {"gate": gate, "up": up})
    x = torch.linspace(-6, 6, 25)[None, :]
    case("gelu", lambda x: F.gelu(x), {"x": x})
    case("geluTanh", lambda x: F.gelu(x, approximate="tanh"), {"x": x})


def rotary():
    positions = torch.tensor([0, 3, 5, 1])
    cosines, sines = tables(6, 2)

    def turn(x, cosines, sines):
        heads = x.view(4, 2, 4).transpose(0, 1)
        return rotate(heads, positions, cosines, sines).transpose(0, 1).reshape(4, 8)

    case(
        "rotary", turn, {"x": torch.randn(4, 8)}, {"cosines": cosines, "sines": sines}, {"positions": positions},
        {"heads": 2})


def attention():
    """x + attention(rms(x)): four query heads over two, causal, the second sequence padded on the left by two."""
    batch, length, width, heads, groups, d = 2, 5, 8, 4, 2, 4
    valid = torch.tensor([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1]], dtype=torch.bool)
    positions = torch.tensor([[0, 1, 2, 3, 4], [0, 0, 0, 1, 2]])
    cosines, sines = tables(length, d // 2)
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    mask = (causal[None] & valid[:, None, :] & valid[:, :, None])[:, None]

    def block(x, norm, wq, wk, wv, wo, cosines, sines):
        hidden = F.rms_norm(x, (width,), norm, eps=1e-6)

        def split(weight, count):
            return (hidden @ weight.T).view(batch, length, count, d).transpose(1, 2)

        q, k, v = split(wq, heads), split(wk, groups), split(wv, groups)
        q, k = (rotate(t, positions[:, None], cosines, sines) for t in (q, k))
        k, v = (t.repeat_interleave(heads // groups, dim=1) for t in (k, v))
        # A query without keys has no softmax; its output is 0 by definition.
        seen = mask.any(dim=-1, keepdim=True)
        scores = (q @ k.transpose(-1, -2) / math.sqrt(d)).masked_fill(~mask & seen, -math.inf)
        output = (scores.softmax(dim=-1) * seen) @ v
        output = output.transpose(1, 2).reshape(batch, length, heads * d)
        return x + output @ wo.T

    inputs = {
        "x": torch.randn(batch, length, width), "norm": 1 + 0.2 * torch.randn(width),
        "wq": torch.randn(heads * d, width) / 2, "wk": torch.randn(groups * d, width) / 2,
        "wv": torch.randn(groups * d, width) / 2, "wo": torch.randn(width, heads * d) / 2,
    }
    segments = torch.where(valid, 0, -1)
    case(
        "attentionBlock", block, inputs, {"cosines": cosines, "sines": sines},
        {"positions": positions, "segments": segments}, {"heads": heads, "groups": groups, "width": d, "epsilon": 1e-6})


def losses():
    targets = torch.tensor([3, -100, 0, 6, -100, 2])
    hidden, weight = torch.randn(6, 4), 2 * torch.randn(7, 4)

    def cross(hidden, weight):
        return F.cross_entropy(hidden @ weight.T / 0.8, targets, ignore_index=-100)

    case(
        "crossEntropy", cross, {"hidden": hidden, "weight": weight},
        integers={"targets": torch.where(targets < 0, -1, targets)}, settings={"temperature": 0.8})

    pixels = torch.randint(0, 256, (4, 12))
    rows = torch.tensor([2, 0, 3])

    def patches(prediction):
        target = pixels[rows] / 255
        mean, variance = target.mean(dim=-1, keepdim=True), target.var(dim=-1, keepdim=True)
        target = (target - mean) / (variance + 1e-6) ** 0.5
        return ((prediction - target) ** 2).mean(dim=-1)

    case(
        "normalisedPatches", patches, {"prediction": torch.randn(3, 12)},
        integers={"pixels": pixels, "rows": rows})

    def bits(prediction):
        return F.binary_cross_entropy_with_logits(prediction, pixels[rows] / 255, reduction="none").mean(dim=-1)

    case("bernoulliPatches", bits, {"prediction": 3 * torch.randn(3, 12)}, integers={"pixels": pixels, "rows": rows})


def low_rank():
    def side(x, weight, bias, a, b, scale):
        return F.linear(x, weight, bias) + 1.5 * F.linear(F.linear(x, a) * scale, b)

    inputs = {
        "x": torch.randn(5, 6), "weight": torch.randn(4, 6), "bias": torch.randn(4), "a": torch.randn(2, 6),
        "b": torch.randn(4, 2), "scale": torch.randn(2),
    }
    case("lowRank", side, inputs, settings={"factor": 1.5})


def optimiser():
    """Steps of AdamW on one tensor, the gradients cut to a norm of 1."""
    settings = {"rate": 0.01, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "decay": 0.1, "limit": 1.0}
    weight = torch.nn.Parameter(torch.randn(8))
    steps = []
    group = torch.optim.AdamW(
        [weight], lr=settings["rate"], betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"],
        weight_decay=settings["decay"], foreach=False)
    first = array(weight)
    for _ in range(4):
        gradient = torch.randn(8)
        weight.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_([weight], settings["limit"], foreach=False)
        group.step()
        state = group.state[weight]
        steps.append({
            "gradient": array(gradient), "weights": array(weight), "first": array(state["exp_avg"]),
            "second": array(state["exp_avg_sq"])})
    return {"settings": settings, "weights": first, "steps": steps}


def main():
    torch.manual_seed(20250407)
    for part in (norms, activations, rotary, attention, losses, low_rank):
        part()
    document = {
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "cases": CASES,
        "adamW": optimiser(),
    }
    path = Path(__file__).parent.parent / "TensorsTests" / "Fixtures" / "torch-operators.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=None, sort_keys=True, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, {len(CASES)} cases")


if __name__ == "__main__":
    main()
