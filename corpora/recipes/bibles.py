"""Three Bibles in the public domain, aligned by verse. Needs the program diatheke (Debian package diatheke)."""
import os
import re
import shutil
import subprocess

import tools

MODULES = [("sword-text-kjv", "engKJV2006eb", "en"), ("sword-text-web", "engWEB2015eb", "en"),
           ("sword-text-sparv", "spaRV1909eb", "es")]
PROSE = {"engKJV2006eb", "spaRV1909eb"}  # one line a verse; what stands between verses are headings
VERSE = re.compile(r"^ *((?:[IV]+ )?[A-Z][A-Za-z ()]+ \d+:\d+): (.*)$")

MARKS = re.compile(r"¶| ?<[GH]\d+>")  # paragraph signs and numbers of a concordance


def build(recipe):
    if not shutil.which("diatheke"):
        tools.fail("bibles needs diatheke; apt-get install diatheke")
    canon = None
    for package, module, lang in MODULES:
        root = recipe.debian(package) / "usr/share/sword"
        output = subprocess.run(["diatheke", "-b", module, "-f", "plain", "-k", "Gen-Rev"], check=True, stdout=subprocess.PIPE,
                                env={**os.environ, "SWORD_PATH": str(root), "LC_ALL": "C.UTF-8"}).stdout.decode("utf-8")
        lines, verses = output.split("\n"), []
        # Before a verse diatheke prints the last heading, in the Psalms and after again and again, mostly after an empty line.
        headings = {f"({module})"} | {line for before, line, after in zip(lines, lines[1:], lines[2:])
                                      if not before.strip() and after.startswith(" ") and VERSE.match(after)}
        for line in lines:
            match = VERSE.match(line)
            if match:
                verses.append((match.group(1), [match.group(2)]))
            elif line.startswith("   The following words used in"):
                break  # the glossary at the end
            elif verses and line not in headings and module not in PROSE:
                verses[-1][1].append(line)
        texts = {key: tools.squeeze(MARKS.sub("", " ".join(lines)).split("<")[0]) for key, lines in verses}
        canon = canon or set(texts)  # the first module's verses; the second holds further books, not all of them sound
        recipe.write(f"{module}.jsonl", ({"id": key, "lang": lang, "text": text} for key, text in texts.items()
                                         if text and key in canon))
