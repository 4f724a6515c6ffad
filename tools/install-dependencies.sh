#!/bin/bash
# tools/install-dependencies.sh [--checks] [--list]
#
# Looks for Swift and installs what Letterpress needs from Debian's packages: libraries to build with, fonts to draw with,
# programs that tests run.
#   --checks   also what only .ci/run needs
#   --list     name the packages and install nothing
# Silent when nothing is missing. Uses sudo when not root. Exit codes: 69 something is missing and cannot be installed.
set -euo pipefail

build=(binutils git libc6-dev make pkg-config
       libarchive-dev libdnnl-dev libfreetype-dev libfribidi-dev libharfbuzz-dev libopenmpi-dev libpng-dev libsentencepiece-dev libssl-dev zlib1g-dev)
tests=(openmpi-bin xz-utils zstd)
fonts=(fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji fonts-noto-mono)
toolchain=(libcurl4 libedit2 libncurses6 libpython3.11 libsqlite3-0 libxml2 tzdata)
checks=(python3 python3-fonttools python3-venv)
swift_wanted=6.3

say() { echo "letterpress: $*" >&2; }

packages=("${build[@]}" "${tests[@]}" "${fonts[@]}")
list=
for argument; do
    case $argument in
        --checks) packages+=("${checks[@]}") ;;
        --list) list=1 ;;
        *) say "unknown argument $argument; there are --checks and --list"; exit 64 ;;
    esac
done
if [ -n "$list" ]; then
    printf '%s\n' "${packages[@]}"
    exit 0
fi

if ! command -v swift >/dev/null; then
    say "Swift $swift_wanted is missing. Install it as https://www.swift.org/install/linux/ tells, then put its usr/bin in PATH."
    exit 69
fi
version() { swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1 || true; }
check_version() {
    local found
    found=$(version)
    if [ "$(printf '%s\n' "$swift_wanted" "${found:-0}" | sort -V | head -n 1)" != "$swift_wanted" ]; then
        say "Swift $swift_wanted or later is needed; $(command -v swift) is ${found:-of an unknown version}."
        exit 69
    fi
}
# A toolchain that was only unpacked may lack libraries of its own.
if [ -n "$(version)" ]; then check_version; else packages+=("${toolchain[@]}"); fi

if ! command -v dpkg-query >/dev/null; then
    say "this is no Debian: install the like of these by hand if the build misses them: ${packages[*]}"
    exit 0
fi
installed() {
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true
}
missing=()
present=" $(installed "${packages[@]}" | tr '\n' ' ')"
for package in "${packages[@]}"; do
    case $present in *" $package "*) ;; *) missing+=("$package") ;; esac
done
# Swift links with the C++ library of any version; g++ brings the current one.
[ -n "$(installed 'libstdc++-*-dev')" ] || missing+=(g++)
if [ ${#missing[@]} -eq 0 ]; then
    check_version
    exit 0
fi

say "these Debian packages are missing: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    say "there is no apt-get here; install them by hand"
    exit 69
fi
root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        say "not root, and there is no sudo; as root: apt-get install --no-install-recommends ${missing[*]}"
        exit 69
    fi
    say "sudo is used to install them"
    root=(sudo)
fi
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >&2; }
known() { LC_ALL=C apt-cache policy "${missing[@]}" 2>/dev/null | grep -c 'Candidate: [^(]' || true; }
if [ "$(known)" -lt ${#missing[@]} ]; then
    say "apt-get update"
    apt update
    fresh=1
fi
say "apt-get install --no-install-recommends ${missing[*]}"
if ! apt install --no-install-recommends "${missing[@]}"; then
    # The list of packages may be old: a file that it names may be gone.
    if [ -n "${fresh:-}" ] || ! { say "apt-get update, then once more"; apt update; } \
        || ! apt install --no-install-recommends "${missing[@]}"; then
        say "apt-get could not install: ${missing[*]}"
        exit 69
    fi
fi
check_version
