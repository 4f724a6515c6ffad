#!/usr/bin/env python3
"""Round trips of models between this program and `transformers`: folder in, folder out, equal logits.

    checkpoints.py [--build .build/release] [--gguf FILE --texts FILE.jsonl ...] [--work DIR]

1. Tiny models of every kind that is read, written by transformers: `letterpress convert` copies each, transformers reads the copy and
   gives the same logits bit for bit; `letterpress-bench logits` gives them within 1e-4 of their size.
2. A pixel model with the official names and shapes (two of its 24 layers): copied tensors are equal bit for bit.
3. With --gguf: the file converted to F32, BF16 and F16, and the folder converted again, against transformers on the converted
   folder (whose numbers `gguf_files.py` compares with the gguf package's) on 20 real texts from the files of --texts.

Prints a line of JSON a case; the exit status is 1 where a bound is missed.
Needs: pip install torch==2.13.0 transformers==5.23.0 tokenizers safetensors
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from transformers_folders import CASES

FOLDERS = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures/folders"
failures = 0


def report(case, bound, worst, **facts):
    global failures
    failures += not worst <= bound
    print(json.dumps({"case": case, "worst": worst, "bound": bound, **facts}), flush=True)


def run(build, *arguments):
    done = subprocess.run([str(build / arguments[0]), *map(str, arguments[1:])], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr}")
    return done.stdout


def our_logits(build, folder, lists, work, mode="fp32"):
    (work / "ids.jsonl").write_text("".join(json.dumps(ids) + "\n" for ids in lists))
    facts = json.loads(run(build, "letterpress-bench", "logits", "--model", folder, "--ids", work / "ids.jsonl",
                           "--out", work / "logits.safetensors", "--mode", mode))
    return load_file(work / "logits.safetensors"), facts


def tiny(build, work):
    for name, (kind, _, _) in CASES.items():
        run(build, "letterpress", "convert", FOLDERS / name, "--to", work / name)
        copied = load_file(work / name / "model.safetensors")
        ids = load_file(FOLDERS / name / "expected.safetensors")["ids"].long()
        if kind == "LlamaModel":
            report(f"{name}: tensors", 0, 0 if all(k.startswith("model.") for k in copied) else 1)
            continue
        auto = AutoModelForSequenceClassification if "Classification" in kind else AutoModelForCausalLM
        logits = []
        for folder in (FOLDERS / name, work / name):
            model = auto.from_pretrained(folder, dtype=torch.float32).eval()
            with torch.no_grad():
                logits.append(model(ids).logits)
        report(f"{name}: transformers reads what was written", 0, (logits[0] - logits[1]).abs().max().item())
        if "CausalLM" in kind:
            ours, _ = our_logits(build, work / name, ids.tolist(), work)
            worst = max((ours[str(i)] - logits[0][i]).abs().max().item() for i in range(len(ids)))
            report(f"{name}: our logits", 1e-4 * logits[0].abs().max().item(), worst)


def pixel(build, work):
    config = {
        "architectures": ["ErniePixelForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 1,
        "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 1024, "image_size": [16, 16384],
        "initializer_range": 0.02, "intermediate_size": 2816, "max_position_embeddings": 1024, "model_type": "ernie-pixel",
        "norm_pix_loss": True, "num_attention_heads": 16, "num_channels": 3, "num_hidden_layers": 2,
        "num_key_value_heads": 8, "patch_size": 16, "pretraining_tp": 1, "rms_norm_eps": 1e-5, "rope_scaling": None,
        "rope_theta": 10000.0, "tie_word_embeddings": False, "torch_dtype": "float32",
        "transformers_version": "4.36.2", "use_cache": True, "vocab_size": 32000}
    patches = "model.embed_patches.patch_embeddings."
    shapes = {"model.embed_tokens.weight": (32000, 1024), patches + "projection.weight": (1024, 3, 16, 16),
              patches + "projection.bias": (1024,), patches + "norm.weight": (1024,), patches + "norm.bias": (1024,),
              "model.norm.weight": (1024,), "lm_token_head.weight": (32000, 1024), "lm_pixel_head.weight": (768, 1024)}
    for layer in range(2):
        below = f"model.layers.{layer}."
        shapes |= {below + f"self_attn.{p}_proj.weight": (512 if p in "kv" else 1024, 1024) for p in "qkvo"}
        shapes |= {below + f"mlp.{p}_proj.weight": (2816, 1024) for p in ("gate", "up")}
        shapes |= {below + "mlp.down_proj.weight": (1024, 2816), below + "input_layernorm.weight": (1024,),
                   below + "post_attention_layernorm.weight": (1024,)}
    torch.manual_seed(1)
    tensors = {name: torch.randn(shape) * 0.02 for name, shape in shapes.items()}
    (work / "official").mkdir()
    (work / "official/config.json").write_text(json.dumps(config))
    save_file(tensors, work / "official/model.safetensors", metadata={"format": "pt"})
    run(build, "letterpress", "convert", work / "official", "--to", work / "pixel")
    copied = load_file(work / "pixel/model.safetensors")
    wrong = [n for n in tensors if n not in copied or not torch.equal(tensors[n], copied[n])]
    written = json.loads((work / "pixel/config.json").read_text())
    changed = [k for k, v in config.items()
               if v is not None and written.get(k) != v and k not in ("pretraining_tp", "transformers_version", "use_cache",
                                                                       "attention_dropout")]
    report("pixel: names, shapes, bits", 0, len(wrong) + len(set(copied) ^ set(tensors)), changed_keys=changed)


def texts(files, tokenizer, count=20, length=300):
    """Passages spread over the files, each of `length` tokens or of its document's."""
    lists = []
    for number in range(count):
        lines = pathlib.Path(files[number % len(files)]).read_text(encoding="utf-8").splitlines()
        start, text = int(len(lines) * (number // len(files) + 0.5) / (count // len(files) + 1)), ""
        for line in lines[start:start + 400]:
            text += json.loads(line)["text"] + "\n"
            if len(text) > length * 6:
                break
        lists.append(tokenizer(text)["input_ids"][:length])
    return lists


def real(build, work, gguf, files):
    run(build, "letterpress", "convert", gguf, "--to", work / "f32")
    for kind, source in (("bf16", gguf), ("f16", work / "f32")):
        run(build, "letterpress", "convert", source, "--to", work / kind, "--type", kind)
    run(build, "letterpress", "convert", work / "f32", "--to", work / "again")
    same = (work / "f32/model.safetensors").read_bytes() == (work / "again/model.safetensors").read_bytes()
    report("real: written again", 0, 0 if same else 1)
    lists = texts(files, AutoTokenizer.from_pretrained(work / "f32"))
    for kind in ("f32", "bf16", "f16"):
        ours, facts = our_logits(build, work / kind, lists, work)
        model = AutoModelForCausalLM.from_pretrained(work / kind, dtype=torch.float32).eval()
        worst, agreed, places = 0.0, 0, 0
        for index, ids in enumerate(lists):
            with torch.no_grad():
                theirs = model(torch.tensor([ids])).logits[0]
            worst = max(worst, (ours[str(index)] - theirs).abs().max().item())
            agreed += (ours[str(index)].argmax(-1) == theirs.argmax(-1)).sum().item()
            places += len(ids)
        report(f"real: {kind} folder, our logits", 2e-3, worst, texts=len(lists), tokens=places,
               equal_best=f"{agreed}/{places}", open_seconds=facts["open_seconds"], peak_mb=facts["open_peak_mb"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(".build/release"))
    parser.add_argument("--gguf")
    parser.add_argument("--texts", nargs="*", default=[])
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or pathlib.Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        with torch.inference_mode():
            tiny(options.build.resolve(), work)
            pixel(options.build.resolve(), work)
            if options.gguf:
                real(options.build.resolve(), work, options.gguf, options.texts)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
