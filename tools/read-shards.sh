#!/bin/bash
# tools/read-shards.sh LETTERPRESS: reads our shards with the Python packages webdataset and datasets, installed into
# a folder of their own below .build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
letterpress=$(readlink -f "${1:?the letterpress command}")
environment=.build/python-readers
if [ ! -x $environment/bin/python ] || ! $environment/bin/python -c 'import webdataset, datasets' 2>/dev/null; then
    echo "installing webdataset and datasets into $environment"
    /usr/bin/python3 -m venv $environment
    $environment/bin/pip install --quiet --disable-pip-version-check webdataset==1.0.2 datasets==5.2.0 pillow numpy
fi
HF_HUB_OFFLINE=1 $environment/bin/python Tests/Peers/read_shards.py "$letterpress"
