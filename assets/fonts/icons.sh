#!/bin/sh
# Takes the icons that src/gui/view/icons.rs names out of Phosphor's typefaces: the whole set would
# be a megabyte of the program. After naming a new icon there, run
#
#     sh assets/fonts/icons.sh FOLDER
#
# where FOLDER holds Phosphor-Regular.ttf and Phosphor-Duotone.ttf of Phosphor Icons 2.1, renamed
# from its src/regular/Phosphor.ttf and src/duotone/Phosphor-Duotone.ttf. It needs pyftsubset, which
# comes with Python's fonttools.
set -eu
cd "$(dirname "$0")"
points=$(grep -v '^ *//' ../../src/gui/view/icons.rs | grep -o 'u{[0-9a-f]*}' |
    sed 's/u{\(.*\)}/\1/' | sort -u | paste -sd, -)
for face in Regular Duotone; do
    pyftsubset "$1/Phosphor-$face.ttf" --unicodes="$points" --layout-features='' \
        --no-notdef-outline --name-IDs='*' --output-file="Phosphor-$face.ttf"
done
