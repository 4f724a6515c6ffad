#!/usr/bin/env python3
"""Writes the labelled sets of the sample, topics/ and questions/, from a small grammar. The same files each time; --check compares.

Every sentence is made up; its label is the topic of the words that were drawn. A quarter of the sentences mention a word of
another topic beside their own, so that single words do not tell everything.
"""
import hashlib
import itertools
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOPICS = {
    "network": (["router", "browser", "mail server", "proxy", "wireless card", "firewall", "chat client", "download"],
                ["drops packets", "refuses the connection", "resolves names", "opens a port", "loses the signal",
                 "negotiates a certificate", "answers requests", "waits for the gateway"]),
    "sound": (["player", "mixer", "microphone", "synthesizer", "equalizer", "drum machine", "headset", "recorder"],
              ["plays a melody", "mutes the left channel", "clips at high volume", "keeps the beat", "records a song",
               "hums at low notes", "fades the music out", "tunes the strings"]),
    "storage": (["disk", "backup", "archive", "partition", "memory card", "file system", "snapshot", "tape drive"],
                ["runs out of blocks", "mounts read-only", "restores deleted folders", "copies every sector",
                 "keeps old versions", "compresses the directory", "checks its checksums", "frees unused space"]),
    "text": (["editor", "spell checker", "font", "typesetter", "dictionary", "printer", "outline", "word processor"],
             ["breaks long lines", "underlines a heading", "hyphenates words", "numbers the chapters", "aligns paragraphs",
              "marks spelling errors", "prints the margins", "replaces a letter"]),
}
OPENINGS = ["", "Since the update, ", "On an old laptop, ", "In this release, ", "After a restart, ", "With the defaults, "]
CLOSINGS = ["", " again", " without warning", " in a few seconds", " for every user", " more slowly than before"]


def split_of(text):
    place = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10
    return "train" if place < 7 else "validation" if place < 8 else "test"


def topics():
    """160 sentences a topic."""
    draw = random.Random(16)
    splits, seen = {"train": [], "validation": [], "test": []}, set()
    for topic in TOPICS:
        subjects, actions = TOPICS[topic]
        made = 0
        while made < 160:
            subject, action = draw.choice(subjects), draw.choice(actions)
            opening, closing = draw.choice(OPENINGS), draw.choice(CLOSINGS)
            if draw.random() < 0.25:
                other = draw.choice([name for name in TOPICS if name != topic])
                closing = f", but the {draw.choice(TOPICS[other][0])} does not notice"
            text = f"{opening}the {subject} {action}{closing}."
            text = text[0].upper() + text[1:]
            if text in seen:
                continue
            seen.add(text)
            made += 1
            splits[split_of(text)].append({"label": topic, "text": text})
    for split, records in splits.items():
        records.sort(key=lambda record: hashlib.sha256(record["text"].encode()).digest())
        for number, record in enumerate(records):
            record["id"] = f"{split}-{number}"
    return {f"topics/{split}.jsonl": records for split, records in splits.items()}


def questions():
    """60 sentences with a question whose answers are words of the sentence."""
    draw = random.Random(17)
    names, records = ["Ada", "Bela", "Chidi", "Dora", "Emre", "Fumiko"], []
    things = [subject for subjects, _ in TOPICS.values() for subject in subjects]
    for number, (name, thing) in enumerate(draw.sample(list(itertools.product(names, things)), 60)):
        count, day = draw.randint(2, 12), draw.choice(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"])
        question, answers = [(f"Who tested the {thing}?", [name]), (f"What did {name} test?", [f"the {thing}", thing]),
                             (f"When did {name} test the {thing}?", [f"on {day}", day]),
                             (f"How many flaws did {name} find?", [str(count), f"{count} flaws"])][number % 4]
        passage = f"On {day} {name} tested the {thing} and found {count} flaws."
        records.append({"answers": answers, "id": f"test-{number}", "passage": passage, "question": question})
    return {"questions/test.jsonl": records}


def main():
    for file, records in {**topics(), **questions()}.items():
        text = "".join(json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n" for record in records)
        path = HERE / file
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.exit(f"{file} is not what make_tasks.py writes; run it")


main()
