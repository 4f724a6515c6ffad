"""One passage for each language-script pair, from the unit test data of a language detector."""
import re
import tarfile

STRING = re.compile(rb'^const char\* kTeststr_([a-z]{2,3}(?:_[A-Z]{2,3})?)_([A-Z][a-z]{3})(\d*)\s*=\s*"((?:[^"\\]|\\.)*)"', re.M)
ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|[0-7]{1,3}|.)", re.S)
SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def decode(literal):
    def one(match):
        code = match.group(1)
        if code[:1] == b"x":
            return bytes([int(code[1:], 16)])
        if code[:1] in b"01234567":
            return bytes([int(code, 8)])
        return SIMPLE.get(code, code)
    return ESCAPE.sub(one, literal)


def build(recipe):
    archive = recipe.pypi("pycld2", "0.42", source_archive=True)
    with tarfile.open(archive) as tar:
        source = tar.extractfile("pycld2-0.42/cld2/internal/unittest_data.h").read()
    found = {}
    for match in STRING.finditer(source):
        lang, script, number, literal = (part.decode("latin-1") if i < 3 else part for i, part in enumerate(match.groups()))
        text = re.sub(r"[ \t\r\n]+", " ", decode(literal).decode("utf-8", errors="replace")).strip(" ")
        found.setdefault((lang.replace("_", "-"), script, text), number)
    keys = sorted(found)
    recipe.write("script-samples.jsonl", ({"lang": lang, "script": script, "text": text} for lang, script, text in keys))
