#!/usr/bin/env python3
"""Tiny folders of pixel models as the package of clients/python writes them, and what it computes from them.

    python_folders.py [--out Tests/ZooKitTests/Fixtures/folders]

Each folder NAME holds config.json and model.safetensors as save_pretrained leaves them, and expected.safetensors: `pixels` [2,L,256 C]
in the order of shards, `seen` [2] patches of each, `ids` [2,S], and in F32 what was computed in double: `patches` and `logits` of a
language model, or `scores` of a classifier of pictures.

Needs: pip install torch==2.13.0 transformers==5.24.0 safetensors pillow
"""
import argparse
import pathlib
import shutil
import sys

import torch
from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients/python/src"))
from letterpress.configuration import ErniePixelConfig
from letterpress.modeling import ErniePixelForCausalLM, ErniePixelForSequenceClassification

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures/folders"
SHAPE = {"hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
         "vocab_size": 61, "max_position_embeddings": 64, "initializer_range": 0.3, "rms_norm_eps": 1e-5}
CASES = {
    "pixels": (ErniePixelForCausalLM, {"tie_word_embeddings": True, "patch_head": "bernoulli", "norm_pix_loss": False}),
    "gray": (ErniePixelForSequenceClassification, {
        "num_channels": 1, "num_labels": 3, "classifier": {"modality": "image", "length": 12, "pool": "eos"}}),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    out = parser.parse_args().out
    for number, (name, (kind, changes)) in enumerate(CASES.items()):
        torch.manual_seed(number)
        config = ErniePixelConfig(**{**SHAPE, **changes})
        model = kind(config)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, 1.0 if parameter.ndim == 1 else 0.0, 0.3)
        shutil.rmtree(out / name, ignore_errors=True)
        model.save_pretrained(out / name)
        (out / name / "generation_config.json").unlink(missing_ok=True)
        model = kind.from_pretrained(out / name, dtype=torch.float64).eval()
        channels, seen, ids = config.num_channels, torch.tensor([7, 4]), torch.randint(3, 61, (2, 6))
        pixels = torch.randint(0, 256, (2, 7, 256 * channels), dtype=torch.uint8)
        mask = torch.arange(7)[None] < seen[:, None]
        strips = pixels.view(2, 7, 16, 16, channels).permute(0, 4, 2, 1, 3).reshape(2, channels, 16, 16 * 7)
        with torch.no_grad():
            batch = {"pixel_values": strips.double() / 255, "patch_mask": mask}
            result = model(**batch) if channels == 1 else model(**batch, input_ids=ids)
        found = {"scores": result.logits} if channels == 1 else {"logits": result.logits, "patches": result.patches * mask[..., None]}
        tensors = {key: x.float().contiguous() for key, x in found.items()}
        save_file(tensors | {"pixels": pixels, "seen": seen.int(), "ids": ids.int()}, out / name / "expected.safetensors")
        for file in (out / name).iterdir():
            file.chmod(0o644)


if __name__ == "__main__":
    main()
