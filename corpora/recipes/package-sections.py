"""Descriptions of Debian packages with their section; translations have the split of their source package."""
from collections import Counter

import tools

# The sections with the most English descriptions.
SECTIONS = 20


def build(recipe):
    reader = tools.recipe("debian-descriptions")
    texts, packages = reader.texts_by_language(recipe)
    english = texts["en"]
    counts = Counter(packages[key].section for key in english)
    sections = sorted(name for name, _ in counts.most_common(SECTIONS))
    recipe.say("sections: " + " ".join(sections))
    for lang in recipe.languages:
        found, seen = {split: [] for split in tools.SPLITS}, set()
        for key in sorted(texts[lang], key=lambda k: (packages[k].name, k)):
            package = packages[key]
            if package.section not in sections:
                continue
            left = set() if lang == "en" else set(english.get(key, []))
            kept = [text for _, text in tools.fresh(((None, text) for text in texts[lang][key]), left, lang)]
            text = " ".join(kept)
            if tools.has_letters(text) and text not in seen:
                seen.add(text)
                found[tools.split_of(package.source)].append(
                    {"id": key, "section": package.section, "source": package.source, "text": text})
        for split in tools.SPLITS if lang == "en" else ["test"]:
            recipe.write(f"{lang}/{split}.jsonl", found[split])
