#!/usr/bin/env python3
"""What scikit-learn and plain counting make of small pictures and texts: Tests/ZooKitTests/Fixtures/baselines.json.

Pictures are patches of 4 x 4 pixels in three channels, in colour and in gray; regressions see 1, 2 and 4 patches before, white
where there are none. Needs: pip install numpy scikit-learn
"""
import base64
import collections
import json
import math
import pathlib

import numpy as np
from sklearn.linear_model import Ridge

OUT = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures/baselines.json"
SIZE = 48


def pictures(generator, count, gray):
    """Smooth stripes with noise, some patches of one colour, the last one black: [N + 1, 48] each."""
    made = []
    for _ in range(count):
        length = int(generator.integers(1, 14))
        wave = 127 + 90 * np.sin(np.arange(length * 16) / generator.uniform(2, 9) + generator.uniform(0, 6))
        pixels = wave[:, None] + generator.normal(0, 25, (length * 16, 3))
        if gray:
            pixels = pixels[:, :1].repeat(3, 1)
        patches = pixels.clip(0, 255).astype(np.uint8).reshape(length, SIZE)
        patches[generator.random(length) < 0.1] = 255
        made.append(np.concatenate([patches, np.zeros((1, SIZE), np.uint8)]))
    return made


def rows(made, normalised, lags):
    features, targets = [], []
    for picture in made:
        x = picture[:-1].astype(np.float64)
        dark = np.concatenate([np.zeros((lags, SIZE)), 1 - x / 255])
        for i in range(1, len(x)):
            features.append(np.concatenate([dark[lags + i - lag] for lag in range(1, lags + 1)]))
            t = x[i] / 255
            targets.append((t - t.mean()) / np.sqrt(t.var(ddof=1) + 1e-6) if normalised else t)
    return np.array(features), np.array(targets)


def losses(training, held_out, normalised, share):
    _, y = rows(training, normalised, 1)
    _, t = rows(held_out, normalised, 1)
    found = {"zero": np.mean(t ** 2), "mean": np.mean((t - y.mean(0)) ** 2), "ridge": []}
    for lags in (1, 2, 4):
        x, y = rows(training, normalised, lags)
        model = Ridge(alpha=share * len(y), solver="cholesky").fit(x, y)
        z, t = rows(held_out, normalised, lags)
        found["ridge"].append(np.mean((t - model.predict(z)) ** 2))
    return found


def text_losses(training, held_out, order, vocabulary):
    """Witten and Bell's interpolation, counted run by run."""
    runs, behind, kinds = collections.Counter(), collections.Counter(), collections.defaultdict(set)
    for text in training:
        for i in range(1, len(text)):
            for n in range(order):
                if i - n < 0:
                    break
                context = tuple(text[i - n:i])
                runs[context + (text[i],)] += 1
                behind[context] += 1
                kinds[context].add(text[i])
    sums, count = [0.0] * order, 0
    for text in held_out:
        for i in range(1, len(text)):
            p = 1 / vocabulary
            for n in range(order):
                context = tuple(text[max(0, i - n):i])
                if i - n >= 0 and behind[context]:
                    t = len(kinds[context])
                    p = (runs[context + (text[i],)] + t * p) / (behind[context] + t)
                sums[n] -= math.log(p)
            count += 1
    return [total / count for total in sums]


def main():
    generator = np.random.default_rng(11)
    cases = []
    for gray in (False, True):
        training, held_out = pictures(generator, 60, gray), pictures(generator, 15, gray)
        text = lambda made: [base64.b64encode(picture.tobytes()).decode() for picture in made]
        cases.append({
            "gray": gray, "share": 0.01, "training": text(training), "held_out": text(held_out),
            "results": [{"normalised": normalised, **losses(training, held_out, normalised, 0.01)}
                        for normalised in (True, False)]})
    draw = lambda: [int(x) for x in generator.zipf(1.6, int(generator.integers(0, 40))) % 20]
    training, held_out = [draw() for _ in range(60)], [draw() for _ in range(10)]
    texts = {"vocabulary": 20, "training": training, "held_out": held_out,
             "losses": text_losses(training, held_out, 5, 20)}
    OUT.write_text(json.dumps({"pictures": cases, "texts": texts}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
