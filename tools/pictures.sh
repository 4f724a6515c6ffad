#!/bin/bash
# tools/pictures.sh LETTERPRESS [FOLDER]
#
# Draws the pictures of the documentation anew. With FOLDER they are laid there under their paths instead of in the tree.
set -euo pipefail
letterpress=$(readlink -f "${1:?the letterpress command}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$(readlink -f "${2:-.}")
shards=$(mktemp -d)
trap 'rm -rf "$shards"' EXIT
mkdir -p "$root/docs/pictures" "$root/Sources/Typesetting/Typesetting.docc/Resources"
"$letterpress" preview "My cool 🐱 naïve café — سلام नमस्ते 你好" --grid --scale 4 \
    -o "$root/docs/pictures/patches.png" --quiet
"$letterpress" preview "A pixel sees 日本語 سلام" --side-by-side --grid --scale 3 -o "$root/docs/pictures/strategies.png" --quiet
"$letterpress" render corpora/sample/sample.jsonl --keep lang --out "$shards/sample" --quiet >"$shards/log"
"$letterpress" sheet "$shards/sample" --by lang --rows 60 -o "$root/docs/pictures/languages.png"
"$letterpress" preview "Egg 🐱 jelly سلام नमस्ते 你好" --grid --scale 8 --columns 8 \
    -o "$root/Sources/Typesetting/Typesetting.docc/Resources/geometry.png" --quiet
