"""The decoder of our models once more, in plain PyTorch: token and patch embeddings, layers, heads, losses.

Written from the formulas of PixelGPT (arXiv 2404.10710) and Llama; nothing of ours and no model library is used. Parameters are a
dictionary of Hugging Face names, everything runs in double, single or, under autocast, bfloat16 precision. A batch holds

    pixels         [B,L,768] uint8, each patch in the order row, column, channel; values are bytes / 255
    ids            [B,S], which follow the patches where there are both; T = L + S
    segments       [B,T]: the document a place belongs to, -1 for padding; a place sees earlier places of its document
    queries        [B,T]: the document whose places a place sees, if not its own; padding, which sees nothing without it, may see one
    positions      [B,T]: rotary positions
    labels         [B,S]: what the place before predicts, -100 for nothing
    patch_weights  [B,L]: 1 where the patch is predicted by the one before
"""
import math

import torch
import torch.nn.functional as F


def draw_parameters(config, seed):
    """Name -> float32 tensor. Weights vary with 1 / sqrt(inputs), norms around 1: far from the usual small start, where positions
    and heads hardly count."""
    d, f = config["hidden_size"], config["intermediate_size"]
    kv = d // config["num_attention_heads"] * config["num_key_value_heads"]
    shapes = {"model.embed_tokens.weight": (config["vocab_size"], d)}
    if "patch_size" in config:
        patch = "model.embed_patches.patch_embeddings."
        shapes |= {patch + "projection.weight": (d, 3, 16, 16), patch + "projection.bias": (d,),
                   patch + "norm.weight": (d,), patch + "norm.bias": (d,)}
    for i in range(config["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        shapes |= {layer + f"self_attn.{n}_proj.weight": s for n, s in
                   dict(q=(d, d), k=(kv, d), v=(kv, d), o=(d, d)).items()}
        shapes |= {layer + f"mlp.{n}_proj.weight": s for n, s in dict(gate=(f, d), up=(f, d), down=(d, f)).items()}
        shapes |= {layer + "input_layernorm.weight": (d,), layer + "post_attention_layernorm.weight": (d,)}
    shapes |= {"model.norm.weight": (d,), "lm_token_head.weight": (config["vocab_size"], d)}
    if "patch_size" in config:
        shapes["lm_pixel_head.weight"] = (768, d)
    generator = torch.Generator().manual_seed(seed)
    parameters = {}
    for name, shape in shapes.items():
        x = torch.randn(shape, generator=generator)
        norm = "norm" in name and name.endswith("weight")
        parameters[name] = 1 + 0.2 * x if norm else 0.1 * x if len(shape) == 1 else x / math.sqrt(math.prod(shape[1:]))
    return parameters


def wide(x):
    """At least single precision."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def rms_norm(x, weight, eps):
    x = wide(x)
    return x / torch.sqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def rotate(x, positions, theta):
    """Half-split rotary positions; x [B,heads,T,d], positions [B,T]."""
    half = x.shape[-1] // 2
    frequency = theta ** (-2 * torch.arange(half, dtype=torch.float64) / x.shape[-1])
    angle = (positions.double()[:, None, :, None] * frequency).repeat(1, 1, 1, 2)
    type_ = wide(x).dtype
    return x * angle.cos().to(type_) + torch.cat((-x[..., half:], x[..., :half]), -1) * angle.sin().to(type_)


def attention(p, prefix, config, x, positions, segments, queries):
    batch, length, d = x.shape
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    q, k, v = ((x @ p[f"{prefix}{n}_proj.weight"].T).view(batch, length, -1, d // heads).transpose(1, 2) for n in "qkv")
    q, k = rotate(q, positions, config["rope_theta"]), rotate(k, positions, config["rope_theta"])
    k, v = (y.repeat_interleave(heads // groups, dim=1) for y in (k, v))
    scores = wide(q @ k.transpose(-1, -2)) / math.sqrt(d // heads)
    seen = torch.ones(length, length, dtype=torch.bool).tril()[None] & (segments[:, None, :] == queries[:, :, None])
    seen = (seen & (segments >= 0)[:, None, :])[:, None]
    weights = torch.softmax(scores.masked_fill(~seen, torch.finfo(scores.dtype).min), -1) * seen.any(-1, keepdim=True)
    return (weights @ v).transpose(1, 2).reshape(batch, length, d) @ p[prefix + "o_proj.weight"].T


def embed_patches(p, pixels):
    """pixels uint8 [B,L,768], each patch in the order row, column, channel -> [B,L,D]."""
    prefix = "model.embed_patches.patch_embeddings."
    weight = p[prefix + "projection.weight"]
    patches = pixels.view(*pixels.shape[:2], 16, 16, 3).to(weight.dtype) / 255
    strip = patches.permute(0, 4, 2, 1, 3).reshape(pixels.shape[0], 3, 16, -1)
    x = wide(F.conv2d(strip, weight, p[prefix + "projection.bias"], stride=16)).flatten(2).transpose(1, 2)
    x = (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-5)
    return x * p[prefix + "norm.weight"] + p[prefix + "norm.bias"]


def forward(p, config, batch):
    """-> hidden states after each layer and after the last norm, token logits, patch predictions (images, then text, in a row)."""
    parts = [embed_patches(p, batch["pixels"])] if "pixels" in batch else []
    parts += [p["model.embed_tokens.weight"][batch["ids"].long()]] if "ids" in batch else []
    h, out, eps = torch.cat(parts, 1), {}, config["rms_norm_eps"]
    for i in range(config["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        a = rms_norm(h, p[layer + "input_layernorm.weight"], eps)
        h = h + attention(p, layer + "self_attn.", config, a, batch["positions"], batch["segments"],
                          batch.get("queries", batch["segments"]))
        a = rms_norm(h, p[layer + "post_attention_layernorm.weight"], eps)
        gate, up = (a @ p[f"{layer}mlp.{n}_proj.weight"].T for n in ("gate", "up"))
        h = h + (F.silu(gate) * up) @ p[layer + "mlp.down_proj.weight"].T
        out[f"layers.{i}"] = h
    out["hidden"] = h = rms_norm(h, p["model.norm.weight"], eps)
    images = batch["pixels"].shape[1] if "pixels" in batch else 0
    if "ids" in batch:
        out["logits"] = wide(h[:, images:] @ p["lm_token_head.weight"].T)
    if images:
        out["patches"] = wide(h[:, :images] @ p["lm_pixel_head.weight"].T)
    return out


def patch_targets(pixels, normalised, type_):
    t = pixels.to(type_) / 255
    if not normalised:
        return t
    return (t - t.mean(-1, keepdim=True)) / torch.sqrt(t.var(-1, unbiased=True, keepdim=True) + 1e-6)


def loss_terms(config, batch, out):
    """Name -> (sum, weight); a term's loss is their quotient over the whole batch, the total is the sum of the losses."""
    terms = {}
    if "logits" in out:
        labels = batch["labels"][:, 1:].long()
        losses = F.cross_entropy(out["logits"][:, :-1].transpose(1, 2), labels, ignore_index=-100, reduction="none")
        terms["ntp"] = losses.sum(), (labels >= 0).sum()
    if "patches" in out:
        targets = patch_targets(batch["pixels"], config["norm_pix_loss"], out["patches"].dtype)
        errors = (out["patches"][:, :-1] - targets[:, 1:]).square().mean(-1)
        weights = batch["patch_weights"][:, 1:].to(errors.dtype)
        terms["npp"] = (weights * errors).sum(), weights.sum()
    return terms


def total_loss(terms):
    return sum(s / w.clamp(min=1) for s, w in terms.values())
