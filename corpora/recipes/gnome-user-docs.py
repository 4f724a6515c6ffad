"""Paragraphs of the GNOME user documentation, one file a language; `id` is the same in all languages."""
import xml.etree.ElementTree as ElementTree

import tools

MALLARD = "{http://projectmallard.org/1.0/}"


def passages(folder):
    for path in sorted(folder.glob("gnome-help/*.page")):
        tree = ElementTree.parse(path)
        info = {id(element) for part in tree.iter(f"{MALLARD}info") for element in part.iter()}
        number = 0
        for element in tree.iter():
            if element.tag in (f"{MALLARD}p", f"{MALLARD}title") and id(element) not in info:
                yield f"{path.stem}#{number}", tools.squeeze("".join(element.itertext()))
                number += 1


def build(recipe):
    root = recipe.debian("gnome-user-docs") / "usr/share/help"
    english = {text for _, text in passages(root / "C")}
    for lang in recipe.languages:
        known = set() if lang == "en" else english
        folder = root / ("C" if lang == "en" else lang.replace("-", "_").replace("_Latn", "@latin"))
        recipe.write(f"{lang}.jsonl", ({"id": key, "lang": lang, "text": text}
                                       for key, text in tools.fresh(passages(folder), known, lang)))
