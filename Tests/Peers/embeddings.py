#!/usr/bin/env python3
"""Vectors, cosines, ranks and their metrics by NumPy and SciPy, beside those of `letterpress`.

embeddings.py results FOLDER             metrics of similarity and retrieval in FOLDER/results.json, from the predictions
embeddings.py cosines A.npy B.npy FILE   predictions of a split from the vectors of its texts A and B, a row a line of FILE

Prints the greatest difference. Needs numpy; scipy for correlations. Languages of a split are to be given one by one."""
import json
import pathlib
import sys

import numpy


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def score(name, found):
    if name in ("spearman", "pearson"):
        import scipy.stats
        test = scipy.stats.spearmanr if name == "spearman" else scipy.stats.pearsonr
        return float(test([line["prediction"] for line in found], [line["label"] for line in found])[0])
    ranks = numpy.array([line["rank"] for line in found])
    return float((1 / ranks).mean() if name == "mrr" else (ranks <= int(name.split("@")[1])).mean())


def results(folder):
    worst, count = 0.0, 0
    for result in json.loads((pathlib.Path(folder) / "results.json").read_text())["results"]:
        names = [name for name in result["metrics"] if name in ("spearman", "pearson", "mrr") or name.startswith("recall@")]
        found = [line for line in lines(pathlib.Path(folder) / result["predictions"])
                 if result.get("language") in (None, line.get("language"))]
        for name in names:
            worst, count = max(worst, abs(score(name, found) - result["metrics"][name]["value"])), count + 1
    print(f"{count} metrics, greatest difference {worst:.3g}")


def cosines(first, second, path):
    a, b = (numpy.load(name).astype(numpy.float64) for name in (first, second))
    found = lines(path)
    assert a.dtype == numpy.float64 and a.shape == b.shape and len(found) == len(a), (a.shape, b.shape, len(found))
    a, b = (v / numpy.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    if "rank" not in found[0]:
        print(f"{len(found)} cosines, greatest difference "
              f"{max(abs(float(x @ y) - line['prediction']) for x, y, line in zip(a, b, found)):.3g}")
        return
    _, kept = numpy.unique(b, axis=0, return_index=True)
    pool, other = b[kept], 0
    for row, line in enumerate(found):
        all_ = pool @ a[row]
        own = float(b[row] @ a[row])
        other += abs(int((all_ > own + 1e-12).sum()) + 1 - line["rank"]) > 0
    print(f"{len(found)} ranks, {other} others")


if __name__ == "__main__":
    {"results": results, "cosines": cosines}[sys.argv[1]](*sys.argv[2:])
