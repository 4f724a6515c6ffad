#!/usr/bin/env python3
"""bag_of_characters.py FOLDER [--text text] [--label polarity] [--tests FILE...] [--regression]

What needs no model on a task's own splits: the majority class (or the mean) and regressions of scikit-learn on counts of characters,
and, as a harder mark, of words and pairs of words. FOLDER holds train, validation and test as .tsv or .jsonl; the strength of the
penalty is chosen on the validation split, scores are those of the test split, or of each of --tests. Needs scikit-learn and scipy.
"""
import argparse
import csv
import json
import os

import numpy
import scipy.stats
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder")
parser.add_argument("--text", default="text")
parser.add_argument("--label", default="polarity")
parser.add_argument("--tests", nargs="*")
parser.add_argument("--regression", action="store_true")
arguments = parser.parse_args()


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        if path.endswith(".jsonl"):
            rows = [json.loads(line) for line in file]
        else:
            rows = list(csv.DictReader(file, delimiter="\t"))
    labels = [row[arguments.label] for row in rows]
    return [row[arguments.text] for row in rows], [float(x) for x in labels] if arguments.regression else labels


def split(name):
    for ending in ("tsv", "jsonl"):
        path = os.path.join(arguments.folder, f"{name}.{ending}")
        if os.path.isfile(path):
            return read(path)
    raise SystemExit(f"there is no {name}.tsv or {name}.jsonl in {arguments.folder}")


def scores(found, gold):
    if arguments.regression:
        constant = len(set(found)) < 2
        rank = float("nan") if constant else scipy.stats.spearmanr(found, gold).statistic
        return f"spearman {rank:.4f}, mse {numpy.mean((numpy.array(found) - numpy.array(gold)) ** 2):.4f}"
    return f"accuracy {accuracy_score(gold, found):.4f}, f1_macro {f1_score(gold, found, average='macro'):.4f}"


train, validation = split("train"), split("validation")
tests = {path: read(path) for path in arguments.tests} if arguments.tests else {"test": split("test")}
print(f"scikit-learn {sklearn.__version__}; {len(train[0])} examples to learn from, {len(validation[0])} to choose by")
print("majority or mean:")
for name, (texts, gold) in tests.items():
    plain = float(numpy.mean(train[1])) if arguments.regression else max(sorted(set(train[1])), key=train[1].count)
    print(f"  {name} ({len(texts)}): {scores([plain] * len(gold), gold)}")
for title, options in [
    ("characters", {"analyzer": "char", "lowercase": False, "use_idf": False, "norm": None}),
    ("words and pairs", {"ngram_range": (1, 2), "sublinear_tf": True, "min_df": 2}),
]:
    best = None
    for strength in [0.01, 0.1, 1, 10, 100]:
        last = Ridge(alpha=1 / strength) if arguments.regression else LogisticRegression(C=strength, max_iter=2000)
        steps = [TfidfVectorizer(**options)]
        if title == "characters":
            from sklearn.preprocessing import StandardScaler

            steps.append(StandardScaler(with_mean=False))
        model = make_pipeline(*steps, last).fit(*train)
        found = model.predict(validation[0])
        value = (-numpy.mean((found - numpy.array(validation[1])) ** 2) if arguments.regression
                 else accuracy_score(validation[1], found))
        if best is None or value > best[0]:
            best = (value, strength, model)
    print(f"{title}, strength {best[1]}:")
    for name, (texts, gold) in tests.items():
        print(f"  {name} ({len(texts)}): {scores(list(best[2].predict(texts)), gold)}")
