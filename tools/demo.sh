#!/bin/bash
# tools/demo.sh LETTERPRESS FOLDER
#
# Shows what the command does with the sample corpus: pictures of single texts, shards in three formats and several
# layouts, a contact sheet, a check of everything, small models trained on it, fine-tuned and evaluated on a task. All that
# it makes lies in FOLDER.
set -euo pipefail
letterpress=$(readlink -f "${1:?the letterpress command}")
folder=${2:?the folder to write}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -rf "$folder"
mkdir -p "$folder/pictures"
sample=corpora/sample

heading() { printf '\n%s\n' "$*"; }
run() {
    local shown=letterpress word
    for word; do
        case $word in *[!A-Za-z0-9_./=-]*) shown+=" \"$word\"" ;; *) shown+=" $word" ;; esac
    done
    echo "  $shown"
    "$letterpress" "$@" 2>&1 | sed -u 's/^/    /'
}

heading "The fonts"
run fonts check default

heading "A text, patch by patch: number above, bytes of the text below"
run preview "My cool 🐱 naïve café — سلام नमस्ते 你好" --grid -o "$folder/pictures/grid.png"
run preview "Is it raining?" --text-b "Yes, bring an umbrella ☂️" --grid -o "$folder/pictures/pair.png"
run preview "A pixel sees 日本語" --side-by-side --grid --scale 3 -o "$folder/pictures/strategies.png"

heading "The sample corpus as shards"
run render $sample/sample.jsonl --keep lang --keep script --out "$folder/single"
run render $sample/sample.jsonl --keep lang --format native --strategy words --offsets exact --out "$folder/words"
run render $sample/sample.jsonl --keep lang --format native --strategy bigrams --max-patches 64 --out "$folder/bigrams"
run render $sample/pairs.jsonl --text-field text_a --text-b-field text_b --label-field label --keep lang \
    --format pixelgpt --out "$folder/pairs"

heading "One stored sequence, and the first of each language"
run inspect "$folder/single" --index 42 -o "$folder/pictures/inspected.png"
run sheet "$folder/single" --by lang --rows 60 -o "$folder/contact-sheet.png"
run sheet "$folder/pairs" --by label --scale 2 -o "$folder/pictures/pairs.png"

heading "Every shard against its manifest, every document rendered again"
for name in single words bigrams pairs; do run verify "$folder/$name" --every 1; done

heading "A small model that learns to predict the next patch, two characters a patch: half a minute"
run pretrain --preset pixelgpt/tiny --strategy bigrams --data $sample/sample.jsonl --held-out 0.1 --steps 120 --warm-up 30 \
    --eval-every 40 --save-every 60 --out "$folder/run"
run score pixels --model "$folder/run/checkpoints/step-00000120" --text "My cool cat reads a book" \
    -o "$folder/pictures/loss-map.png"
echo
echo "  $PWD/$folder/run/report.html"

heading "That model and one of text on a task of four topics, each fine-tuned on 439 sentences and asked 129 others"
run pretrain --preset textgpt/tiny --data $sample/sample.jsonl --held-out 0.1 --steps 60 --warm-up 10 --eval-every 60 \
    --no-baselines --out "$folder/text-run"
run evaluate --model "pixel=$folder/run,text=$folder/text-run" --tasks sample-topic --out "$folder/evaluation"
echo
echo "  $PWD/$folder/evaluation/report.html"

heading "Pictures to look at"
find "$folder" -path "$folder/run/pictures" -prune -o -name '*.png' -print | LC_ALL=C sort | sed "s|^|  $PWD/|"
echo "  $PWD/$folder/run/pictures: true patches above predicted ones, at each evaluation"

heading "What to try next"
cat <<END
  make install                                            # the command on your path, with completions
  letterpress render YOUR.jsonl --out shards              # text, JSON lines, CSV, TSV, tars, Parquet
  letterpress pretrain --preset pixelgpt/tiny --data YOUR.jsonl --out runs/tiny
  letterpress tasks init YOUR.tsv                         # your own table of texts and labels
  letterpress finetune --model $folder/text-run --task YOUR.json --out runs/yours
  letterpress predict --model runs/yours --text "..."
  The pages: $PWD/$folder/run/report.html, $PWD/$folder/evaluation/report.html; the README says more.
END
