#!/bin/bash
# run_isolated.sh FONT[#FACE]... -- COMMAND...
# Runs COMMAND where fontconfig sees these font files only, in this order of preference, with slight hinting and antialiasing,
# and the locale is C.UTF-8: nothing else of the machine can reach the pixels. Of a collection one face is visible (default 0).
# COMMAND finds the family name of the first font in PEER_FAMILY and the list of files in PEER_FONTS (one a line).
# Needs fontconfig (fc-scan).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/fonts" "$dir/cache"
families=""; rejected=""; emoji=""; first=""; list=""; number=0
while [ $# -gt 0 ] && [ "$1" != "--" ]; do
  file=${1%#*}; face=0
  case "$1" in *#*) face=${1##*#} ;; esac
  [ -r "$file" ] || { echo "run_isolated: cannot read font file $file" >&2; exit 66; }
  ln -s "$(realpath "$file")" "$dir/fonts/$(printf %03d $number)-$(basename "$file")"
  number=$((number + 1))
  while IFS=$'\t' read -r index colour variable family; do
    [ "$variable" = True ] && continue
    if [ "$((index & 0xffff))" = "$face" ]; then
      families="$families<edit name=\"family\" mode=\"append_last\" binding=\"strong\"><string>$family</string></edit>"
      first=${first:-$family}
      if [ "$colour" = True ]; then emoji="$emoji<string>$family</string>"; fi
    else
      rejected="$rejected<pattern><patelt name=\"family\"><string>$family</string></patelt></pattern>"
    fi
  done < <(fc-scan --format '%{index}\t%{color}\t%{variable}\t%{family[0]}\n' "$file")
  list="$list$1"$'\n'
  shift
done
[ $# -gt 1 ] && [ -n "$first" ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 64; }
shift
{
  cat <<XML
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$dir/fonts</dir>
  <cachedir>$dir/cache</cachedir>
  <match target="pattern"><edit name="hinting" mode="append"><bool>true</bool></edit></match>
  <match target="pattern"><edit name="hintstyle" mode="append"><const>hintslight</const></edit></match>
  <match target="pattern"><edit name="antialias" mode="append"><bool>true</bool></edit></match>
XML
  # Colour bitmaps are scaled to the size asked for, as every desktop's fontconfig does; outlines are not touched.
  cat <<XML
  <match target="font">
    <test name="outline"><bool>false</bool></test>
    <edit name="pixelsizefixupfactor" mode="assign">
      <divide><name target="pattern">pixelsize</name><name target="font">pixelsize</name></divide>
    </edit>
    <edit name="matrix" mode="assign">
      <times>
        <name>matrix</name>
        <matrix>
          <name>pixelsizefixupfactor</name><double>0</double><double>0</double><name>pixelsizefixupfactor</name>
        </matrix>
      </times>
    </edit>
    <edit name="size" mode="assign"><divide><name>size</name><name>pixelsizefixupfactor</name></divide></edit>
  </match>
XML
  if [ -n "$rejected" ]; then echo "  <selectfont><rejectfont>$rejected</rejectfont></selectfont>"; fi
  if [ -n "$emoji" ]; then
    echo "  <match target=\"pattern\"><test name=\"family\"><string>emoji</string></test>"
    echo "    <edit name=\"family\" mode=\"prepend_first\" binding=\"strong\">$emoji</edit></match>"
  fi
  echo "  <match target=\"pattern\">$families</match>"
  echo "</fontconfig>"
} > "$dir/fonts.conf"
export FONTCONFIG_FILE="$dir/fonts.conf" LANG=C.UTF-8 LC_ALL=C.UTF-8 PEER_FAMILY="$first" PEER_FONTS="$list"
unset FREETYPE_PROPERTIES HB_SHAPER_LIST PANGO_LANGUAGE LANGUAGE || true
"$@"
