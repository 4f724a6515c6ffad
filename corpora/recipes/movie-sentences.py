"""Sentences of movie reviews with the mean rating of people, as two tasks: polarity and rating."""
import io
import os
import tarfile
import zipfile

import tools

ARCHIVE = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
MEMBER = "movieReviewSnippets_GroundTruth.txt"


def build(recipe):
    archive = recipe.pypi("vaderSentiment", "0.5", source_archive=True)
    with zipfile.ZipFile(archive) as outer:
        with tarfile.open(fileobj=io.BytesIO(outer.read(ARCHIVE))) as inner:
            member = next((m for m in inner.getmembers() if os.path.basename(m.name) == MEMBER), None)
            if not member:
                tools.fail(f"{ARCHIVE} holds no {MEMBER}")
            lines = inner.extractfile(member).read().decode("utf-8", errors="replace").splitlines()
    rows, seen = [], set()
    for line in lines:
        if not line.strip():
            continue
        identifier, rating, text = line.split("\t", 2)
        text = tools.squeeze(text)
        # One text stands in one split only.
        if text and text not in seen:
            seen.add(text)
            rows.append((identifier, float(rating), text))
    for split in tools.SPLITS:
        # The id numbers sentences of an ordered list, so the split goes by the text.
        mine = [row for row in rows if tools.split_of(row[2]) == split]
        recipe.write_table(f"rating/{split}.tsv", ["id", "rating", "text"], mine)
        recipe.write_table(f"polarity/{split}.tsv", ["id", "polarity", "text"],
                           [(i, "positive" if r > 0 else "negative", t) for i, r, t in mine if abs(r) > 0.05])
