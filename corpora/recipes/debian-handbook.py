"""Paragraphs of the Debian administrator's handbook, one file a language."""
import tools


def passages(folder):
    for path in sorted(folder.glob("*.html")):
        texts = tools.Passages.of(path, ["docnav", "toc", "programlisting", "screen"])
        for number, text in enumerate(texts):
            yield f"{path.stem}#{number}", text


def build(recipe):
    root = recipe.debian("debian-handbook") / "usr/share/doc/debian-handbook/html"
    english = {text for _, text in passages(root / "en-US")}
    for lang in recipe.languages:
        known = set() if lang == "en-US" else english
        recipe.write(f"{lang}.jsonl", ({"id": key, "lang": lang, "text": text}
                                       for key, text in tools.fresh(passages(root / lang), known, lang)))
