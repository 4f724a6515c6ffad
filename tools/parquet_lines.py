#!/usr/bin/env python3
"""Writes the rows of Parquet files as JSON lines, for `letterpress render - --input-format jsonl`.

    parquet_lines.py FILE... [--columns text,label]

Needs pyarrow (pip install pyarrow). Rows are read in batches, so files of any size pass through little memory.
"""
import argparse
import json
import sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("files", nargs="+", metavar="FILE")
parser.add_argument("--columns", help="names by commas; all without")
arguments = parser.parse_args()
try:
    import pyarrow.parquet
except ImportError:
    sys.exit("parquet_lines.py: pyarrow is missing; pip install pyarrow")
columns = arguments.columns.split(",") if arguments.columns else None
try:
    for path in arguments.files:
        file = pyarrow.parquet.ParquetFile(path)
        missing = set(columns or []) - set(file.schema_arrow.names)
        if missing:
            sys.exit(f"parquet_lines.py: {path} has no column {', '.join(sorted(missing))}")
        for batch in file.iter_batches(batch_size=1024, columns=columns):
            sys.stdout.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in batch.to_pylist())
    sys.stdout.flush()
except BrokenPipeError:
    sys.exit(1)
except (OSError, ValueError) as error:
    sys.exit(f"parquet_lines.py: {path}: {error}")
