#!/bin/sh
# Takes the names of glyphs, which nothing here reads, out of the typefaces for words: together they
# are 140 kB of the program. Every glyph, every character and every layout rule stays. After putting
# another version of a typeface here, run
#
#     sh assets/fonts/words.sh
#
# It needs pyftsubset, which comes with Python's fonttools.
set -eu
cd "$(dirname "$0")"
for face in Inter-Regular Inter-Medium Inter-SemiBold Inter-Bold JetBrainsMono-Regular; do
    pyftsubset "$face.ttf" --unicodes='*' --glyphs='*' --layout-features='*' --layout-scripts='*' \
        --no-glyph-names --notdef-outline --hinting --name-IDs='*' --name-languages='*' \
        --output-file="$face.slim"
    mv "$face.slim" "$face.ttf"
done
