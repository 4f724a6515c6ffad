"""Paragraphs of the LibreOffice help, one file a language (Khmer, Dzongkha and Hindi: scripts with little other prose)."""
import tools


def passages(folder):
    for path in sorted(folder.rglob("*.html")):
        texts = tools.Passages.of(path, ["related", "bug", "debug"])
        for number, text in enumerate(texts):
            yield f"{path.relative_to(folder).with_suffix('')}#{number}", text


def build(recipe):
    english = {text for _, text in passages(recipe.debian("libreoffice-help-en-us") / "usr/share/libreoffice/help/en-US")}
    for lang in recipe.languages:
        root = recipe.debian(f"libreoffice-help-{lang.lower()}") / "usr/share/libreoffice/help" / lang
        recipe.write(f"{lang}.jsonl", ({"id": key, "lang": lang, "text": text}
                                       for key, text in tools.fresh(passages(root / "text"), english, lang)))
