#!/bin/bash
# Adds the method of docs/adding-a-method.md to a copy of the project, with one folder, one line of the catalogue and one word of the
# manifest; builds the copy; then trains a model with it, resumes it from an earlier checkpoint, scores, continues and converts it, and
# fine-tunes and evaluates models with and without the method's structure.
# The copy lies over the project by an overlay mount in a namespace of its own, so that only what changes is built.
# Usage: tools/try-method.sh [debug|release]. Needs Linux, root or user namespaces, and what `make build` needs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ "${1:-}" != inside ]; then
    over=$(mktemp -d)
    trap 'rm -rf "$over"' EXIT
    mkdir "$over/upper" "$over/work"
    mount='mount -t overlay overlay -o "lowerdir=$0,upperdir=$1/upper,workdir=$1/work" "$0" && cd / && exec "$0/tools/try-method.sh" inside "$2"'
    # A user who is not root becomes root in a user namespace.
    [ "$(id -u)" = 0 ] && user=() || user=(--map-root-user)
    unshare -m "${user[@]}" /bin/bash -c "$mount" "$root" "$over" "${1:-debug}"
    exit
fi
build=${2:-debug}
cd "$root"

# The method: a folder, a line, a word.
cp -R tools/method/GatedResidual Sources/Zoo/
sed -i 's/^    \])$/        GatedResidual.self,\n&/' Sources/Zoo/Catalogue.swift
sed -i 's/^let methods = \[\(.*\)\]$/let methods = [\1, "GatedResidual"]/' Package.swift
git --no-pager diff --stat -- Sources Package.swift
swift build -c "$build" --product letterpress
letterpress=.build/$build/letterpress
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

losses() { # the losses of a run's first steps
    sed -n 's/.*"kind":"step".*"loss":\([0-9.e-]*\).*/\1/p' "$1/metrics.jsonl"
}

pretrain=(pretrain --model textgpt/tiny --mix 1:0:0 --data corpora/sample/sample.jsonl --length 64 --batch 4 --steps 12
    --warm-up 0 --schedule constant --save-every 4 --eval-every 6 --eval-sequences 4 --held-out 0.1 --threads 1
    --no-baselines --quiet)
"$letterpress" zoo list | grep -A3 '^gatedresidual'
"$letterpress" "${pretrain[@]}" --out "$out/plain"
"$letterpress" "${pretrain[@]}" --method gates --out "$out/gates"
# The neutral setting: the first step's loss is that of the base model, bit for bit.
[ "$(losses "$out/plain" | head -1)" = "$(losses "$out/gates" | head -1)" ]
[ "$(losses "$out/plain" | tail -1)" != "$(losses "$out/gates" | tail -1)" ]
grep -q '"gates/size"' "$out/gates/metrics.jsonl"
grep -q '"structure"' "$out/gates/checkpoints/step-00000012/config.json"
# A run in pieces is the run in one piece.
cp -R "$out/gates" "$out/pieces"
rm -r "$out/pieces/checkpoints/step-00000012" "$out/pieces/checkpoints/step-00000008"
"$letterpress" pretrain --resume --out "$out/pieces" --threads 1 --quiet
cmp "$out"/{gates,pieces}/checkpoints/step-00000012/model.safetensors
# Other settings are refused by name.
if "$letterpress" pretrain --resume --out "$out/pieces" --method gates:start=1 2> "$out/refused"; then exit 1; fi
grep -q 'method was' "$out/refused"
# Every command opens the folder.
"$letterpress" zoo describe "$out/gates"
"$letterpress" score --model "$out/gates" --text "Ink on paper" | tee "$out/score"
"$letterpress" generate --model "$out/gates" --prompt "Ink on" -n 8 --quiet
"$letterpress" convert "$out/gates/checkpoints/step-00000012" --to "$out/copy"
"$letterpress" score --model "$out/copy" --text "Ink on paper" | cmp - "$out/score"
# A model with gates is fine-tuned, and one that gets them there.
for model in gates plain; do
    "$letterpress" finetune --model "$out/$model" --task sample-topic --method gates --steps 6 --eval-every 3 --length 32 \
        --train-limit 40 --eval-limit 20 --modality text --threads 1 --quiet --out "$out/topic-$model"
    grep -q '"structure"' "$out/topic-$model/best/config.json"
    "$letterpress" evaluate --model "$out/topic-$model" --tasks sample-topic --limit 20 --threads 1 --quiet \
        --out "$out/results-$model"
    test -s "$out/results-$model/report.html"
done
echo "the method of docs/adding-a-method.md works"
