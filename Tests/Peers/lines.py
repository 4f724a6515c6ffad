#!/usr/bin/python3
"""Builds the text sets of the fidelity and speed comparisons from corpora made by corpora/fetch.

    lines.py CORPORA OUT [--stack fonts/default.json]

CORPORA holds a folder for each recipe (installation-guide, gnome-user-docs, ...). OUT receives one text file a set, one line
a document, and lines.json: for each set the font files (every order to be compared; first the one font or the two), the number
of lines, where they come from and how many lines were left out for which reason.

A line is a passage of 20 to 400 characters; longer passages are cut after sentences. Lines with a character that the fonts of
the set lack (`missing_glyph`) or with emoji (`emoji`) are left out and counted. Where whole lines do not suffice, stretches
between characters that the font lacks are taken (`stretches`), and for Mongolian overlapping windows of one phrase, which
is all the corpora hold (`windows`, from 8 characters). The choice is by the hash of the text: the same corpora give the same sets.
"""
import argparse
import hashlib
import json
import pathlib
import re
import sys
import unicodedata
from collections import Counter

from fontTools.ttLib import TTFont

LEAST, MOST = 20, 400
LATIN, CJK, EMOJI = "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "NotoColorEmoji.ttf"
GUIDE, BOOK, GNOME, HELP, MESSAGES = "installation-guide", "debian-handbook", "gnome-user-docs", "office-help", "interface-messages"
DESCRIPTIONS, SAMPLES = "debian-descriptions", "script-samples"
# Name, font, lines wanted, sources (recipe and languages).
SINGLE = [
    ("latin", LATIN, 2500, [(GUIDE, "ca cs da de en es fr id it nl pt ro sv"), (GNOME, "fi hr hu lv sl pl pt-BR gl"),
                            (BOOK, "tr-TR nb-NO"), (DESCRIPTIONS, "sk")]),
    ("greek", LATIN, 800, [(GUIDE, "el"), (GNOME, "el"), (BOOK, "el-GR"), (MESSAGES, "el")]),
    ("cyrillic", LATIN, 1000, [(GUIDE, "ru"), (GNOME, "ru sr uk"), (MESSAGES, "uk")]),
    ("vietnamese", LATIN, 700, [(GUIDE, "vi"), (GNOME, "vi"), (BOOK, "vi-VN")]),
    ("arabic", "NotoSansArabic-Regular.ttf", 500, [(BOOK, "ar-MA"), (MESSAGES, "ar")]),
    ("persian", "NotoSansArabic-Regular.ttf", 500, [(BOOK, "fa-IR"), (GNOME, "fa"), (MESSAGES, "fa")]),
    ("hebrew", "NotoSansHebrew-Regular.ttf", 500, [(MESSAGES, "he")]),
    ("devanagari", "NotoSansDevanagari-Regular.ttf", 500, [(HELP, "hi"), (GNOME, "mr"), (MESSAGES, "hi")]),
    ("thai", "NotoSansThai-Regular.ttf", 500, [(MESSAGES, "th")]),
    ("tamil", "NotoSansTamil-Regular.ttf", 500, [(GNOME, "ta"), (MESSAGES, "ta")]),
    ("chinese", CJK, 500, [(GUIDE, "zh_CN"), (BOOK, "zh-CN zh-TW"), (GNOME, "zh-CN")]),
    ("japanese", CJK, 500, [(GUIDE, "ja"), (BOOK, "ja-JP"), (GNOME, "ja")]),
    ("korean", CJK, 500, [(GUIDE, "ko"), (BOOK, "ko-KR"), (GNOME, "ko")]),
    ("khmer", "NotoSansKhmer-Regular.ttf", 500, [(HELP, "km"), (MESSAGES, "km")]),
    ("myanmar", "NotoSansMyanmar-Regular.ttf", 500, [(MESSAGES, "my")]),
    ("tibetan", "NotoSerifTibetan-Regular.ttf", 500, [(HELP, "dz"), (MESSAGES, "dz"), (SAMPLES, "bo")]),
    ("nastaliq", "NotoNastaliqUrdu-Regular.ttf", 500, [(MESSAGES, "ur"), (SAMPLES, "ur")]),
    ("mongolian", "NotoSansMongolian-Regular.ttf", 100, [(SAMPLES, "mn")]),
    ("bengali", "NotoSansBengali-Regular.ttf", 500, [(GNOME, "as")]),
    ("gujarati", "NotoSansGujarati-Regular.ttf", 500, [(GNOME, "gu")]),
    ("telugu", "NotoSansTelugu-Regular.ttf", 200, [(GNOME, "te")]),
]
TWO_FONTS = {"arabic", "persian", "hebrew", "devanagari", "thai", "tamil", "chinese", "japanese", "korean", "khmer", "myanmar",
             "tibetan", "nastaliq"}
