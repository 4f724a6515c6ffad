#!/usr/bin/python3
"""Strips drawn by Pango and Cairo: the reference for our pixels and the peer for our speed, one thread.

    run_isolated.sh FONT... -- pango_strips.py pixels TEXTS OUT.strips [--length L]
    run_isolated.sh FONT... -- pango_strips.py speed TEXTS [--repeat K] [--limit LINES] [--length L] [--png OUT.tar]

TEXTS holds one document a line (UTF-8). The first font given to run_isolated.sh draws what it can, the others follow in order.
Geometry: canvas 16 x 16 L (L = 1024), size 8 points at 120 dots an inch, text at x = 2, black patch at index N after the text.

`pixels` writes a .strips file, integers little-endian and 32 bits wide:
    "LPSTRIPS", version 1, patch size 16, number of lines, then for each line
    N, width in pixels (16 (N + 1)), channels (1 when red, green and blue are equal everywhere, else 3), rows of pixels.
`speed` prints one JSON object: medians over K runs of documents, text patches (N) and characters a second, each run's seconds,
library versions. Plain, a strip is drawn and left in Cairo's memory. With --png it is also encoded by Pillow (default settings,
RGB) and stored in a tar with a JSON record, as a WebDataset shard.

Needs Debian's python3-gi python3-gi-cairo gir1.2-pango-1.0 python3-numpy, for --png also python3-pil.
"""
import argparse
import ctypes
import io
import json
import math
import os
import resource
import statistics
import struct
import sys
import tarfile
import time

import cairo
import gi
import numpy as np

gi.require_version("Pango", "1.0")
gi.require_version("PangoCairo", "1.0")
from gi.repository import Pango, PangoCairo  # noqa: E402

PATCH, SIZE_PT, DPI = 16, 8, 120


class Strips:
    """Draws single-text strips with the font family of the first isolated font."""

    def __init__(self, length):
        family = os.environ.get("PEER_FAMILY")
        if not family:
            sys.exit("pango_strips: run me through run_isolated.sh")
        self.font = Pango.font_description_from_string(f"{family} {SIZE_PT * DPI / 72}px")
        self.length = length

    def draw(self, text):
        """-> (uint8 [16, 16 L, 3] in blue-green-red order, a view of Cairo's memory; N)."""
        width = PATCH * self.length
        surface = cairo.ImageSurface(cairo.FORMAT_RGB24, width, PATCH)
        context = cairo.Context(surface)
        context.set_source_rgb(1, 1, 1)
        context.paint()
        context.set_source_rgb(0, 0, 0)
        pango = PangoCairo.create_context(context)
        pango.set_font_description(self.font)
        layout = Pango.Layout(pango)
        layout.set_text(text, -1)
        text_width, height = layout.get_pixel_size()
        context.move_to(2, PATCH / 2 - height / 2 - 2)
        PangoCairo.show_layout(context, layout)
        end = min(PATCH * math.ceil((2 + text_width + 2) / PATCH), width - PATCH)
        surface.flush()
        rows = np.frombuffer(surface.get_data(), np.uint8).reshape(PATCH, surface.get_stride() // 4, 4)
        image = rows[:, :width, :3]
        image[:, end:end + PATCH] = 0
        return image, end // PATCH


def read_texts(path, limit=None):
    with open(path, encoding="utf-8", newline="\n") as file:
        texts = [line.rstrip("\n") for line in file]
    return texts[:limit]


def versions():
    freetype, harfbuzz = ctypes.CDLL("libfreetype.so.6"), ctypes.CDLL("libharfbuzz.so.0")
    harfbuzz.hb_version_string.restype = ctypes.c_char_p
    library, numbers = ctypes.c_void_p(), [ctypes.c_int() for _ in range(3)]
    freetype.FT_Init_FreeType(ctypes.byref(library))
    freetype.FT_Library_Version(library, *map(ctypes.byref, numbers))
    return {
        "cairo": cairo.cairo_version_string(), "freetype": ".".join(str(n.value) for n in numbers),
        "harfbuzz": harfbuzz.hb_version_string().decode(), "pango": Pango.version_string(),
    }


def write_pixels(options):
    strips, texts = Strips(options.length), read_texts(options.texts)
    partial = options.out + ".partial"
    with open(partial, "wb") as out:
        out.write(b"LPSTRIPS" + struct.pack("<III", 1, PATCH, len(texts)))
        for text in texts:
            image, count = strips.draw(text)
            image = image[:, : PATCH * (count + 1), ::-1]
            gray = bool((image[:, :, 0] == image[:, :, 1]).all() and (image[:, :, 1] == image[:, :, 2]).all())
            out.write(struct.pack("<III", count, PATCH * (count + 1), 1 if gray else 3))
            out.write((image[:, :, 0] if gray else image).tobytes())
    os.replace(partial, options.out)


class TarShard:
    """Stores strips as PNG and JSON entries of a tar."""

    def __init__(self, path):
        from PIL import Image
        self.image_type, self.tar = Image, tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)
        self.png_bytes = 0

    def add(self, index, text, image, count):
        width = PATCH * (count + 1)
        buffer = io.BytesIO()
        self.image_type.fromarray(image[:, :width, ::-1].copy(), "RGB").save(buffer, "PNG")
        self.png_bytes += buffer.tell()
        record = json.dumps({"num_text_patches": count, "text": text}, ensure_ascii=False, sort_keys=True)
        for suffix, data in ((".png", buffer.getvalue()), (".json", record.encode())):
            entry = tarfile.TarInfo(f"{index:09d}{suffix}")
            entry.size = len(data)
            self.tar.addfile(entry, io.BytesIO(data))

    def close(self):
        self.tar.close()


def measure_speed(options):
    strips, texts = Strips(options.length), read_texts(options.texts, options.limit)
    for text in texts[: max(1, len(texts) // 10)]:
        strips.draw(text)
    seconds, patches, png_bytes = [], 0, None
    for _ in range(options.repeat):
        shard = TarShard(options.png) if options.png else None
        patches, start = 0, time.perf_counter()
        for index, text in enumerate(texts):
            image, count = strips.draw(text)
            patches += count
            if shard:
                shard.add(index, text, image, count)
        if shard:
            shard.close()
            png_bytes = shard.png_bytes
        seconds.append(time.perf_counter() - start)
    median, characters = statistics.median(seconds), sum(map(len, texts))
    result = {
        "characters": characters, "characters_per_second": round(characters / median), "documents": len(texts),
        "documents_per_second": round(len(texts) / median, 1), "fonts": len(os.environ["PEER_FONTS"].split("\n")) - 1,
        "mode": "png" if options.png else "draw", "patches": patches, "patches_per_second": round(patches / median),
        "peak_resident_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "seconds": [round(s, 4) for s in seconds], "seconds_median": round(median, 4), "versions": versions(),
    }
    if options.png:
        result["png_bytes"] = png_bytes
        result["tar_bytes"] = os.path.getsize(options.png)
    print(json.dumps(result, sort_keys=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    pixels, speed = commands.add_parser("pixels"), commands.add_parser("speed")
    pixels.add_argument("texts")
    pixels.add_argument("out")
    speed.add_argument("texts")
    speed.add_argument("--repeat", type=int, default=5, help="runs; the median counts")
    speed.add_argument("--limit", type=int, help="use the first lines only")
    speed.add_argument("--png", metavar="OUT.tar", help="encode PNG with Pillow and write a tar")
    for command in (pixels, speed):
        command.add_argument("--length", type=int, default=1024, help="canvas length in patches")
    options = parser.parse_args()
    write_pixels(options) if options.command == "pixels" else measure_speed(options)


main()
