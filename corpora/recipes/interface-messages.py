"""Messages of two programs' translations, for scripts with little prose: LibreOffice (gettext) and Firefox (Fluent)."""
import re
import struct
import zipfile

import tools

OFFICE = "ar fa he hi ja km ko dz ta th zh-CN".split()
BROWSER = "ar el fa he hi-IN km my ta th uk ur vi".split()


def gettext_messages(path):
    """Yields (context and English text, translation) of a .mo file."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack_from(order + "III", data, 8)
    for i in range(count):
        pieces = []
        for table in (originals, translations):
            length, offset = struct.unpack_from(order + "II", data, table + 8 * i)
            pieces.append(data[offset:offset + length].decode("utf-8"))
        if pieces[0]:
            yield pieces[0], pieces[1]


def clean(text):
    """Takes out mark-up and key markers; None for messages with placeholders."""
    text = re.sub(r"\(~[A-Za-z]\)|\(_[A-Za-z]\)", "", text)
    text = re.sub(r"</?[A-Za-z][^<>]*>", "", text).replace("~", "").replace("_", "")
    text = tools.squeeze(text.replace("\\n", " ").replace("\0", " "))
    return None if re.search(r"%|\$|[{}#@<>]", text) else text


def office(root, lang):
    for path in sorted(root.rglob("*.mo")):
        for number, (key, text) in enumerate(gettext_messages(path)):
            english = key.split("\4")[-1]
            cleaned = clean(text)
            if cleaned and text != english:
                yield f"office/{path.stem}#{number}", cleaned


def browser(root):
    for archive in sorted(root.rglob("*.xpi")):
        with zipfile.ZipFile(archive) as pack:
            for name in sorted(n for n in pack.namelist() if n.endswith(".ftl")):
                message = []
                lines = pack.read(name).decode("utf-8").split("\n") + ["end"]
                number = 0
                for line in lines:
                    start = re.match(r"(?: {4}\.)?-?[A-Za-z][A-Za-z0-9_-]* *=(.*)$", line)
                    if start or not line.startswith(" "):
                        text = clean(" ".join(message))
                        if text:
                            yield f"browser/{name}#{number}", text
                        message, number = [start.group(1)] if start else [], number + 1
                    elif message:
                        message.append(line)


def build(recipe):
    roots = {}
    for lang in [lang for lang in OFFICE if lang in recipe.languages]:
        roots.setdefault(lang, []).append(("office", recipe.debian(f"libreoffice-l10n-{lang.lower()}")))
    for lang in [lang for lang in BROWSER if lang.replace("hi-IN", "hi") in recipe.languages]:
        roots.setdefault("hi" if lang == "hi-IN" else lang, []).append(("browser", recipe.debian(f"firefox-esr-l10n-{lang.lower()}")))
    english = {text for _, text in browser(recipe.debian("firefox-esr-l10n-en-gb"))}
    for lang in recipe.languages:
        def messages():
            for kind, root in roots[lang]:
                yield from office(root, lang) if kind == "office" else browser(root)
        recipe.write(f"{lang}.jsonl", ({"id": key, "lang": lang, "text": text}
                                       for key, text in tools.fresh(messages(), english, lang)))
