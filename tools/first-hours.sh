#!/bin/bash
# tools/first-hours.sh LETTERPRESS: plays a new user's first hours (tools/first_hours.py), and compares what was fine-tuned with
# `transformers`, which is installed, with torch, into a folder of its own below .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
letterpress=$(readlink -f "${1:?the letterpress command}")
environment=.build/python-client
if ! $environment/bin/python -c 'import torch, transformers, PIL' 2>/dev/null; then
    echo "installing torch and transformers into $environment"
    /usr/bin/python3 -m venv $environment
    $environment/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy
    $environment/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 safetensors pillow
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
$environment/bin/python -m unittest discover -s clients/python/tests
$environment/bin/python tools/first_hours.py --letterpress "$letterpress" --folder "$folder/hours"
