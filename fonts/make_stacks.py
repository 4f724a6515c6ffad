#!/usr/bin/env python3
"""Writes the font stacks of this folder (default.json, serif.json, ...) from the font files of this machine.

    make_stacks.py            write every stack
    make_stacks.py --check    compare with what would be written, check that every living script has a font; exit 1 if not

A stack is an ordered list of font files: the first font that covers a cluster draws it. The order and the choice of fonts are
in this program; the SHA-256, the scripts and the package of each file are measured. Needs Debian's python3-fonttools and the
packages named in README.md.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
from collections import Counter

from fontTools import unicodedata
from fontTools.ttLib import TTFont

FOLDERS = [pathlib.Path("/usr/share/fonts/truetype/noto"), pathlib.Path("/usr/share/fonts/opentype/noto")]
HERE = pathlib.Path(__file__).resolve().parent

# Noto families without their prefix, most used scripts first. "Sans" families unless the name says otherwise.
EUROPE = ["NotoSans"]
ARABIC = ["NotoSansArabic", "NotoNaskhArabic", "NotoNastaliqUrdu"]
# A pair is (sans family, serif family); None where Debian has only one of them.
LIVING = [
    ("NotoSansHebrew", "NotoSerifHebrew"),
    ("NotoSansDevanagari", "NotoSerifDevanagari"),
    ("NotoSansBengali", "NotoSerifBengali"),
    ("NotoSansThai", "NotoSerifThai"),
    ("NotoSansTamil", "NotoSerifTamil"),
    ("NotoSansTamilSupplement", None),
    ("NotoSansTelugu", "NotoSerifTelugu"),
    ("NotoSansGujarati", "NotoSerifGujarati"),
    ("NotoSansKannada", "NotoSerifKannada"),
    ("NotoSansMalayalam", "NotoSerifMalayalam"),
    ("NotoSansGurmukhi", "NotoSerifGurmukhi"),
    ("NotoSansOriya", None),
    ("NotoSansSinhala", "NotoSerifSinhala"),
    ("NotoSansArmenian", "NotoSerifArmenian"),
    ("NotoSansGeorgian", "NotoSerifGeorgian"),
    ("NotoSansEthiopic", "NotoSerifEthiopic"),
    ("NotoSansKhmer", "NotoSerifKhmer"),
    ("NotoSansLao", "NotoSerifLao"),
    ("NotoLoopedLao", None),
    ("NotoSansMyanmar", "NotoSerifMyanmar"),
    (None, "NotoSerifTibetan"),
    ("NotoSansMongolian", None),
    ("NotoSansThaana", None),
    ("NotoSansSyriac", None),
    ("NotoSansCherokee", None),
    ("NotoSansCanadianAboriginal", None),
    ("NotoSansTifinagh", None),
    ("NotoSansNKo", None),
    ("NotoSansAdlam", None),
    ("NotoSansVai", None),
    ("NotoSansYi", None),
    ("NotoSansJavanese", None),
    ("NotoSansBalinese", "NotoSerifBalinese"),
    ("NotoSansSundanese", None),
    ("NotoSansBuginese", None),
    ("NotoSansBatak", None),
    ("NotoSansCham", None),
    ("NotoSansTaiTham", None),
    ("NotoSansTaiViet", None),
    ("NotoSansTaiLe", None),
    ("NotoSansNewTaiLue", None),
    ("NotoSansKayahLi", None),
    ("NotoSansLisu", None),
    ("NotoSansMiao", None),
    ("NotoSansOlChiki", None),
    ("NotoSansMeeteiMayek", None),
    ("NotoSansChakma", None),
    ("NotoSansLimbu", None),
    ("NotoSansLepcha", None),
    ("NotoSansNewa", None),
    ("NotoSansSaurashtra", None),
    ("NotoSansSylotiNagri", None),
    ("NotoSansMandaic", None),
    ("NotoSansOsage", None),
    ("NotoSansWancho", None),
    ("NotoSansHanifiRohingya", None),
    ("NotoSansGunjalaGondi", None),
    ("NotoSansMasaramGondi", None),
    ("NotoSansMro", None),
    ("NotoSansWarangCiti", None),
    ("NotoSansSoraSompeng", None),
    ("NotoSansPahawhHmong", None),
    (None, "NotoSerifNyiakengPuachueHmong"),
    ("NotoSansPauCinHau", None),
    ("NotoSansBamum", None),
    ("NotoSansBassaVah", None),
    ("NotoSansMendeKikakui", None),
    ("NotoSansMedefaidrin", None),
    ("NotoSansOsmanya", None),
    ("NotoSansRejang", None),
    ("NotoSansBuhid", None),
    ("NotoSansHanunoo", None),
    ("NotoSansTagalog", None),
    ("NotoSansTagbanwa", None),
    (None, "NotoSerifYezidi"),
    ("NotoSansSamaritan", None),
    ("NotoSansCoptic", None),
    ("NotoSansDeseret", None),
    ("NotoSansShavian", None),
    ("NotoSansSignWriting", None),
]
HISTORIC = [
    ("NotoSansGothic", None), ("NotoSansRunic", None), ("NotoSansOgham", None), ("NotoSansGlagolitic", None),
    ("NotoSansOldHungarian", None), ("NotoSansOldItalic", None), ("NotoSansOldPermic", None), ("NotoSansElbasan", None),
    ("NotoSansCaucasianAlbanian", None), ("NotoSansDuployan", None), (None, "NotoSerifTangut"), ("NotoSansNushu", None),
    ("NotoSansPhagsPa", None), ("NotoSansSoyombo", None), ("NotoSansZanabazarSquare", None), ("NotoSansMarchen", None),
    ("NotoSansBrahmi", None), ("NotoSansKharoshthi", None), ("NotoSansSharada", None), ("NotoSansSiddham", None),
    ("NotoSansGrantha", "NotoSerifGrantha"), ("NotoSansTirhuta", None), ("NotoSansModi", None), ("NotoSansKaithi", None),
    ("NotoSansTakri", None), ("NotoSansKhojki", "NotoSerifKhojki"), ("NotoSansKhudawadi", None), ("NotoSansMahajani", None),
    ("NotoSansMultani", None), (None, "NotoSerifDogra"), (None, "NotoSerifAhom"), ("NotoSansBhaiksuki", None),
    ("NotoSansEgyptianHieroglyphs", None), ("NotoSansCuneiform", None), ("NotoSansUgaritic", None),
    ("NotoSansOldPersian", None), ("NotoSansAnatolianHieroglyphs", None), ("NotoSansMeroitic", None),
    ("NotoSansLinearA", None), ("NotoSansLinearB", None), ("NotoSansCypriot", None), ("NotoSansPhoenician", None),
    ("NotoSansImperialAramaic", None), ("NotoSansPalmyrene", None), ("NotoSansNabataean", None), ("NotoSansHatran", None),
    ("NotoSansElymaic", None), ("NotoSansInscriptionalPahlavi", None), ("NotoSansInscriptionalParthian", None),
    ("NotoSansPsalterPahlavi", None), ("NotoSansAvestan", None), ("NotoSansManichaean", None), ("NotoSansSogdian", None),
    ("NotoSansOldSogdian", None), ("NotoSansOldSouthArabian", None), ("NotoSansOldNorthArabian", None),
    ("NotoSansOldTurkic", None), ("NotoSansCarian", None), ("NotoSansLycian", None), ("NotoSansLydian", None),
]
SYMBOLS = ["NotoSansSymbols", "NotoSansSymbols2", "NotoSansMath", "NotoMusic", "NotoSansIndicSiyaqNumbers",
           "NotoSansMayanNumerals"]
# Regular faces of the packages that no stack uses: the same characters in another style.
UNUSED = {"NotoKufiArabic", "NotoLoopedThai", "NotoRashiHebrew", "NotoSansAdlamUnjoined", "NotoSansDisplay", "NotoSerifDisplay",
          "NotoSerifTamilSlanted", "NotoTraditionalNushu", "NotoMono"} | {
    f"NotoSansTifinagh{style}" for style in ("APT", "Adrar", "AgrawImazighen", "Ahaggar", "Air", "Azawagh", "Ghat", "Hawad",
                                             "RhissaIxa", "SIL", "Tawellemmet")}
# Scripts in today's use by communities (Unicode Annex 31, tables 5 and 7) and Latin's companions; each needs a font.
LIVING_SCRIPTS = """Arab Armn Beng Bopo Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr Hira Kana Knda Khmr Laoo Latn Mlym
    Mymr Orya Sinh Taml Telu Thaa Thai Tibt Adlm Bali Bamu Batk Cakm Cans Cham Cher Gong Hmnp Java Kali Lana Lepc Limb Lisu Mand
    Mtei Newa Nkoo Olck Osge Plrd Rohg Saur Sund Sylo Syrc Tale Talu Tavt Tfng Vaii Wcho Yiii Mong Yezi Brai""".split()
# Living scripts for which Debian 12 packages no Noto font: Nag Mundari, Tangsa, Toto, Vithkuqi.
NO_FONT = ["Nagm", "Tnsa", "Toto", "Vith"]
CJK_FACES = {"ja": "JP", "kr": "KR", "sc": "SC", "tc": "TC", "hk": "HK"}


def find(name):
    for folder in FOLDERS:
        if (folder / name).exists():
            return folder / name
    sys.exit(f"make_stacks: font file {name} not found; install the packages named in fonts/README.md")


def measure_characters():
    """-> (script of each assigned character, characters per script, symbol sets)."""
    script_of, totals, symbols, maths = {}, Counter(), set(), set()
    for code in range(0x110000):
        script = unicodedata.script(chr(code))
        if script == "Zzzz":
            continue
        script_of[code] = script
        totals[script] += 1
        if script == "Zyyy" and unicodedata.category(chr(code)) == "So":
            symbols.add(code)
        if 0x1D400 <= code <= 0x1D7FF:
            maths.add(code)
    return script_of, totals, symbols, maths


class Measurer:
    def __init__(self):
        self.script_of, self.totals, self.symbols, self.maths = measure_characters()
        self.cache = {}
        self.covered = {}

    def scripts(self, characters, role):
        if role == "emoji":
            return ["Zsye"]
        counts = Counter(self.script_of[c] for c in characters if c in self.script_of)
        shares = {s: n / self.totals[s] for s, n in counts.items() if s not in ("Zyyy", "Zinh")}
        found = {s for s, share in shares.items() if share >= 0.2}
        if shares and max(shares.values()) >= 0.15:
            found.add(max(sorted(shares), key=lambda s: shares[s]))
        if len(self.maths & characters) >= len(self.maths) / 2:
            found.add("Zmth")
        if not found or len(self.symbols & characters) >= len(self.symbols) / 20:
            found.add("Zsym")
        return sorted(found)

    def entry(self, file, face_style=None, role="text"):
        key = (file, face_style)
        if key in self.cache:
            return self.cache[key]
        path = find(file)
        face_index, font = 0, None
        while True:
            font = TTFont(path, fontNumber=face_index, lazy=True)
            family = font["name"].getDebugName(1)
            if face_style is None or family == face_style:
                break
            face_index += 1
        package = subprocess.run(["dpkg", "-S", str(path)], capture_output=True, text=True, check=True).stdout.split(":")[0]
        characters = set(font.getBestCmap())
        self.covered[key] = characters
        self.cache[key] = {
            "face_index": face_index, "family": family, "file": file, "package": package, "role": role,
            "scripts": self.scripts(characters, role), "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        return self.cache[key]


def text_fonts(style):
    """Family names before and after the Han font; style is sans, serif or mono.

    Fonts of many scripts hold commas and brackets of Han text, some of them turned, so it must meet its own font first; symbols
    have their own shapes in the symbol fonts, narrower than a Han character.
    """
    def choose(pairs):
        for sans, serif in pairs:
            order = (serif, sans) if style == "serif" else (sans, serif)
            first = next(name for name in order if name)
            yield first
    primary = {"sans": [], "serif": ["NotoSerif"], "mono": ["NotoSansMono"]}[style]
    arabic = ["NotoNaskhArabic", "NotoSansArabic", "NotoNastaliqUrdu"] if style == "serif" else ARABIC
    extra = ["NotoSansMono"] if style != "mono" else []
    return primary + EUROPE + arabic + SYMBOLS, list(choose(LIVING)) + list(choose(HISTORIC)) + extra


def stack(measurer, name, description, style, cjk):
    before, after = text_fonts(style)
    fonts = [measurer.entry(f"{family}-Regular.ttf") for family in before]
    collection, face = {
        "sans": ("NotoSansCJK-Regular.ttc", "Noto Sans CJK"),
        "serif": ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK"),
        "mono": ("NotoSansCJK-Regular.ttc", "Noto Sans Mono CJK"),
    }[style]
    fonts.append(measurer.entry(collection, f"{face} {CJK_FACES[cjk]}"))
    fonts += [measurer.entry(f"{family}-Regular.ttf") for family in after]
    fonts.append(measurer.entry("NotoColorEmoji.ttf", role="emoji"))
    return {"description": description, "fonts": fonts, "name": name}


def encode(value):
    """Sorted keys, one font a line."""
    fonts = ",\n".join("    " + json.dumps(font, sort_keys=True, ensure_ascii=False) for font in value["fonts"])
    return (f'{{\n  "description": {json.dumps(value["description"])},\n  "fonts": [\n{fonts}\n  ],\n'
            f'  "name": {json.dumps(value["name"])}\n}}\n')


def problems(stacks, measurer):
    used = {font["file"] for value in stacks for font in value["fonts"]}
    for folder in FOLDERS:
        for path in sorted(folder.glob("*-Regular.tt[fc]")):
            owner = subprocess.run(["dpkg", "-S", str(path)], capture_output=True, text=True).stdout.split(":")[0]
            known = path.name in used or path.name.split("-")[0] in UNUSED
            if owner in ("fonts-noto-core", "fonts-noto-mono", "fonts-noto-cjk") and not known:
                yield f"{path.name} is in {owner} but in no stack and not in the list of unused faces"
    for value in stacks:
        files = [(font["file"], font["face_index"]) for font in value["fonts"]]
        if len(set(files)) != len(files):
            yield f"{value['name']}: a font stands twice"
        scripts = {script for font in value["fonts"] for script in font["scripts"]}
        for script in LIVING_SCRIPTS:
            if script not in scripts:
                yield f"{value['name']}: no font for the living script {script}"
        for script in NO_FONT:
            if script in scripts:
                yield f"{value['name']}: {script} has a font now; move it to the living scripts"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, report differences")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder to write to")
    options = parser.parse_args()
    measurer = Measurer()
    stacks = [
        stack(measurer, "default", "Noto Sans, Noto fonts of all scripts, CJK with Japanese forms, colour emoji", "sans", "ja"),
        stack(measurer, "default-kr", "as default, Korean forms of Han characters", "sans", "kr"),
        stack(measurer, "default-sc", "as default, simplified Chinese forms of Han characters", "sans", "sc"),
        stack(measurer, "default-tc", "as default, traditional Chinese forms of Han characters", "sans", "tc"),
        stack(measurer, "mono", "Noto Sans Mono first, then as default with monospaced CJK", "mono", "ja"),
        stack(measurer, "serif", "Noto Serif and serif fonts where they exist, then as default", "serif", "ja"),
    ]
    failed = False
    for problem in problems(stacks, measurer):
        print(f"make_stacks: {problem}", file=sys.stderr)
        failed = True
    for value in stacks:
        path, text = options.out / f"{value['name']}.json", encode(value)
        if not options.check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"make_stacks: {path.name} differs from the fonts on this machine", file=sys.stderr)
            failed = True
        print(f"{value['name']}: {len(value['fonts'])} fonts, "
              f"{len({s for font in value['fonts'] for s in font['scripts']})} scripts")
    sys.exit(1 if failed else 0)


main()
