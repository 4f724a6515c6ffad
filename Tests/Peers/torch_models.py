#!/usr/bin/env python3
"""The oracle of the base models: their mathematics once more, in plain PyTorch, and the numbers our tests compare with.

    torch_models.py [--out Tests/ZooKitTests/Fixtures]     writes models.json and one .safetensors file a model and a case

Two models of random weights: `llama` (tokens, next-token head) and `pixel` (tokens and 16x16 RGB patches, both heads).
Parameters are F32 values, so that runs in double and single precision begin alike. The mathematics is in torch_decoder.py; before
it writes, the script checks itself: known losses, left against right padding, packed against separate documents, pairs against
their halves. The same versions on the same kind of processor write the same bytes again, but for the date.

A case's file holds input.* (what goes in), output.* (F64; rows of padding are 0) and gradient.* of the sum of all losses (F64, of
the two matrices with 768 columns F32; a parameter that is not named was not reached). models.json says the rest.

Needs: pip install torch==2.13.0 numpy
"""
import argparse
import datetime
import json
import pathlib
import platform
import struct

import numpy as np
import torch
import torch.nn.functional as F

from torch_decoder import draw_parameters, forward, loss_terms, patch_targets, total_loss

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures"
COMMON = {
    "hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu",
    "vocab_size": 61, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "rope_scaling": None,
    "tie_word_embeddings": False, "attention_bias": False, "attention_dropout": 0.0, "initializer_range": 0.02,
    "bos_token_id": 1, "eos_token_id": 2,
}
LLAMA = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 3, **COMMON}
PIXEL = {"model_type": "ernie-pixel", "architectures": ["ErniePixelForCausalLM"], "num_hidden_layers": 2, **COMMON,
         "image_size": [16, 1024], "patch_size": 16, "num_channels": 3, "norm_pix_loss": True}
