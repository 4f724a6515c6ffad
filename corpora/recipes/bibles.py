"""Three Bibles in the public domain, aligned by verse. Needs the program diatheke (Debian package diatheke)."""
import os
import re
import shutil
import subprocess

import tools

MODULES = [("sword-text-kjv", "engKJV2006eb", "en"), ("sword-text-web", "engWEB2015eb", "en"), ("sword-text-sparv", "spaRV1909eb", "es")]
VERSE = re.compile(r"^ *((?:[IV]+ )?[A-Z][A-Za-z ]+ \d+:\d+): (.*)$")


def build(recipe):
    if not shutil.which("diatheke"):
        tools.fail("bibles needs diatheke; apt-get install diatheke")
    for package, module, lang in MODULES:
        root = recipe.debian(package) / "usr/share/sword"
        output = subprocess.run(["diatheke", "-b", module, "-f", "plain", "-k", "Gen-Rev"], check=True, stdout=subprocess.PIPE,
                                env={**os.environ, "SWORD_PATH": str(root), "LC_ALL": "C.UTF-8"}).stdout.decode("utf-8")
        verses = []
        for line in output.split("\n"):
            match = VERSE.match(line)
            if match:
                verses.append([match.group(1), match.group(2)])
            elif verses and not line.startswith("("):
                verses[-1][1] += " " + line
        recipe.write(f"{module}.jsonl", ({"id": key, "lang": lang, "text": text} for key, text in
                                         ((k, tools.squeeze(t.replace("¶", " "))) for k, t in verses) if text))
