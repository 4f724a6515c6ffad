#!/bin/bash
# tools/docs.sh FOLDER
#
# Builds the documentation of every library with a catalogue into FOLDER, warnings as errors, and names the pages.
# The plugin is a dependency only while LETTERPRESS_DOCS is set. DEBUG_OPTIONS are those of the build that it may use.
set -euo pipefail
folder=${1:?the folder to write}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LETTERPRESS_DOCS=1
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
for catalogue in Sources/*/*.docc; do
    target=$(basename "$catalogue" .docc)
    echo "documentation of $target"
    swift package ${DEBUG_OPTIONS:-} --allow-writing-to-directory "$folder" generate-documentation --target "$target" \
        --warnings-as-errors --transform-for-static-hosting --hosting-base-path "$target" \
        --output-path "$folder/$target"
done
echo "serve it: python3 -m http.server --directory $folder, then http://localhost:8000/Typesetting/documentation/typesetting"
