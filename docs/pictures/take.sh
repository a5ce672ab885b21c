#!/bin/sh
# Takes the README's pictures anew: docs/pictures/take.sh [PROGRAM]
# Without a program it is built and run by cargo. No display is needed; software rendering will do.
set -eu
cd "$(dirname "$0")/../.."
program="${1:-cargo run --release --quiet --}"
picture() { # NAME SCENARIO OPTION...
    name=$1
    shift
    # Several words where it is cargo's
    # shellcheck disable=SC2086
    $program snapshot "$@" --size 1600x900 -o "docs/pictures/$name.png"
}
picture credentials facebook-to-s3 --beat 6
picture refusal facebook-to-s3 --beat 11
picture branch facebook-to-s3 --beat 5 --experiment 1
