"""Descriptions of Debian packages beside their translations: for each language the pairs of the test split, at most 1,000."""

import tools

LIMIT = 1000


def build(recipe):
    texts, packages = tools.recipe("debian-descriptions").texts_by_language(recipe)
    english = texts["en"]
    for lang in recipe.languages:
        found, seen = [], set()
        for key in sorted(texts[lang], key=lambda k: (packages[k].name, k)):
            if key not in english or tools.split_of(packages[key].source) != "test":
                continue
            # Paragraphs that were left in English have no translation beside them.
            kept = [text for _, text in tools.fresh(((None, text) for text in texts[lang][key]), set(english[key]), lang)]
            if len(kept) != len(texts[lang][key]):
                continue
            first, second = " ".join(english[key]), " ".join(kept)
            if tools.has_letters(second) and first not in seen and second not in seen:
                seen.update((first, second))
                found.append({"id": key, "lang": lang, "text": first, "translation": second})
        # A sample that does not go by the name of the package.
        found.sort(key=lambda record: record["id"])
        recipe.write(f"{lang}/test.jsonl", found[:LIMIT])
