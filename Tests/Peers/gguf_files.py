#!/usr/bin/env python3
"""Small GGUF files as the `gguf` package writes them, and what it reads from them.

    gguf_files.py             writes Tests/FoundationsTests/Fixtures/types.gguf and types.safetensors (every type of numbers that is
                              read here, dequantised by gguf), and Tests/ZooKitTests/Fixtures/tied.gguf and biases.gguf (the
                              models of folders/tied and folders/biases, with a tokenizer of bytes and a few merges)
    gguf_files.py FILE DIR    compares every tensor of a real GGUF file with what `letterpress convert FILE --to DIR` made of it,
                              bit for bit

Needs: pip install gguf==0.19.0 numpy safetensors
"""
import json
import pathlib
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Q
from safetensors.numpy import load_file, save_file

TESTS = pathlib.Path(__file__).resolve().parent.parent
NAMES = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}


def stored_name(name):
    whole = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
             "lm_head.weight": "output.weight"}
    if name in whole:
        return whole[name]
    _, _, layer, part = name.split(".", 3)
    part, kind = part.rsplit(".", 1)
    return f"blk.{layer}.{NAMES[part]}.{kind}"


def interleaved(rows, heads):
    """The halves of each head one number by the other, as llama.cpp has queries and keys."""
    split = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return np.ascontiguousarray(split.swapaxes(1, 2).reshape(rows.shape))


def write_types():
    generator = np.random.default_rng(5)
    out = TESTS / "FoundationsTests/Fixtures"
    out.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(out / "types.gguf", "none")
    writer.add_uint8("a.uint8", 200)
    writer.add_int8("a.int8", -100)
    writer.add_uint16("a.uint16", 60000)
    writer.add_int16("a.int16", -30000)
    writer.add_uint32("a.uint32", 4_000_000_000)
    writer.add_int32("a.int32", -2_000_000_000)
    writer.add_float32("a.float32", 1e-5)
    writer.add_bool("a.bool", True)
    writer.add_string("a.string", "grüße")
    writer.add_uint64("a.uint64", 2**63 - 1)
    writer.add_int64("a.int64", -(2**62))
    writer.add_float64("a.float64", 0.1)
    writer.add_array("a.strings", ["", "Ġthe", "<|end|>"])
    writer.add_array("a.integers", [1, -2, 3])
    writer.add_array("a.floats", [0.5, 0.1])
    expected = {}
    for kind in (Q.F32, Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1):
        numbers = (generator.standard_normal((3, 64)) * 10.0 ** generator.integers(-4, 3, (3, 1))).astype(np.float32)
        numbers[2, 32:] = 0
        data = gguf.quants.quantize(numbers, kind)
        if kind in (Q.Q8_0, Q.Q4_0, Q.Q4_1):  # every pattern of a scale, also those that no program writes
            blocks = data.reshape(-1, gguf.GGML_QUANT_SIZES[kind][1])
            blocks[1, :2] = (0x01, 0x80)  # the least negative subnormal
            blocks[3, 2:] = generator.integers(0, 256, blocks.shape[1] - 2)
            if kind == Q.Q4_1:
                blocks[3, 2:4] = (0x00, 0xBC)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        expected[kind.name] = gguf.quants.dequantize(data, kind).reshape(3, 64)
    writer.add_tensor("vector", np.arange(5, dtype=np.float32))
    expected["vector"] = np.arange(5, dtype=np.float32)
    finish(writer)
    save_file(expected, out / "types.safetensors")


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_model(name):
    folder = TESTS / "ZooKitTests/Fixtures/folders" / name
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(folder.parent.parent / f"{name}.gguf", "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    tokens = ["<|end|>", "<|turn|>", *"abcdefghijklmnopqrstuvwxyzĠ.,", "th", "he", "the", "Ġthe", "in"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 4] + [1] * (len(tokens) - 2))
    writer.add_token_merges(["t h", "h e", "th e", "Ġ the", "i n"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_chat_template("{{ messages }}")
    for tensor, numbers in sorted(load_file(folder / "model.safetensors").items()):
        for part, heads in ((".q_proj.", config["num_attention_heads"]), (".k_proj.", config["num_key_value_heads"])):
            if part in tensor:
                numbers = interleaved(numbers, heads)
        writer.add_tensor(stored_name(tensor), numbers)
    finish(writer)


def compare(path, folder):
    ours = load_file(folder / "model.safetensors")
    reader = gguf.GGUFReader(path)
    heads = {"attn_q": reader.fields["llama.attention.head_count"].contents(),
             "attn_k": reader.fields["llama.attention.head_count_kv"].contents()}
    theirs = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    wrong = []
    for name, numbers in ours.items():
        stored = stored_name(name)
        part = stored.split(".")[2] if stored.startswith("blk.") else ""
        if part in heads:
            numbers = interleaved(numbers, heads[part])
        expected = theirs.pop(stored).reshape(numbers.shape)
        if not np.array_equal(expected.view(np.uint32), numbers.view(np.uint32)):
            wrong.append(name)
    print(json.dumps({"tensors": len(ours), "not_bit_equal": wrong, "not_written": sorted(theirs)}))
    return 1 if wrong or theirs else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(compare(sys.argv[1], pathlib.Path(sys.argv[2])))
    write_types()
    write_model("tied")
    write_model("biases")