SCRIPT_OF_SET = {"mongolian": "Mong"}
MIXED = [(GUIDE, "en de fr es it pt nl cs sv ru el vi ja ko zh_CN da"), (GNOME, "pl fi hu uk ta"), (BOOK, "tr-TR fa-IR ar-MA"),
         (HELP, "hi")]
SENTENCE_END = re.compile(r"(?<=[.!?।۔؟།။។])\s+|(?<=[。！？])")


def ignorable(character):
    code = ord(character)
    return unicodedata.category(character) in ("Cf", "Cc", "Zl", "Zp") or 0xFE00 <= code <= 0xFE0F or 0x180B <= code <= 0x180F


class Fonts:
    FOLDERS = [pathlib.Path("/usr/share/fonts"), pathlib.Path("/usr/local/share/fonts")]

    def __init__(self):
        self.paths = {path.name: path for folder in self.FOLDERS for path in sorted(folder.rglob("*.tt[fc]"))}
        self.cache = {}

    def characters(self, file):
        if file not in self.cache:
            if file not in self.paths:
                sys.exit(f"lines: font file {file} is not installed; see fonts/README.md")
            self.cache[file] = set(TTFont(self.paths[file], fontNumber=0, lazy=True).getBestCmap())
        return self.cache[file]

    def is_emoji(self, character):
        code = ord(character)
        return code == 0xFE0F or code >= 0x2190 and code in self.characters(EMOJI) and code not in self.characters(LATIN)


