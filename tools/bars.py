#!/usr/bin/python3
"""Measures what the benchmarks page reports, side by side with the reference renderer.

    tools/bars.py WORK [pixels] [speed] [files] [memory] [kill]     all of them when none is named

WORK keeps fetched corpora, line sets and references from one run to the next. Needs a release build, the Debian packages
of Tests/Peers/README.md, and a quiet machine. Each comparison alternates peer and ours for ROUNDS rounds and takes
medians; rates are text patches a second. Prints Markdown.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "Tests/Peers"
BUILD = ROOT / ".build/release"
NOTO = pathlib.Path("/usr/share/fonts/truetype/noto")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CORPORA = "script-samples installation-guide debian-handbook gnome-user-docs office-help interface-messages debian-descriptions"


def output(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def prepare(work):
    """Corpora, line sets, references."""
    for name in CORPORA.split():
        if not (work / "corpora" / name / "fetched.json").exists():
            subprocess.run([ROOT / "corpora/fetch", name, work / "corpora" / name], check=True, stdout=sys.stderr)
    if not (work / "lines/lines.json").exists():
        subprocess.run([PEERS / "lines.py", work / "corpora", work / "lines"], check=True, stdout=sys.stderr)


def stack():
    return output(PEERS / "stack_fonts.py", ROOT / "fonts/default.json").split()


def peer(fonts, text, *extra):
    command = [PEERS / "run_isolated.sh", *fonts, "--", "/usr/bin/python3", PEERS / "pango_strips.py", "speed", text]
    return json.loads(output(*command, "--repeat", "1", *extra))["patches_per_second"]


def stream(text, *extra):
    return json.loads(output(BUILD / "letterpress-bench", "stream", "--lines", text, "--repeats", "1", *extra))[
        "patches_per_second"]


def pixels(work):
    print("\n## Same pixels\n")
    if not (work / "strips/references.json").exists():
        subprocess.run([PEERS / "references.py", work / "lines", work / "strips"], check=True, stdout=sys.stderr)
    print(output(BUILD / "letterpress-bench", "fidelity-sets", work / "lines", work / "strips"), end="")


def row(name, ours, theirs, note=""):
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"| {name} | {a / 1e3:,.0f} | {b / 1e3:,.0f} | {a / b:.2f} | {note} |", flush=True)


def speed(work):
    print("\n## Patch stream in memory\n\n| text | ours, thousand a second | theirs | ratio | |\n|---|---|---|---|---|")
    sans = NOTO / "NotoSans-Regular.ttf"
    for name, fonts in (("speed-english-long", [sans]), ("speed-english", [sans]), ("speed-mixed", stack())):
        text = work / "lines" / f"{name}.txt"
        font = ["--font", sans] if len(fonts) == 1 else ["--stack", ROOT / "fonts/default.json"]
        theirs, rgb, gray, two = [], [], [], []
        for _ in range(ROUNDS):
            theirs.append(peer(fonts, text))
            rgb.append(stream(text, *font))
            gray.append(stream(text, *font, "--gray"))
            two.append(stream(text, *font, "--threads", "2"))
        row(f"{name}, RGB", rgb, theirs)
        row(f"{name}, one channel", gray, theirs)
        row(f"{name}, RGB, two threads against one", two, rgb, "ratio of ours to ours")


def render(work, name, *extra):
    """-> (patches a second by the clock, patches a second of processor time, bytes)."""
    out = pathlib.Path(tempfile.mkdtemp(dir=work))
    shutil.rmtree(out)
    start, before = time.monotonic(), os.times()
    subprocess.run([BUILD / "letterpress", "render", work / "lines" / f"{name}.jsonl", "--out", out, "--quiet", *extra],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    spent, after = time.monotonic() - start, os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    manifest = json.loads((out / "manifest.json").read_text())
    patches = manifest["counts"]["patches"] - manifest["counts"]["sequences"]
    size = sum(f.stat().st_size for f in out.iterdir())
    shutil.rmtree(out)
    return patches / spent, patches / busy, size


def files(work):
    print("\n## From JSON lines to files\n\n| job | ours, thousand a second | theirs | ratio | |\n|---|---|---|---|---|")
    sans, name = NOTO / "NotoSans-Regular.ttf", "speed-english-long"
    cases = {"native, 1 worker": ("native", "1"), "native, 2 workers": ("native", "2"), "webdataset, 1 worker": ("webdataset", "1")}
    theirs, png, ours, busy, sizes = [], [], {c: [] for c in cases}, {c: [] for c in cases}, {}
    tar = work / "peer.tar"
    for _ in range(ROUNDS):
        theirs.append(peer([sans], work / "lines" / f"{name}.txt"))
        for case, (form, workers) in cases.items():
            rate, per_cpu, sizes[case] = render(work, name, "--format", form, "--workers", workers, "--overflow", "truncate")
            ours[case].append(rate)
            busy[case].append(per_cpu)
    for _ in range(max(1, ROUNDS // 2)):
        png.append(peer([sans], work / "lines" / f"{name}.txt", "--png", tar))
    for case in cases:
        reference = png if case.startswith("webdataset") else theirs
        row(case, ours[case], reference)
        row(case + ", of processor time", busy[case], reference)
    print(f"\nBytes of the WebDataset tar: ours {sizes['webdataset, 1 worker']:,}, Pango plus Pillow {tar.stat().st_size:,}, "
          f"ratio {sizes['webdataset, 1 worker'] / tar.stat().st_size:.2f}.")
    tar.unlink()


def hostile(work):
    """A corpus of everything: 25 languages, every code point, lines of a megabyte."""
    path = work / "hostile.jsonl"
    with open(path, "w", encoding="utf-8") as out:
        for name in ("speed-mixed", "speed-english"):
            out.write((work / "lines" / f"{name}.jsonl").read_text(encoding="utf-8"))
        mixed = (work / "lines/speed-mixed.txt").read_text(encoding="utf-8").replace("\n", " ")
        for text in (mixed.encode()[:1000000].decode("utf-8", "ignore"), "m" * 1000000, "\u0915\u094d\u0937\u093f" * 80000):
            out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
        for first in range(0x20, 0x323AF, 700):
            text = "".join(chr(c) for c in range(first, first + 700) if not 0xD800 <= c < 0xE000)
            out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return path


def memory(work):
    print("\n## Peak memory\n\n| workers | format | options | MiB |\n|---|---|---|---|")
    path = hostile(work)
    for workers in ("1", "8"):
        for form, extra in (("native", []), ("native", ["--overflow", "truncate", "--offsets", "exact"]), ("webdataset", [])):
            out = work / "memory"
            shutil.rmtree(out, ignore_errors=True)
            log = work / "time.txt"
            subprocess.run(["/usr/bin/time", "-f", "%M", "-o", log, BUILD / "letterpress", "render", path, "--out", out,
                            "--workers", workers, "--format", form, "--quiet", *extra], check=True, stdout=subprocess.DEVNULL)
            print(f"| {workers} | {form} | {' '.join(extra)} | {int(log.read_text()) / 1024:.0f} |", flush=True)
            shutil.rmtree(out)


def digest(folder):
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir())}


def kill(work):
    print("\n## Killed and resumed\n")
    source, whole, out = work / "lines/speed-mixed.jsonl", work / "whole", work / "killed"
    generator = random.Random(1)
    for form in ("native", "webdataset"):
        command = [BUILD / "letterpress", "render", source, "--format", form, "--patches-per-shard", "60000", "--quiet"]
        shutil.rmtree(whole, ignore_errors=True)
        start = time.monotonic()
        subprocess.run([*command, "--out", whole], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        spent, expected, same = time.monotonic() - start, digest(whole), 0
        for _ in range(20):
            shutil.rmtree(out, ignore_errors=True)
            process = subprocess.Popen([*command, "--out", out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(generator.uniform(0, spent))
            process.send_signal(signal.SIGKILL)
            process.wait()
            subprocess.run([*command, "--out", out, "--resume"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            same += digest(out) == expected
        print(f"{form}: {same} of 20 runs killed at a random moment and resumed are byte for byte the uninterrupted one.", flush=True)
    shutil.rmtree(whole)
    shutil.rmtree(out)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    work = pathlib.Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    prepare(work)
    versions = output(BUILD / "letterpress", "fonts", "list").splitlines()[:1]
    print(f"<!-- {time.strftime('%Y-%m-%d')} {versions} -->")
    for name in sys.argv[2:] or ["pixels", "speed", "files", "memory", "kill"]:
        {"pixels": pixels, "speed": speed, "files": files, "memory": memory, "kill": kill}[name](work)


main()
