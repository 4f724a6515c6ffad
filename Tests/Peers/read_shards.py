#!/usr/bin/env python3
"""Reads our shards with the Python packages that people use, and compares all formats with each other.

    read_shards.py LETTERPRESS        needs webdataset, datasets, numpy and pillow

Renders the sample corpus three times, once in each format, and checks that `webdataset` and `datasets` see the same
sequences, records and pixels as numpy sees in the native shards. Prints one line, or fails.
"""
import base64
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import datasets
import numpy as np
import pyarrow.parquet
import webdataset
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
datasets.disable_progress_bars()


def native(folder):
    """Patches [N + 1, P, P, channels] and records, as docs/formats.md tells."""
    entry = np.dtype([("offset", "<u8"), ("stored", "<u8"), ("record", "<u4"), ("patches", "<u4"), ("channels", "u1"),
                      ("encoding", "u1"), ("zero", "V6")])
    for path in sorted(folder.glob("part-*.lps")):
        file = np.memmap(path, np.uint8, "r")
        side = int(file[12:16].view("<u4")[0])
        count, _, index, _ = (int(v) for v in file[-64:-32].view("<u8"))
        for row in file[index:index + 32 * count].view(entry):
            offset, stored, record, patches, channels = (int(row[k]) for k in ("offset", "stored", "record", "patches", "channels"))
            assert row["encoding"] == 0
            pixels = file[offset:offset + stored].reshape(patches, side, side, channels)
            yield pixels, json.loads(file[offset + stored:offset + stored + record].tobytes())


def strip(patches):
    """Patch-major pixels as a strip [P, P (N + 1), 3]."""
    count, side, _, channels = patches.shape
    rows = patches.transpose(1, 0, 2, 3).reshape(side, side * count, channels)
    return np.repeat(rows, 3, axis=2) if channels == 1 else rows


def main():
    letterpress = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for form in ("native", "webdataset", "pixelgpt"):
            subprocess.run([letterpress, "render", ROOT / "corpora/sample/sample.jsonl", "--keep", "lang", "--quiet",
                            "--sequences-per-shard", "100", "--format", form, "--out", folder / form],
                           check=True, stdout=subprocess.DEVNULL)
        # The same rows in a Parquet file give the same shards.
        lines = (ROOT / "corpora/sample/sample.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [{key: row[key] for key in ("text", "lang")} for row in map(json.loads, lines)]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "sample.parquet", row_group_size=50)
        subprocess.run([letterpress, "render", folder / "sample.parquet", "--keep", "lang", "--quiet", "--sequences-per-shard", "100",
                        "--format", "native", "--out", folder / "parquet"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "LETTERPRESS_PYTHON": sys.executable})
        for path in sorted((folder / "native").glob("part-*.lps")):
            assert path.read_bytes() == (folder / "parquet" / path.name).read_bytes(), path.name
        expected = [(strip(pixels), record) for pixels, record in native(folder / "native")]
        assert len(expected) > 200, len(expected)
        tars = sorted(str(p) for p in (folder / "webdataset").glob("part-*.tar"))
        assert len(tars) > 1

        seen = list(webdataset.WebDataset(tars, shardshuffle=False).decode("pil"))
        assert len(seen) == len(expected), (len(seen), len(expected))
        for sample, (pixels, record) in zip(seen, expected):
            assert sample["json"] == record, (sample["json"], record)
            assert np.array_equal(np.asarray(sample["png"].convert("RGB")), pixels), record

        rows = datasets.load_dataset("webdataset", data_files=tars, split="train", cache_dir=str(folder / "cache"))
        assert len(rows) == len(expected)
        for row, (pixels, record) in zip(rows, expected):
            assert row["json"]["num_patches"] == record["num_patches"] and row["json"]["text"] == record["text"]
            assert np.array_equal(np.asarray(row["png"].convert("RGB")), pixels), record

        files = sorted(str(p) for p in (folder / "pixelgpt").glob("part-*.gz"))
        rows = datasets.load_dataset("json", data_files=files, split="train", cache_dir=str(folder / "cache"))
        assert len(rows) == len(expected)
        for row, (pixels, record) in zip(rows, expected):
            image = Image.open(io.BytesIO(base64.b64decode(row["image"]))).convert("RGB")
            assert row["num_patches"] == record["num_patches"] and row["lang"] == record["fields"]["lang"]
            assert np.array_equal(np.asarray(image), pixels), record
    print(f"webdataset {webdataset.__version__}, datasets {datasets.__version__}: {len(expected)} sequences equal in all formats")


main()
