"""Strips of rendered text as `pixel_values`: pictures of patches side by side, as `letterpress render` writes them.

    batch = collate([read_strip("strip.png", channels=3)])
    model(**batch)
"""
import glob
import io
import json
import os
import tarfile

import numpy as np
import torch
from PIL import Image


def read_strip(image, channels=3, patch_size=16):
    """A strip (a path, bytes of a PNG, or a PIL image) as bytes [C, P, P L]; `patch_size=None` takes its height for P. Raises
    ValueError for a picture that is no row of patches, and for colours where the model reads one channel: how gray is made of
    them is up to the renderer (`letterpress render --channels gray`)."""
    if isinstance(image, (bytes, bytearray)):
        image = io.BytesIO(image)
    if not isinstance(image, Image.Image):
        image = Image.open(image)
    pixels = np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    patch_size = patch_size or pixels.shape[0]
    if pixels.shape[0] != patch_size or pixels.shape[1] % patch_size:
        raise ValueError(f"the picture has {pixels.shape[1]} x {pixels.shape[0]} pixels, expected a row of patches of "
                         f"{patch_size} x {patch_size}")
    if channels == 3 and pixels.shape[2] == 1:
        pixels = pixels.repeat(3, 2)
    if channels == 1 and pixels.shape[2] == 3:
        if (pixels != pixels[..., :1]).any():
            raise ValueError("the picture has colours and the model reads one channel; render it with --channels gray")
        pixels = pixels[..., :1]
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())


def collate(strips):
    """`pixel_values` [B, C, P, P L] and `patch_mask` [B, L] of strips of several lengths, padded with white on the right."""
    patch_size = strips[0].shape[1]
    length = max(strip.shape[2] for strip in strips)
    pixels = torch.full((len(strips), *strips[0].shape[:2], length), 255, dtype=torch.uint8)
    mask = torch.zeros((len(strips), length // patch_size), dtype=torch.long)
    for row, strip in enumerate(strips):
        pixels[row, :, :, :strip.shape[2]] = strip
        mask[row, :strip.shape[2] // patch_size] = 1
    return {"pixel_values": pixels, "patch_mask": mask}


def read_shards(folder, channels=3, patch_size=None):
    """Strips and records of a folder that `letterpress render --format webdataset` wrote, in order; `patch_size` is checked if it
    is given."""
    for path in sorted(glob.glob(os.path.join(folder, "part-*.tar"))):
        with tarfile.open(path) as archive:
            strip = None
            for member in archive:
                data = archive.extractfile(member).read()
                if member.name.endswith(".png"):
                    strip = read_strip(data, channels, patch_size)
                elif member.name.endswith(".json"):
                    yield strip, json.loads(data)
