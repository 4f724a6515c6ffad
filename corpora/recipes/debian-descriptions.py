"""Package descriptions of Debian with their sections, one file a language, from apt's translation lists."""
import pathlib
import re
from typing import NamedTuple

import tools


def stanzas(path):
    """Yields dictionaries of a control file; continuation lines keep their leading space."""
    fields, name = {}, None
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            line = line.rstrip("\n")
            if not line:
                if fields:
                    yield fields
                fields, name = {}, None
            elif line[0] in " \t":
                if name:
                    fields[name] += "\n" + line
            else:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
    if fields:
        yield fields


def paragraphs(description):
    """Synopsis, then paragraphs; indented lines (lists, code) stay lines of their own."""
    lines = description.split("\n")
    result, current = [tools.squeeze(lines[0])], []
    for line in lines[1:] + [" ."]:
        body = line[1:]
        verbatim = body.startswith((" ", "\t"))
        if (body.strip() == "." or verbatim or not body.strip()) and current:
            result.append(tools.squeeze(" ".join(current)))
            current = []
        if verbatim:
            result.append(tools.squeeze(body))
        elif body.strip() not in ("", "."):
            current.append(body)
    return [text for text in result if text]


def codename():
    text = pathlib.Path("/etc/os-release").read_text()
    match = re.search(r"^VERSION_CODENAME=\"?(\w+)", text, re.M)
    return match.group(1) if match else tools.fail("/etc/os-release names no VERSION_CODENAME")


class Package(NamedTuple):
    """What a description belongs to; the first package of several that share it."""
    name: str
    section: str
    source: str


def texts_by_language(recipe):
    """-> {language: {Description-md5: paragraphs}} of the recipe's languages and English, {Description-md5: Package}."""
    release = codename()
    recipe.say("fetching the translation lists (about a minute)")
    lists = recipe.update_private_lists(",".join(sorted({"en", *recipe.languages})))
    paths = sorted(lists.glob(f"*_dists_{release}_main_binary-*_Packages"))
    if not paths:
        tools.fail(f"apt fetched no package list of {release} main")
    recipe.check_source({"kind": "apt-lists", "package": f"{release} main", "sha256": tools.sha256(paths[0]),
                         "version": "Packages"})
    packages = {}
    for fields in stanzas(paths[0]):
        if "Description-md5" in fields:
            # "Source: name (version)" stands only where it is not the package's own name.
            source = fields.get("Source", fields["Package"]).split(" ")[0]
            packages.setdefault(fields["Description-md5"], Package(fields["Package"], fields["Section"], source))

    def read(lang):
        # apt writes the underscore of a language as %5f in the file name.
        paths = sorted(lists.glob(f"*_dists_{release}_main_i18n_Translation-{lang.replace('_', '%5f')}"))
        if not paths:
            tools.fail(f"apt fetched no Translation-{lang}")
        recipe.check_source({"kind": "apt-lists", "package": f"Translation-{lang}", "sha256": tools.sha256(paths[0]),
                             "version": release})
        texts = {}
        for fields in stanzas(paths[0]):
            key = fields.get("Description-md5")
            if key in packages and f"Description-{lang}" in fields:
                texts.setdefault(key, paragraphs(fields[f"Description-{lang}"]))
        return texts

    texts = {"en": read("en")}
    for lang in recipe.languages:
        if lang != "en":
            texts[lang] = read(lang)
    return texts, packages


def build(recipe):
    all_texts, packages = texts_by_language(recipe)
    english = all_texts["en"]
    for lang in recipe.languages:
        texts = all_texts[lang]

        def records():
            seen = set()
            for key in sorted(texts, key=lambda k: (packages[k].name, k)):
                left = set() if lang == "en" else set(english.get(key, []))
                kept = [text for _, text in tools.fresh(((None, text) for text in texts[key]), left, lang)]
                text = "\n".join(kept)
                if tools.has_letters(text) and text not in seen:
                    seen.add(text)
                    yield {"id": key, "lang": lang.replace("_", "-"), "section": packages[key].section, "text": text}
        recipe.write(f"{lang}.jsonl", records())
