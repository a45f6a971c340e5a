#!/bin/sh
# Compares the contracts with the last release, else with main: buf_breaking.sh BUF. Says so when there is neither.
set -eu
cd "$(dirname "$0")/.."

against=$(tools/compare_with.sh)
if [ -z "$against" ]; then
    echo "buf breaking: compared with nothing"
    exit 0
fi
if ! git cat-file -e "$against:proto/buf.yaml" 2>/dev/null; then
    echo "buf breaking: $against has no contracts yet"
    exit 0
fi
earlier=$(mktemp -d)
trap 'rm -rf "$earlier"' EXIT
# An archive and not buf's git input: that one clones the whole repository, and cannot where the checkout is shallow.
git archive "$against" proto | tar -x -C "$earlier"
echo "buf breaking: against $against of $(git log -1 --format=%cs "$against")"
"$1" breaking proto --against "$earlier/proto"
