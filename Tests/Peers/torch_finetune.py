#!/usr/bin/env python3
"""The oracle of fine-tuning: 50 steps of AdamW on a classifier and on a regression, in plain PyTorch, for images, texts and pairs.

    torch_finetune.py [--out Tests/ZooKitTests/Fixtures]     writes finetune.json and finetune.safetensors

The model is `pixel` of torch_models.py, whose parameters are in pixel.safetensors, with a matrix `score` on the last layer. Each
sequence is padded to the full length, as published scripts do. The row that is classified: of an image its black patch, of a text
its last token, of a pair the text's last token. The same with the rule of the published code, which looks for the first padding
id, is there for texts and pairs of the untrained model.

Needs: pip install torch==2.13.0 numpy
"""
import argparse
import datetime
import json
import math
import pathlib
import platform

import torch
import torch.nn.functional as F

from torch_decoder import draw_parameters, forward
from torch_models import FIXTURES, PIXEL, draw_image, image_batch, pair_batch, safetensors, text_batch

COUNT, BATCH, STEPS = 10, 4, 50
LENGTHS = {"image": 12, "text": 12, "pair_image": 10, "pair_text": 9}
ADAMW = {"steps": STEPS, "lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0, "clip": 1.0, "warmup_steps": 3}
PAD = 2


def draw_examples():
    g = torch.Generator().manual_seed(31)
    lengths = lambda low, high: torch.randint(low, high + 1, (COUNT,), generator=g).tolist()
    images = [draw_image(n, g) for n in lengths(2, 9)]
    texts = [torch.randint(3, 61, (n,), generator=g) for n in lengths(2, 9)]
    texts[0] = torch.randint(3, 61, (LENGTHS["pair_text"],), generator=g)  # fills the text of a pair: no padding
    texts[3] = torch.randint(3, 61, (7,), generator=g)
    texts[3][4] = PAD  # stands inside the text
    for text in texts:
        text[0] = 1
    labels = torch.randint(0, 3, (COUNT,), generator=g)
    values = (torch.rand(COUNT, generator=g) * 5).double()
    order = torch.cat([torch.randperm(COUNT, generator=g) for _ in range(STEPS * BATCH // COUNT + 1)])
    return images, texts, labels, values, order[: STEPS * BATCH].view(STEPS, BATCH)


def make_batch(kind, images, texts, rows):
    images, texts = [images[i] for i in rows], [texts[i] for i in rows]
    if kind == "image":
        return image_batch(images, LENGTHS["image"])
    if kind == "text":
        return text_batch(texts, LENGTHS["text"], eos=PAD)
    return pair_batch(image_batch(images, LENGTHS["pair_image"]), text_batch(texts, LENGTHS["pair_text"], eos=PAD))


def places(kind, batch):
    """The last place that is no padding."""
    valid = batch["segments"] >= 0
    return (torch.arange(valid.shape[1]) * valid).max(1).values


def published_places(kind, batch):
    """As the published code finds them."""
    first = torch.eq(batch["ids"], PAD).int().argmax(-1) - 1
    return first if kind == "text" else LENGTHS["pair_image"] + first


def scores(p, batch, at):
    hidden = forward(p, PIXEL, batch)["hidden"]
    return hidden[torch.arange(len(at)), at] @ p["score.weight"].T


def train(kind, parameters, data, type_):
    images, texts, labels, values, order = data
    p = {n: x.to(type_, copy=True).requires_grad_() for n, x in parameters.items()}
    classes = p["score.weight"].shape[0]
    optimiser = torch.optim.AdamW(p.values(), lr=ADAMW["lr"], betas=ADAMW["betas"], eps=ADAMW["eps"], weight_decay=0.0,
                                  foreach=False)
    warmup, losses = ADAMW["warmup_steps"], []
    for step in range(STEPS):
        rows = order[step].tolist()
        batch = make_batch(kind, images, texts, rows)
        logits = scores(p, batch, places(kind, batch))
        if classes == 1:
            loss = F.mse_loss(logits[:, 0], values[order[step]].to(type_))
        else:
            loss = F.cross_entropy(logits, labels[order[step]])
        optimiser.zero_grad()
        loss.backward()
        for x in p.values():
            x.grad = torch.zeros_like(x) if x.grad is None else x.grad
        torch.nn.utils.clip_grad_norm_(p.values(), ADAMW["clip"], foreach=False)
        factor = step / warmup if step < warmup else (STEPS - step) / (STEPS - warmup)
        optimiser.param_groups[0]["lr"] = ADAMW["lr"] * factor
        optimiser.step()
        losses.append(loss.item())
    batch = make_batch(kind, images, texts, range(COUNT))
    return losses, scores(p, batch, places(kind, batch)).detach().double()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = draw_examples()
    images, texts, labels, values, order = data
    base = draw_parameters(PIXEL, 2)
    g = torch.Generator().manual_seed(32)
    heads = {"classification": torch.randn(3, 32, generator=g) / math.sqrt(32),
             "regression": torch.randn(1, 32, generator=g) / math.sqrt(32)}
    tensors = {f"image.{i}": x for i, x in enumerate(images)} | {f"text.{i}": x for i, x in enumerate(texts)}
    tensors |= {f"score.{n}": x for n, x in heads.items()}
    runs = {}
    for kind in ("image", "text", "pair"):
        for goal, head in heads.items():
            parameters = base | {"score.weight": head}
            exact, single = (train(kind, parameters, data, t) for t in (torch.float64, torch.float32))
            tensors[f"after.{kind}.{goal}"] = exact[1]
            runs[f"{kind}.{goal}"] = {
                "losses": exact[0],
                "float32_from_float64": {"losses": max(abs(a / b - 1) for a, b in zip(single[0], exact[0])),
                                         "logits": (single[1] - exact[1]).abs().max().item()}}
            print(kind, goal, exact[0][0], exact[0][-1], runs[f"{kind}.{goal}"]["float32_from_float64"])
    p = {n: x.double() for n, x in (base | {"score.weight": heads["classification"]}).items()}
    for kind in ("text", "pair"):
        batch = make_batch(kind, images, texts, range(COUNT))
        ours, theirs = places(kind, batch), published_places(kind, batch)
        assert (ours != theirs).sum() >= (1 if kind == "text" else 2), "the rules agree everywhere"
        tensors[f"before.{kind}"] = scores(p, batch, ours)
        # In the published code padding is hidden as a key alone: its own row sees the places before it.
        batch["queries"] = torch.zeros_like(batch["segments"])
        tensors[f"published.{kind}"] = scores(p, batch, theirs)
    batch = make_batch("image", images, texts, range(COUNT))
    tensors["before.image"] = scores(p, batch, places("image", batch))
    tensors["last_text.image"] = scores(p, batch, places("image", batch) - 1)
    page = {"about": {"script": "Tests/Peers/torch_finetune.py", "date": datetime.date.today().isoformat(),
                      "versions": {"torch": torch.__version__, "python": platform.python_version()}},
            "adamw": ADAMW, "lengths": LENGTHS, "pad": PAD, "labels": labels.tolist(), "values": values.tolist(),
            "order": order.tolist(), "runs": runs}
    (options.out / "finetune.safetensors").write_bytes(safetensors(tensors))
    (options.out / "finetune.json").write_text(json.dumps(page) + "\n")


if __name__ == "__main__":
    main()
