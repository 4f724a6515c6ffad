#!/usr/bin/env python3
"""Writes Tests/EvaluationTests/Fixtures/metrics.json: what scikit-learn and scipy make of random and degenerate cases.

Needs scikit-learn, scipy, numpy; rouge_score, when it is there, is compared with the ROUGE-L written out below.
--check computes everything anew and compares with the file.
"""
import collections
import json
import math
import pathlib
import random
import re
import string
import sys
import warnings

import numpy
import scipy
import scipy.stats
import sklearn
from sklearn import metrics

FILE = pathlib.Path(__file__).resolve().parent.parent / "EvaluationTests/Fixtures/metrics.json"
warnings.simplefilter("ignore")
draw = random.Random(6)


def number(value):
    """JSON has no NaN: null."""
    return None if value is None or math.isnan(value) else float(value)


def class_cases():
    """[classes, gold digits, predicted digits, [accuracy, macro F1, micro F1, Matthews, balanced accuracy, F1 of class 1]]"""
    cases = []
    for index in range(2400):
        classes = draw.choice([2, 2, 2, 3, 4, 7])
        size = draw.choice([1, 2, 3, 5, 8, 20, 60])
        shape = index % 6
        gold = [draw.randrange(classes) for _ in range(size)]
        guess = [draw.randrange(classes) if draw.random() < 0.4 else label for label in gold]
        if shape == 1:
            gold = [draw.randrange(classes)] * size
        if shape == 2:
            guess = [draw.randrange(classes)] * size
        if shape == 3:
            gold, guess = [draw.randrange(classes)] * size, [draw.randrange(classes)] * size
        if shape == 4:
            guess = list(gold)
        if shape == 5:  # classes that are only right, or only guessed
            guess = [0 if label else classes - 1 for label in gold]
        values = [metrics.accuracy_score(gold, guess), metrics.f1_score(gold, guess, average="macro", zero_division=0),
                  metrics.f1_score(gold, guess, average="micro", zero_division=0), metrics.matthews_corrcoef(gold, guess),
                  metrics.balanced_accuracy_score(gold, guess),
                  metrics.f1_score(gold, guess, average="binary", pos_label=1, zero_division=0) if classes == 2 else None]
        cases.append([classes, "".join(map(str, gold)), "".join(map(str, guess)), [number(v) for v in values]])
    return cases


def number_cases():
    """[gold, predicted, [Pearson, Spearman, mean squared error]]; null where scipy gives NaN or an error."""
    cases = []
    for index in range(1200):
        size = draw.choice([1, 2, 3, 4, 7, 15, 40])
        shape = index % 8
        gold = [round(draw.uniform(0, 5), 3) for _ in range(size)]
        guess = [round(0.6 * value + draw.gauss(0, 1), 6) for value in gold]
        if shape == 1:  # many ties
            gold, guess = [float(draw.randrange(3)) for _ in gold], [float(draw.randrange(4)) for _ in gold]
        if shape == 2:
            guess = [1.25] * size
        if shape == 3:
            gold = [0.0] * size
        if shape == 4:
            guess = [-value for value in gold]
        if shape == 5:  # far from zero, close together
            gold, guess = [1000 + value / 100 for value in gold], [500 + value / 10 for value in guess]
        if shape == 6:
            gold, guess = [value * 1e150 for value in gold], [value * 1e-150 for value in guess]
        try:
            pearson = number(scipy.stats.pearsonr(gold, guess).statistic)
        except ValueError:
            pearson = None
        spearman = number(scipy.stats.spearmanr(gold, guess).statistic) if size > 1 else None
        square = float(metrics.mean_squared_error(gold, guess)) if shape != 6 else None
        cases.append([gold, guess, [pearson, spearman, square]])
    return cases


# SQuAD's normalisation and F1 (version 2), and ROUGE-L, written out.

def squad_words(text):
    text = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad_f1(a, b):
    a, b = squad_words(a), squad_words(b)
    if not a or not b:
        return float(a == b)
    same = sum((collections.Counter(a) & collections.Counter(b)).values())
    return 0.0 if same == 0 else 2 * same / (len(a) + len(b))