class Builder:
    def __init__(self, corpora, out):
        self.corpora, self.out, self.fonts, self.report = corpora, out, Fonts(), []
        out.mkdir(parents=True, exist_ok=True)

    def documents(self, sources, script=None):
        """Yields (source name, text)."""
        for recipe, languages in sources:
            for lang in languages.split():
                file = "script-samples" if recipe == SAMPLES else lang
                path = self.corpora / recipe / f"{file}.jsonl"
                if not path.exists():
                    sys.exit(f"lines: {recipe}/{file}.jsonl is missing; run corpora/fetch {recipe} {self.corpora / recipe}")
                with open(path, encoding="utf-8") as records:
                    for line in records:
                        record = json.loads(line)
                        if recipe != SAMPLES or record["lang"] == lang and script in (None, record["script"]):
                            yield f"{recipe}/{lang}", record["text"]

    @staticmethod
    def lines_of(text):
        """Passages of at most MOST characters: paragraphs, or sentences put together again where a paragraph is longer."""
        for paragraph in text.split("\n"):
            if len(paragraph) <= MOST:
                yield paragraph
                continue
            current = ""
            for sentence in SENTENCE_END.split(paragraph):
                if current and len(current) + 1 + len(sentence) > MOST:
                    yield current
                    current = sentence
                else:
                    current = f"{current} {sentence}" if current and not current.endswith(("。", "！", "？")) else current + sentence
            yield current

    def choose(self, candidates, wanted):
        """candidates: text -> source. -> chosen (text, source), by hash."""
        ordered = sorted(candidates.items(), key=lambda item: hashlib.sha256(item[0].encode()).digest())
        return ordered[:wanted]

    def write(self, name, orders, chosen, **more):
        (self.out / f"{name}.txt").write_text("".join(text + "\n" for text, _ in chosen), encoding="utf-8", newline="\n")
        self.report.append({"file": f"{name}.txt", "fonts": orders, "lines": len(chosen), "name": name,
                            "sources": dict(sorted(Counter(source for _, source in chosen).items())), **more})

    def sift(self, sources, files, script=None, needs_each=False):
        """-> (usable text -> source, lines left out for a missing glyph, counts of reasons)."""
        sets = [self.fonts.characters(file) for file in files]
        covered, usable, uncovered, reasons = set().union(*sets), {}, {}, Counter()
        for source, text in self.documents(sources, script):
            for line in self.lines_of(text):
                line = line.strip(" ")
                if line in usable or line in uncovered:
                    continue
                visible = [character for character in line if not ignorable(character) and character != " "]
                if not LEAST <= len(line) <= MOST:
                    reasons["too_short" if len(line) < LEAST else "too_long"] += 1
                elif any(map(self.fonts.is_emoji, line)):
                    reasons["emoji"] += 1
                elif any(ord(character) not in covered for character in visible):
                    reasons["missing_glyph"] += 1
                    uncovered[line] = source
                elif needs_each and any(all(ord(character) in one for character in visible) for one in sets):
                    reasons["one_font_suffices"] += 1
                else:
                    usable[line] = source
        return usable, uncovered, dict(sorted(reasons.items()))

    def stretches(self, lines, file):
        """Parts of lines between characters that the font lacks."""
        covered, found = self.fonts.characters(file), {}
        for line, source in lines.items():
            parts, current = [], ""
            for character in line + "\uffff":
                if ord(character) in covered or ignorable(character) and character != "\uffff":
                    current += character
                else:
                    parts.append(current)
                    current = ""
            for part in parts:
                part = part.strip(" ")
                if LEAST <= len(part) <= MOST and sum(map(str.isalpha, part)) > len(part) / 2:
                    found.setdefault(part, source)
        return found

    def single(self, name, file, wanted, sources):
        usable, uncovered, reasons = self.sift(sources, [file], SCRIPT_OF_SET.get(name))
        chosen, stretches, windows = self.choose(usable, wanted), 0, 0
        if len(chosen) < wanted:
            more = {text: source for text, source in self.stretches(uncovered, file).items() if text not in usable}
            more = self.choose(more, wanted - len(chosen))
            chosen, stretches = chosen + more, len(more)
        if name == "mongolian":
            passages = [(t, s) for s, text in self.documents(sources, "Mong") for t in self.stretches({text: s}, file)] + chosen
            pieces = {}
            for text, source in passages:
                words = text.split(" ")
                for start in range(len(words)):
                    for end in range(start + 1, len(words) + 1):
                        piece = " ".join(words[start:end])
                        if 8 <= len(piece) <= MOST:
                            pieces.setdefault(piece, source)
            more = [item for item in self.choose(pieces, wanted) if item not in chosen][: wanted - len(chosen)]
            chosen, windows = chosen + more, len(more)
        self.write(name, [[file]], chosen, left_out=reasons, stretches=stretches, wanted=wanted, windows=windows)

    def two_fonts(self, name, file, wanted, sources):
        usable, _, reasons = self.sift(sources, [LATIN, file], SCRIPT_OF_SET.get(name), needs_each=True)
        if file == CJK:  # this font holds Latin letters itself: lines with both, or the pair would test one font only
            usable = {t: s for t, s in self.sift(sources, [LATIN, file])[0].items()
                      if any(c.isascii() and c.isalpha() for c in t) and any(ord(c) >= 0x3040 for c in t)}
            reasons.pop("one_font_suffices", None)
        self.write(f"two-{name}", [[LATIN, file], [file, LATIN]], self.choose(usable, wanted), left_out=reasons, wanted=wanted)

    def emoji(self):
        """English and Greek lines with an emoji put between two words, lines of emoji, sequences of every kind."""
        codes = sorted(c for c in self.fonts.characters(EMOJI) if c >= 0x1F300 and not 0x1F3FB <= c <= 0x1F3FF and c < 0xE0000)
        people, tones = [0x1F44D, 0x1F44B, 0x1F469, 0x1F468, 0x1F9D1, 0x1F476, 0x1F64F, 0x1F4AA], range(0x1F3FB, 0x1F400)
        sequences = [chr(p) + chr(t) for p in people for t in tones]
        sequences += [chr(p) + "\u200d" + j for p in people[2:5] for j in ("🚀", "🍳", "🏫", "💻", "🌾", "🎨", "🚒")]
        sequences += ["👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧\u200d👦", "👩\u200d👩\u200d👦", "👨\u200d👦", "🏳\ufe0f\u200d🌈", "🏴\u200d☠\ufe0f", "👩\u200d❤\ufe0f\u200d👨",
                      "🐕\u200d🦺", "👁\ufe0f\u200d🗨\ufe0f", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"]
        flags = "DE FR GR JP KR CN TW IN TH IL SA IR EG ET KH MM MN VN UA PL PT BR US CA GB ES IT SE FI NO DK NL BE CH AT".split()
        sequences += ["".join(chr(0x1F1E6 + ord(letter) - 65) for letter in flag) for flag in flags]
        sequences += [digit + "\ufe0f\u20e3" for digit in "0123456789#*"]
        sequences += [chr(c) + "\ufe0f" for c in (0x2600, 0x2601, 0x2602, 0x2764, 0x263A, 0x2708, 0x270F, 0x2702, 0x260E, 0x00A9, 0x00AE)]
        base, _, _ = self.sift([(GUIDE, "en el")], [LATIN])
        lines = [text for text, _ in self.choose(base, 600)]
        chosen, sources = [], [chr(c) for c in codes]
        ordered = sorted(sources, key=lambda t: hashlib.sha256(t.encode()).digest())[:280] + sequences
        for number, emoji in enumerate(ordered):
            words = lines[number % len(lines)].split(" ")
            middle = len(words) // 2
            chosen.append((" ".join(words[:middle] + [emoji] + words[middle:])[:MOST], "words of installation-guide, emoji put in"))
        self.write("emoji", [[LATIN, EMOJI]], chosen)
        single = [(emoji, "list in lines.py and characters of the emoji font") for emoji in ordered]
        self.write("emoji-alone", [[LATIN, EMOJI]], single)

    def speed(self, stack):
        """English lines as they are, English lines of 2,000 characters and more, lines of 25 languages in turn."""
        covered = self.fonts.characters(LATIN)
        paragraphs = []
        for source, text in self.documents([(DESCRIPTIONS, "en")]):
            for line in text.split("\n"):
                if len(line) >= 40 and all(ord(c) in covered for c in line):
                    paragraphs.append((line, source))
        self.write("speed-english", [[LATIN]], paragraphs[:60000])
        long_lines, current, size = [], [], 0
        for line, source in paragraphs:
            current.append(line)
            size += len(line) + 1
            if size > 2000:
                long_lines.append((" ".join(current)[:2600], source))
                current, size = [], 0
        self.write("speed-english-long", [[LATIN]], long_lines[:6000], joined="paragraphs until 2,000 characters")
        union = set()
        for font in stack["fonts"]:
            if font["role"] == "text":
                union |= self.fonts.characters(font["file"])
        by_language = []
        for recipe, languages in MIXED:
            for lang in languages.split():
                lines = {}
                for source, text in self.documents([(recipe, lang)]):
                    for line in self.lines_of(text):
                        if len(line) >= 40 and all(ord(c) in union or ignorable(c) for c in line):
                            lines.setdefault(line, source)
                by_language.append(self.choose(lines, 1200))
        turns = [lines[i] for i in range(1200) for lines in by_language if i < len(lines)]
        self.write("speed-mixed", "stack", turns, languages=len(by_language))
        for name in ("speed-english", "speed-english-long", "speed-mixed"):
            texts = (self.out / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]
            with open(self.out / f"{name}.jsonl", "w", encoding="utf-8", newline="\n") as out:
                out.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--stack", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "fonts/default.json")
    options = parser.parse_args()
    builder = Builder(options.corpora, options.out)
    for name, file, wanted, sources in SINGLE:
        builder.single(name, file, wanted, sources)
        if name in TWO_FONTS:
            builder.two_fonts(name, file, wanted, sources)
    builder.emoji()
    builder.speed(json.loads(options.stack.read_text()))
    text = json.dumps({"longest": MOST, "sets": builder.report, "shortest": LEAST}, ensure_ascii=False, indent=1, sort_keys=True)
    (options.out / "lines.json").write_text(text + "\n", encoding="utf-8")
    for entry in builder.report:
        extra = {k: entry[k] for k in ("left_out", "stretches", "windows") if entry.get(k)}
        print(f"{entry['name']:20}{entry['lines']:>7} lines  {json.dumps(extra)}")


main()
