#!/usr/bin/env python3
"""Scores of labelled words as seqeval and scikit-learn tell them: entity_scores.py > Tests/EvaluationTests/Fixtures/entities.json

Needs seqeval 1.2 and scikit-learn 1.x. Labels are random, so that schemes are broken in every way."""
import json
import random
import warnings

from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2, IOBES
from sklearn.metrics import accuracy_score
from sklearn.metrics import f1_score as macro

warnings.filterwarnings("ignore")
draw = random.Random(7)
SCHEMES = {"iob2": ("BI", IOB2), "iobes": ("BIES", IOBES)}


def case(scheme, count, noise):
    prefixes, strict = SCHEMES[scheme]
    labels = ["O"] + [f"{p}-{t}" for t in ("PER", "LOC-1") for p in prefixes]
    gold = [[draw.choice(labels) for _ in range(draw.randint(1, 9))] for _ in range(count)]
    found = [[draw.choice(labels) if draw.random() < noise else label for label in line] for line in gold]
    flat = [[label for line in lines for label in line] for lines in (gold, found)]
    return {
        "labels": labels,
        "gold": [[labels.index(label) for label in line] for line in gold],
        "predicted": [[labels.index(label) for label in line] for line in found],
        "f1_entities": f1_score(gold, found, zero_division=0),
        "precision_entities": precision_score(gold, found, zero_division=0),
        "recall_entities": recall_score(gold, found, zero_division=0),
        "f1_entities_strict": f1_score(gold, found, mode="strict", scheme=strict, zero_division=0),
        "accuracy": accuracy_score(*flat),
        "f1_macro": macro(*flat, average="macro", zero_division=0),
    }


cases = [case(scheme, count, noise) for scheme in SCHEMES for count in (1, 2, 5, 40) for noise in (0, 0.2, 0.5, 1) for _ in range(4)]
print("[" + ",\n".join(json.dumps(one, separators=(",", ":"), sort_keys=True) for one in cases) + "]")
