"""A prompt continued by transformers from a cold start: the twin of `letterpress generate --model DIR --prompt ... -n N`.

    /usr/bin/time -v python Tests/Peers/transformers_generate.py DIR PROMPT [--mode bf16] [--tokens 128] [--threads 2]

Time it from outside, so that the start of Python counts as that of any program does. The peak in MB goes to standard error.
"""
import argparse
import resource
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("prompt")
parser.add_argument("--mode", choices=["fp32", "bf16"], default="bf16")
parser.add_argument("--tokens", type=int, default=128)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)
tokenizer = AutoTokenizer.from_pretrained(options.model)
kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[options.mode]
model = AutoModelForCausalLM.from_pretrained(options.model, dtype=kind)
prompt = tokenizer(options.prompt, return_tensors="pt")
ids = model.generate(
    **prompt, max_new_tokens=options.tokens, min_new_tokens=options.tokens, do_sample=False)
print(tokenizer.decode(ids[0, prompt["input_ids"].shape[1]:]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", file=sys.stderr)
