#!/usr/bin/env python3
"""What `transformers` makes of logits before it draws: the oracle of TokenDistribution.

    transformers_sampling.py [--out Tests/ZooKitTests/Fixtures/sampling.json]

For drawn logits and settings, the probabilities after all of transformers' own processors in its own order (those that
`generate` builds from a GenerationConfig); 0 for tokens that are cut. Logits are F32 values written in full; probabilities are
computed in double behind processors that run in single precision. Cases whose cut hangs on rounding are not written.

Needs: pip install torch==2.13.0 transformers==5.23.0
"""
import argparse
import json
import pathlib
import random

import torch
import transformers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures/sampling.json"
VOCABULARY = 40


def model():
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    return LlamaForCausalLM(config)


def processed(llama, logits, history, new, settings, ends, dtype):
    """Logits behind transformers' processors; `new` of the tokens in `history` were generated."""
    config = GenerationConfig(
        do_sample=settings["temperature"] > 0, temperature=settings["temperature"] or 1.0, top_k=settings["top_k"],
        top_p=settings["top_p"], min_p=settings["min_p"] or None, repetition_penalty=settings["repetition_penalty"],
        min_new_tokens=settings["min_new_tokens"] or None, eos_token_id=ends, pad_token_id=0)
    ids = torch.tensor([history])
    llama._prepare_special_tokens(config, kwargs_has_attention_mask=True, device=ids.device)
    processors = llama._get_logits_processor(
        generation_config=config, input_ids_seq_length=len(history) - new, encoder_input_ids=ids,
        prefix_allowed_tokens_fn=None, logits_processor=[], device="cpu", model_kwargs={})
    scores = processors(ids, logits.to(dtype)[None].clone())
    if settings["temperature"] == 0:
        cut = torch.full_like(scores, -torch.inf)
        place = scores.argmax(-1)
        cut[0, place] = scores[0, place]
        scores = cut
    return scores[0], [type(p).__name__ for p in processors]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default=FIXTURE)
    args = parser.parse_args()
    torch.manual_seed(5)
    random.seed(5)
    llama = model()
    cases, names = [], set()
    while len(cases) < 60:
        settings = {
            "temperature": random.choice([0, 0.3, 0.7, 1.0, 1.0, 1.7]), "top_k": random.choice([0, 0, 1, 5, 20, 400]),
            "top_p": random.choice([1.0, 1.0, 0.1, 0.5, 0.9, 0.95]), "min_p": random.choice([0, 0, 0.05, 0.3, 1.0]),
            "repetition_penalty": random.choice([1.0, 1.0, 1.3, 0.7]), "min_new_tokens": random.choice([0, 0, 4]),
        }
        logits = (torch.randn(VOCABULARY) * random.choice([1.0, 3.0])).float()
        history = [random.randrange(VOCABULARY) for _ in range(random.randrange(1, 12))]
        new = random.randrange(len(history))
        ends = random.sample(range(VOCABULARY), 2)
        single, used = processed(llama, logits, history, new, settings, ends, torch.float32)
        double, _ = processed(llama, logits, history, new, settings, ends, torch.float64)
        if not torch.equal(single.isinf(), double.isinf()):
            continue
        names.update(used)
        cases.append({
            "logits": logits.double().tolist(), "history": history, "new": new, "ends": ends, "settings": settings,
            "probabilities": [round(p, 12) for p in double.softmax(-1).tolist()],
        })
    page = {
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "processors": sorted(names), "cases": cases,
    }
    lines = [json.dumps(case) for case in cases]
    head = json.dumps({k: v for k, v in page.items() if k != "cases"})[:-1]
    pathlib.Path(args.out).write_text(head + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n")
    print(len(cases), "cases,", ", ".join(sorted(names)))


if __name__ == "__main__":
    main()