def rouge_l(a, b):
    a, b = (re.findall(r"[a-z0-9]+", text.lower()) for text in (a, b))
    row = [0] * (len(b) + 1)
    for word in a:
        before = row[:]
        for index, other in enumerate(b):
            row[index + 1] = before[index] + 1 if word == other else max(before[index + 1], row[index])
    return 0.0 if row[-1] == 0 else 2 * row[-1] / (len(a) + len(b))


def text_cases():
    """[text, answers, [exact match, F1, ROUGE-L or null for text that is not ASCII]]"""
    words = ("the a an The press Press prints page pages, ink ink's \"paper\" (of) one 1,000 twenty-one — then. ¿qué? Straße "
             "ÉTÉ été θεός ΘΕΌΣ ½ हिन्दी 印刷 an, the- _a_ .").split(" ") + ["", "\t", "\u00a0", "\u2009x"]
    cases = []
    for _ in range(1500):
        text = " ".join(draw.choice(words) for _ in range(draw.randrange(9)))
        answers = []
        for _ in range(draw.randint(1, 3)):
            parts = text.split(" ")
            if draw.random() < 0.6:
                parts = [part for part in parts if draw.random() < 0.8]
            if draw.random() < 0.5:
                parts.insert(draw.randrange(len(parts) + 1), draw.choice(words))
            answers.append(" ".join(parts))
        exact = max(float(squad_words(text) == squad_words(answer)) for answer in answers)
        ascii_only = all(value.isascii() for value in [text, *answers])
        rouge = max(rouge_l(text, answer) for answer in answers) if ascii_only else None
        cases.append([text, answers, [exact, max(squad_f1(text, answer) for answer in answers), rouge]])
    return cases


# The counter-based generator of the Swift library, for the bootstrap.

MASK = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def named(bits, name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return mix(mix(bits ^ 0xA0761D6478BD642F) ^ value)


def numbered(bits, index):
    return mix((mix(bits ^ 0xD6E8FEB86659FD93) + index) & MASK)


def bootstrap_cases():
    """[seed, resamples, gold digits, predicted digits, standard error of the accuracy, of Matthews correlation]"""
    cases = []
    for seed in range(4):
        size, resamples = draw.choice([7, 30, 90]), draw.choice([50, 200])
        gold = [draw.randrange(2) for _ in range(size)]
        guess = [label if draw.random() < 0.7 else 1 - label for label in gold]
        key = named(mix((seed + 0x9E3779B97F4A7C15) & MASK), "bootstrap")
        accuracies, correlations = [], []
        for sample in range(resamples):
            bits = numbered(key, sample)
            places = [(mix((bits + (index + 1) * 0x9E3779B97F4A7C15) & MASK) * size) >> 64 for index in range(size)]
            right, guesses = [gold[place] for place in places], [guess[place] for place in places]
            accuracies.append(metrics.accuracy_score(right, guesses))
            correlations.append(metrics.matthews_corrcoef(right, guesses))
        cases.append([seed, resamples, "".join(map(str, gold)), "".join(map(str, guess)), float(numpy.std(accuracies, ddof=1)),
                      float(numpy.std(correlations, ddof=1))])
    return cases


def check_rouge(cases):
    try:
        from rouge_score import rouge_scorer
    except ImportError:
        print("rouge_score is not installed; ROUGE-L is compared with nothing else")
        return
    scorer = rouge_scorer.RougeScorer(["rougeL"])
    compared = 0
    for text, answers, (_, _, mine) in cases:
        if mine is not None:
            theirs = max(scorer.score(answer, text)["rougeL"].fmeasure for answer in answers)
            assert abs(theirs - mine) < 1e-12, (text, answers, theirs, mine)
            compared += 1
    print(f"{compared} cases of ROUGE-L as rouge_score's")


def main():
    texts = text_cases()
    check_rouge(texts)
    parts = {"bootstrap": bootstrap_cases(), "classes": class_cases(), "numbers": number_cases(), "texts": texts}
    versions = {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__, "scipy": scipy.__version__}
    lines = [f'"versions": {json.dumps(versions)}']
    for name, cases in parts.items():
        rows = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
        lines.append(f'"{name}": [\n{rows}\n]')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    if "--check" in sys.argv:
        if FILE.read_text(encoding="utf-8") != text:
            sys.exit(f"{FILE} is not what this script writes with {versions}")
    else:
        FILE.write_text(text, encoding="utf-8")
    print({name: len(cases) for name, cases in parts.items()}, versions, f"{len(text)} bytes")


main()
