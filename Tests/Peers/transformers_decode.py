"""Prefill and decode of a model with transformers: the twin of `letterpress-bench decode --model DIR`.

    python Tests/Peers/transformers_decode.py DIR [--threads 2] [--mode fp32 bf16] [--batch 1 8] [--prompt 512] [--tokens 128]

The loop is written out, which is faster than `generate`. The best of the runs counts. One JSON object on standard output.
"""
import argparse
import json
import resource
import time

begin = time.perf_counter()
import torch
from transformers import AutoModelForCausalLM, DynamicCache

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--mode", nargs="*", default=["fp32", "bf16"])
parser.add_argument("--batch", nargs="*", type=int, default=[1, 8])
parser.add_argument("--prompt", type=int, default=512)
parser.add_argument("--tokens", type=int, default=128)
parser.add_argument("--repeats", type=int, default=3)
options = parser.parse_args()
torch.set_num_threads(options.threads)

cases = []
for mode in options.mode:
    start = time.perf_counter()
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[mode]
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=kind).eval()
    loading = time.perf_counter() - start
    for batch in options.batch:
        prefills, steps = [], []
        for _ in range(options.repeats):
            generator = torch.Generator().manual_seed(1)
            ids = torch.randint(0, model.config.vocab_size, (batch, options.prompt), generator=generator)
            with torch.inference_mode():
                cache = DynamicCache(config=model.config)
                start = time.perf_counter()
                out = model(ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
                last = out.logits[:, -1].argmax(-1, keepdim=True)
                last.tolist()
                prefills.append(time.perf_counter() - start)
                start = time.perf_counter()
                for _ in range(options.tokens):
                    out = model(last, past_key_values=cache, use_cache=True, logits_to_keep=1)
                    last = out.logits[:, -1].argmax(-1, keepdim=True)
                    last.tolist()
                steps.append((time.perf_counter() - start) / options.tokens)
        cases.append({
            "mode": mode, "batch": batch, "load_seconds": loading, "prefill_seconds": min(prefills),
            "step_seconds": min(steps), "prefill_tokens_per_second": batch * options.prompt / min(prefills),
            "decode_tokens_per_second": batch / min(steps),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        })
    del model
print(json.dumps({"torch": torch.__version__, "threads": options.threads, "cases": cases}, indent=2))