ADAMW = {"steps": 50, "lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.1, "clip": 1.0, "warmup_steps": 3}


# Batches

def targets_of(segments):
    """Places that are predicted: those whose place before is of the same document."""
    same = (segments[:, 1:] == segments[:, :-1]) & (segments[:, 1:] >= 0)
    return torch.cat((torch.zeros_like(same[:, :1]), same), 1)


def text_batch(rows, length, left=False, eos=2):
    ids, segments = torch.full((len(rows), length), eos), torch.full((len(rows), length), -1, dtype=torch.int32)
    for i, row in enumerate(rows):
        place = slice(length - len(row), length) if left else slice(0, len(row))
        ids[i, place], segments[i, place] = row, 0
    positions = ((segments >= 0).cumsum(1) - 1).clamp(min=0) if left else torch.arange(length).expand(len(rows), -1)
    return {"ids": ids, "segments": segments, "positions": positions,
            "labels": torch.where(targets_of(segments), ids, -100)}


def image_batch(images, length, eos_attended=True, eos_in_loss=True):
    """Images [N,768] on white canvases of `length` patches, each followed by a black patch: its place is N, so N < length."""
    pixels = torch.full((len(images), length, 768), 255, dtype=torch.uint8)
    for i, image in enumerate(images):
        pixels[i, : len(image)], pixels[i, len(image)] = image, 0
    n, place = torch.tensor([len(i) for i in images])[:, None], torch.arange(length).expand(len(images), -1)
    return {"pixels": pixels, "segments": (place < n + eos_attended).int() - 1, "positions": place,
            "patch_weights": ((place > 0) & (place < n + eos_in_loss)).float()}


def pair_batch(image, text):
    """Images, then texts from position L_image on."""
    length = image["pixels"].shape[1]
    both = {**image, **text, "segments": torch.cat((image["segments"], text["segments"]), 1)}
    both["positions"] = torch.cat((image["positions"], length + text["positions"]), 1)
    return both


def packed(lines, length):
    """Segments and positions [B,length] of documents one after the other, padded on the right; lines hold their lengths."""
    segments = [torch.cat([torch.full((n,), i) for i, n in enumerate(line)]) for line in lines]
    positions = [torch.cat([torch.arange(n) for n in line]) for line in lines]
    fill = lambda rows, value: torch.stack([F.pad(x, (0, length - len(x)), value=value) for x in rows])
    return fill(segments, -1).int(), fill(positions, 0)


def draw_image(count, generator):
    """Patches of random brightness and contrast; the second is blank, as a wide space would be."""
    low, high = torch.rand(2, count, 1, generator=generator).sort(0).values
    image = ((low + (high - low) * torch.rand(count, 768, generator=generator)) * 255).round().to(torch.uint8)
    image[1:2] = 255
    return image


def draw_sources():
    """Texts, images and packed lines of documents that batches are made of."""
    g = torch.Generator().manual_seed(20)
    texts = [torch.randint(3, 61, (n,), generator=g) for n in (12, 9, 5)]
    texts[1][4] = 2  # an end of sequence inside a text is not padding
    images = [draw_image(n, g) for n in (11, 7, 4)]
    return {"texts": texts, "images": images,
            "text_lines": [[texts[2], texts[1][:4], texts[0][:2]], [texts[0][:7], texts[1][:5]]],
            "image_lines": [[images[2], images[1][:4]]],
            "pairs": (([i[:n] for i, n in zip(images, (5, 3))], 6), ([texts[1][:6], texts[2][:4]], 6))}


def packed_texts(lines, length):
    segments, positions = packed([[len(d) for d in line] for line in lines], length)
    ids = text_batch([torch.cat(line) for line in lines], length)["ids"]
    return {"ids": ids, "segments": segments, "positions": positions,
            "labels": torch.where(targets_of(segments), ids, -100)}


def packed_images(lines, length):
    """Each image with its black patch, one after the other."""
    segments, positions = packed([[len(d) + 1 for d in line] for line in lines], length)
    strips = [torch.cat([image_batch([d], len(d) + 1)["pixels"][0] for d in line]) for line in lines]
    pixels = torch.stack([F.pad(x, (0, 0, 0, length - len(x)), value=255) for x in strips])
    return {"pixels": pixels, "segments": segments, "positions": positions,
            "patch_weights": targets_of(segments).float()}


def draw_pair(sources, **flags):
    (images, image_length), (texts, text_length) = sources["pairs"]
    return pair_batch(image_batch(images, image_length, **flags), text_batch(texts, text_length))


def make_cases(sources):
    """Case -> (model, batch, changes of the configuration, sizes)."""
    texts, images = sources["texts"], sources["images"]
    text, image, lengths = text_batch(texts, 12), image_batch(images, 12), {"text_lengths": [12, 9, 5]}
    return {
        "llama-text": ("llama", text, {}, lengths),
        "llama-left": ("llama", text_batch(texts, 12, left=True), {}, lengths),
        "llama-packed": ("llama", packed_texts(sources["text_lines"], 12), {}, {"documents": [[5, 4, 2], [7, 5]]}),
        "pixel-text": ("pixel", text, {}, lengths),
        "pixel-image": ("pixel", image, {}, {"image_lengths": [11, 7, 4]}),
        "pixel-raw": ("pixel", image, {"norm_pix_loss": False}, {"image_lengths": [11, 7, 4]}),
        "pixel-pair": ("pixel", draw_pair(sources), {}, {"image_lengths": [5, 3], "text_lengths": [6, 4]}),
        "pixel-packed": ("pixel", packed_images(sources["image_lines"], 12), {}, {"documents": [[5, 5]]}),
    }


# Running

def run(parameters, config, batch, type_=torch.float64, autocast=False):
    """-> outputs with padding at 0, terms, gradients (parameters that were not reached are left out)."""
    p = {name: x.to(type_, copy=True).requires_grad_() for name, x in parameters.items()}
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        out = forward(p, config, batch)
    terms = loss_terms(config, batch, out)
    gradients = torch.autograd.grad(total_loss(terms), list(p.values()), allow_unused=True)
    valid, images = batch["segments"] >= 0, batch["pixels"].shape[1] if "pixels" in batch else 0
    masks = {"logits": valid[:, images:], "patches": valid[:, :images]}
    out = {k: x.detach() * masks.get(k, valid)[..., None] for k, x in out.items()}
    terms = {k: (s.detach(), w) for k, (s, w) in terms.items()}
    return out, terms, {n: x for n, x in zip(p, gradients) if x is not None}


def train(models, batches, type_=torch.float64, autocast=False):
    """Losses, norms before clipping and rates of ADAMW over the batches in turn; a parameter that is not reached has gradient 0
    and is stepped like the others."""
    parameters, config = models
    p = {name: x.to(type_, copy=True).requires_grad_() for name, x in parameters.items()}
    a = ADAMW
    optimiser = torch.optim.AdamW(p.values(), lr=a["lr"], betas=a["betas"], eps=a["eps"], weight_decay=a["weight_decay"],
                                  foreach=False)
    warmup, steps = a["warmup_steps"], a["steps"]
    factor = lambda step: step / warmup if step < warmup else (steps - step) / (steps - warmup)
    losses, norms, rates = [], [], []
    for step in range(steps):
        batch = batches[step % len(batches)]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            out = forward(p, config, batch)
        loss = total_loss(loss_terms(config, batch, out))
        gradients = torch.autograd.grad(loss, list(p.values()), allow_unused=True)
        for x, gradient in zip(p.values(), gradients):
            x.grad = torch.zeros_like(x) if gradient is None else gradient
        norms.append(torch.nn.utils.clip_grad_norm_(p.values(), a["clip"], foreach=False).item())
        rates.append(a["lr"] * factor(step))
        optimiser.param_groups[0]["lr"] = rates[-1]
        optimiser.step()
        losses.append(loss.item())
    return {"losses": losses, "norms": norms}, rates, {n: x.detach().double().norm().item() for n, x in p.items()}


def numbers_of(terms):
    result = {k: {"sum": s.item(), "weight": w.item(), "loss": (s / w.clamp(min=1)).item()} for k, (s, w) in terms.items()}
    return {**result, "total": sum(t["loss"] for t in result.values())}


def distance(a, b):
    """max |a - b| / max |b|, and the same of the roots of the mean squares."""
    a, b = a.double(), b.double()
    return {"max": short((a - b).abs().max() / b.abs().max()), "rms": short((a - b).norm() / b.norm())}


def short(x):
    return float(f"{float(x):.3g}")


def distances(a, b):
    """How far run `a` is from run `b`: outputs, losses, gradients, and the worst of the gradients."""
    gradients = {n: distance(x, b[2][n]) for n, x in a[2].items()}
    return {
        "outputs": {k: distance(x, b[0][k]) for k, x in a[0].items()},
        "losses": {k: short(abs(x["loss"] / y["loss"] - 1)) for (k, x), y in
                   zip(list(numbers_of(a[1]).items())[:-1], numbers_of(b[1]).values())},
        "gradients": gradients, "worst_gradient": {k: max(d[k] for d in gradients.values()) for k in ("max", "rms")},
    }


# Checks of the oracle itself

def near(a, b, tolerance=1e-12):
    a, b = torch.as_tensor(a, dtype=torch.float64), torch.as_tensor(b, dtype=torch.float64)
    worst = ((a - b).abs() / (1 + b.abs())).max().item()
    assert worst < tolerance, f"{worst} apart"


def check_known_losses():
    flat = lambda value: patch_targets(torch.full((768,), value), True, torch.float64)
    assert not flat(255).any() and not flat(0).any()
    half = torch.tensor([0] * 384 + [255] * 384)
    t = patch_targets(half, True, torch.float64)
    near(t[[0, -1]], [-0.999347, 0.999347], 1e-6), near(t.square().mean(), 0.998694, 1e-6)
    dot = torch.full((768,), 255)
    dot[300:303] = 0
    t = patch_targets(dot, True, torch.float64)
    near(t[[0, 300]], [0.0625736, -15.95627], 1e-6)


def check_invariants(models, cases, sources):
    results = {name: run(*models[model], batch) for name, (model, batch, change, _) in cases.items() if not change}
    alone = lambda model, batch: list(run(*models[model], batch)[1].values())[0][0]
    text = lambda x: alone("llama", text_batch([x], len(x)))
    image = lambda x: alone("pixel", image_batch([x], len(x) + 1))
    right, left = results["llama-text"], results["llama-left"]
    near(left[1]["ntp"][0], right[1]["ntp"][0])
    for name, gradient in right[2].items():
        near(left[2][name], gradient)
    near(sum(map(text, sources["texts"])), right[1]["ntp"][0])
    near(sum(map(image, sources["images"])), results["pixel-image"][1]["npp"][0])
    near(sum(text(d) for line in sources["text_lines"] for d in line), results["llama-packed"][1]["ntp"][0])
    near(sum(image(d) for line in sources["image_lines"] for d in line), results["pixel-packed"][1]["npp"][0])
    # A pair: the image does not see the text; the text behind a hidden image is a text at later positions.
    pair, batch = results["pixel-pair"], cases["pixel-pair"][1]
    near(sum(map(image, sources["pairs"][0][0])), pair[1]["npp"][0])
    length = batch["pixels"].shape[1]
    hidden = {**batch, "segments": batch["segments"].clone()}
    hidden["segments"][:, :length] = -1
    later = {k: batch[k] for k in ("ids", "labels")} | {k: batch[k][:, length:] for k in ("segments", "positions")}
    near(run(*models["pixel"], hidden)[1]["ntp"][0], alone("pixel", later))
    # The numbers notice what they are there for: each of these changes moves a loss.
    assert abs(pair[1]["ntp"][0] - alone("pixel", later)) > 1e-2, "text sees its image"
    parameters, config = models["pixel"]
    for change in ({"rope_theta": 500.0}, {"rms_norm_eps": 1e-4}, {"norm_pix_loss": False}):
        moved = run(parameters, {**config, **change}, batch)[1]
        assert abs(total_loss(moved) - total_loss(pair[1])) > 1e-5, change


# Files

TYPES = {torch.float64: "F64", torch.float32: "F32", torch.int32: "I32", torch.int64: "I32", torch.uint8: "U8"}


def safetensors(tensors):
    """Bytes of a safetensors file, tensors by falling width of numbers, then by name."""
    tensors = {n: x.to(torch.int32) if x.dtype == torch.int64 else x for n, x in tensors.items()}
    header, data = {}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        x = tensors[name].contiguous()
        raw = x.numpy().tobytes()
        header[name] = {"dtype": TYPES[x.dtype], "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def stored(result, batch, keep_outputs, keep_gradients):
    """The tensors of a case's file."""
    out, _, gradients = result
    small = lambda n, x: x.float() if x.numel() >= 768 * 32 else x
    return ({f"input.{k}": x for k, x in batch.items()}
            | ({f"output.{k}": x for k, x in out.items()} if keep_outputs else {})
            | ({f"gradient.{n}": small(n, x) for n, x in gradients.items()} if keep_gradients else {}))


def make():
    """-> files by name, and the page models.json."""
    check_known_losses()
    models = {"llama": (draw_parameters(LLAMA, 1), LLAMA), "pixel": (draw_parameters(PIXEL, 2), PIXEL)}
    sources = draw_sources()
    cases = make_cases(sources)
    check_invariants(models, cases, sources)
    files = {f"{name}.safetensors": safetensors(parameters) for name, (parameters, _) in models.items()}
    page = {}
    for name, (model, batch, change, notes) in cases.items():
        parameters, config = models[model][0], {**models[model][1], **change}
        exact, single = run(parameters, config, batch), run(parameters, config, batch, torch.float32)
        half = run(parameters, config, batch, torch.float32, autocast=True)
        files[f"{name}.safetensors"] = safetensors(
            stored(exact, batch, keep_outputs=name != "pixel-raw", keep_gradients=name != "llama-left"))
        page[name] = {"model": model, "config_changes": change, **notes, "losses": numbers_of(exact[1]),
                      "float32_from_float64": distances(single, exact), "bfloat16_from_float32": distances(half, single)}
    page["pixel-raw"]["outputs_of"], page["llama-left"]["gradients_of"] = "pixel-image", "llama-text"
    page["pixel-pair"]["flags"] = [
        {"eos_attended": a, "eos_in_loss": l,
         "losses": numbers_of(run(*models["pixel"], draw_pair(sources, eos_attended=a, eos_in_loss=l))[1])}
        for a in (True, False) for l in (True, False)]
    curves = {}
    for model, turns in {"llama": ["llama-text", "llama-packed"], "pixel": ["pixel-image", "pixel-text", "pixel-pair"]}.items():
        batches = [cases[name][1] for name in turns]
        exact, rates, norms = train(models[model], batches)
        curves[model] = {"batches": turns, "rates": rates, "float64": exact,
                         "float32": train(models[model], batches, torch.float32)[0],
                         "bfloat16": train(models[model], batches, torch.float32, autocast=True)[0],
                         "parameter_norms_after": norms}
    head = {"script": "Tests/Peers/torch_models.py", "command": "python3 Tests/Peers/torch_models.py",
            "date": datetime.date.today().isoformat(),
            "versions": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
            "notes": [
                "Pixels are [B,L,768] bytes, each patch in the order row, column, channel; values are bytes / 255.",
                "segments [B,T]: the document a place belongs to, -1 for padding; a place sees earlier places of its document.",
                "positions [B,T]: rotary positions. labels [B,S]: what the place before predicts, -100 for nothing.",
                "patch_weights [B,L]: 1 where the patch is predicted by the one before.",
                "A black patch stands behind the N patches of an image (image_lengths). eos_attended false: its segment is -1;",
                "eos_in_loss false: its patch_weight is 0. Cases have both true.",
                "A loss is sum / weight over the batch; total is the sum of the losses and what gradients are of.",
                "layers.N is the residual stream after layer N, hidden the state after the last norm.",
                "Distances: max |a-b| / max |b|, and the same of the roots of the mean squares; losses: |a/b - 1|.",
                "Curves: AdamW as in `adamw`, decay on every parameter, the batches in turn, step s of 50 (from 0) at rates[s]:",
                "linear over 3 steps from 0, then linear towards 0 at step 50. norms are those before clipping.",
            ]}
    return files, {"about": head, "adamw": ADAMW, "models": {n: c for n, (_, c) in models.items()}, "cases": page,
                   "curves": curves}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    files, page = make()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (options.out / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")
    (options.out / "models.json").write_text(json.dumps(page, indent=1) + "\n")


if __name__ == "__main__":
    main()
