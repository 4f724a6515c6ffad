#!/usr/bin/env python3
"""Tiny folders of models as `transformers` writes them, and the logits that it computes from them.

    transformers_folders.py [--out Tests/ZooKitTests/Fixtures/folders]

Each folder NAME holds config.json and model.safetensors (bfloat16/ shards with their index) as save_pretrained leaves them, and
expected.safetensors: `ids` [2,48] and `logits` (or `hidden` of a base model, `scores` of a classifier) in F32, computed in double
from the stored numbers. transformers computes norms and rotary tables in single precision also then. The same versions write the
same bytes again.

Needs: pip install torch==2.13.0 transformers==5.23.0 safetensors
"""
import argparse
import pathlib
import shutil

import torch
import transformers
from safetensors.torch import save_file
from transformers import LlamaConfig, MistralConfig

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures/folders"
SHAPE = {"hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 61, "max_position_embeddings": 64, "initializer_range": 0.3}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 16}
CASES = {
    "tied": ("LlamaForCausalLM", {"tie_word_embeddings": True, "head_dim": 10, "rms_norm_eps": 1e-5}, {}),
    "biases": ("LlamaForCausalLM", {"attention_bias": True, "eos_token_id": [2, 5]}, {}),
    "linear": ("LlamaForCausalLM", {"rope_parameters": {"rope_type": "linear", "rope_theta": 500.0, "factor": 3.0}}, {}),
    "llama3": ("LlamaForCausalLM", {"rope_parameters": LLAMA3}, {}),
    "mistral": ("MistralForCausalLM", {"sliding_window": None}, {}),
    "bfloat16": ("LlamaForCausalLM", {}, {"dtype": torch.bfloat16, "max_shard_size": "8KB"}),
    "float16": ("LlamaForCausalLM", {}, {"dtype": torch.float16}),
    "base": ("LlamaModel", {}, {}),
    "classifier": ("LlamaForSequenceClassification", {"num_labels": 3, "pad_token_id": 0}, {}),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    out = parser.parse_args().out
    ids = torch.randint(3, SHAPE["vocab_size"], (2, 48), generator=torch.Generator().manual_seed(7))
    for number, (name, (kind, changes, storing)) in enumerate(CASES.items()):
        torch.manual_seed(number)
        config = (MistralConfig if "Mistral" in kind else LlamaConfig)(**{**SHAPE, **changes})
        model = getattr(transformers, kind)(config)
        for parameter in model.parameters():  # norms and biases too, which begin at one number each
            if parameter.ndim == 1:
                torch.nn.init.normal_(parameter, 1.0 if parameter.min() == 1 else 0.0, 0.3)
        model = model.to(storing.get("dtype", torch.float32))
        shutil.rmtree(out / name, ignore_errors=True)
        model.save_pretrained(out / name, max_shard_size=storing.get("max_shard_size", "1GB"))
        (out / name / "generation_config.json").unlink(missing_ok=True)
        # Read again: a change of type on the way would have rounded the rotary table too.
        model = type(model).from_pretrained(out / name, dtype=torch.float64).eval()
        with torch.no_grad():
            result = model(ids)
        key, value = (("hidden", result.last_hidden_state) if kind == "LlamaModel"
                      else ("scores" if "Classification" in kind else "logits", result.logits))
        save_file({"ids": ids.int(), key: value.float().contiguous()}, out / name / "expected.safetensors")
        for file in (out / name).iterdir():
            file.chmod(0o644)


if __name__ == "__main__":
    main()
