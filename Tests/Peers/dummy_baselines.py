#!/usr/bin/env python3
"""Writes Tests/EvaluationTests/Fixtures/dummies.json: what scikit-learn's dummies score on random and degenerate splits.

The most frequent label is exact. Uniform guesses are drawn 20,000 times: a mean and its standard error.
Needs scikit-learn and numpy. --check computes everything anew and compares with the file.
"""
import json
import pathlib
import sys
import warnings

import numpy
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

FILE = pathlib.Path(__file__).resolve().parent.parent / "EvaluationTests/Fixtures/dummies.json"
DRAWS = 20_000
warnings.simplefilter("ignore")
draw = numpy.random.default_rng(11)


def scores(gold, guess, classes):
    """[accuracy, macro F1, micro F1, Matthews, balanced accuracy, F1 of class 1 of two]"""
    return [metrics.accuracy_score(gold, guess), metrics.f1_score(gold, guess, average="macro", zero_division=0),
            metrics.f1_score(gold, guess, average="micro", zero_division=0), metrics.matthews_corrcoef(gold, guess),
            metrics.balanced_accuracy_score(gold, guess),
            metrics.f1_score(gold, guess, pos_label=1, zero_division=0) if classes == 2 else None]


def fast(gold, guesses, classes):
    """The same for many rows of guesses."""
    onehot = numpy.stack([guesses == c for c in range(classes)])
    right = numpy.stack([(guesses == c) & (gold == c) for c in range(classes)]).sum(2).astype(float)
    guessed, golds = onehot.sum(2).astype(float), numpy.array([(gold == c).sum() for c in range(classes)], float)[:, None]
    f1 = numpy.where(guessed + golds > 0, 2 * right / numpy.maximum(guessed + golds, 1), 0)
    seen = guessed + golds > 0
    total = float(len(gold))
    accuracy = right.sum(0) / total
    recall = (right / numpy.maximum(golds, 1)).sum(0) / (golds > 0).sum()
    cov = accuracy * total * total - (guessed * golds).sum(0)
    spread = numpy.sqrt((total**2 - (guessed**2).sum(0)) * (total**2 - (golds**2).sum()))
    matthews = numpy.where(spread > 0, cov / numpy.where(spread > 0, spread, 1), 0)
    columns = [accuracy, f1.sum(0) / seen.sum(0), accuracy, matthews, recall, f1[1] if classes == 2 else None]
    return [None if c is None else [float(c.mean()), float(c.std(ddof=1) / DRAWS**0.5)] for c in columns]


def class_cases():
    """{classes, train, gold, majority: scores, chance: [mean, standard error] of each}"""
    cases = []
    shapes = [(2, 40, [0.5, 0.5]), (2, 60, [0.9, 0.1]), (2, 9, [0.3, 0.7]), (2, 200, [0.72, 0.28]), (4, 72, [0.25] * 4),
              (4, 30, [0.7, 0.1, 0.1, 0.1]), (3, 12, [0.5, 0.5, 0.0]), (7, 100, [0.4, 0.3, 0.1, 0.1, 0.05, 0.05, 0.0]),
              (2, 12, [1.0, 0.0]), (5, 6, [0.2] * 5), (2, 25, [0.0, 1.0]), (10, 500, [0.1] * 10)]
    for classes, size, shares in shapes:
        train = draw.choice(classes, 3 * size, p=shares[::-1] if len(cases) % 3 == 1 else shares)
        gold = draw.choice(classes, size, p=shares)
        dummy = DummyClassifier(strategy="most_frequent").fit(numpy.zeros((len(train), 1)), train)
        guess = dummy.predict(numpy.zeros((size, 1)))
        uniform = draw.integers(0, classes, (DRAWS, size))
        probe = fast(gold, uniform[:20], classes)
        plain = numpy.array([[v or 0 for v in scores(gold, row, classes)] for row in uniform[:20]]).mean(0)
        assert all(p is None or abs(p[0] - q) < 1e-12 for p, q in zip(probe, plain)), (probe, plain)
        cases.append({"classes": classes, "train": train.tolist(), "gold": gold.tolist(),
                      "majority": scores(gold, guess, classes), "chance": fast(gold, uniform, classes)})
    return cases


def number_cases():
    """{train, gold, mse} of the mean of the training labels."""
    cases = []
    for size in (2, 5, 40):
        train, gold = draw.normal(2, 1, 3 * size), draw.normal(2, 1.5, size)
        guess = DummyRegressor(strategy="mean").fit(numpy.zeros((len(train), 1)), train).predict(numpy.zeros((size, 1)))
        cases.append({"train": train.tolist(), "gold": gold.tolist(), "mse": metrics.mean_squared_error(gold, guess)})
    return cases


text = json.dumps({"classes": class_cases(), "numbers": number_cases()}) + "\n"
if "--check" in sys.argv:
    sys.exit(0 if FILE.read_text() == text else f"{FILE.name} is old")
FILE.write_text(text)
