#!/bin/bash
# tools/completions.sh LETTERPRESS SHARE
#
# Writes the completions of bash, zsh and fish to the folders below SHARE in which these shells look for them. Where nothing of the
# command's own fits, bash goes on with file names.
set -euo pipefail
letterpress=${1:?the command} share=${2:?the folder, PREFIX/share}
mkdir -p "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"
"$letterpress" --generate-completion-script bash | sed 's/^complete -o filenames/complete -o default -o filenames/' \
    >"$share/bash-completion/completions/letterpress"
"$letterpress" --generate-completion-script zsh >"$share/zsh/site-functions/_letterpress"
"$letterpress" --generate-completion-script fish >"$share/fish/vendor_completions.d/letterpress.fish"
echo "completions for bash, zsh and fish are in $share; new shells load them"
