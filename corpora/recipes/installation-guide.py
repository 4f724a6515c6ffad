"""Paragraphs of the Debian installation guide, one file a language."""
import tools


def passages(folder):
    for path in sorted(folder.glob("*.html")):
        texts = tools.Passages.of(path, ["navheader", "navfooter", "toc", "programlisting", "screen"])
        for number, text in enumerate(texts):
            yield f"{path.stem}#{number}", text


def build(recipe):
    root = recipe.debian("installation-guide-amd64") / "usr/share/doc/installation-guide-amd64"
    english = {text for _, text in passages(root / "en")}
    for lang in recipe.languages:
        known = set() if lang == "en" else english
        recipe.write(f"{lang}.jsonl", ({"id": key, "lang": lang.replace("_", "-"), "text": text}
                                       for key, text in tools.fresh(passages(root / lang), known, lang)))
