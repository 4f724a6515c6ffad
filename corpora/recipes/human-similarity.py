"""Pairs of texts with how alike people find them: news documents (Lee), and words (WordSim-353, SimLex-999)."""
import tarfile

FOLDER = "gensim-4.4.0/gensim/test/test_data"


def build(recipe):
    archive = recipe.pypi("gensim", "4.4.0", source_archive=True)
    with tarfile.open(archive) as outer:
        def lines(name, encoding="utf-8"):
            return outer.extractfile(f"{FOLDER}/{name}").read().decode(encoding).splitlines()
        documents, ratings = lines("lee.cor", "cp1252"), lines("similarities0-1.txt")
        pairs = {name: lines(file) for name, file in (("wordsim", "wordsim353.tsv"), ("simlex", "simlex999.txt"))}
    matrix = [[float(cell) for cell in line.split()] for line in ratings]
    # The matrix is whole above its diagonal.
    rows = [(f"{a}-{b}", matrix[a][b], documents[a], documents[b])
            for a in range(len(documents)) for b in range(a + 1, len(documents))]
    recipe.write_table("lee/test.tsv", ["id", "similarity", "text_a", "text_b"], rows)
    for name, found in pairs.items():
        cells = [line.split("\t") for line in found if line.strip() and not line.startswith("#")]
        rows = [(str(number), float(rating), a, b) for number, (a, b, rating) in enumerate(cells)]
        recipe.write_table(f"{name}/test.tsv", ["id", "similarity", "text_a", "text_b"], rows)
