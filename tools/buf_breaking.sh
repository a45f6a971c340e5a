#!/bin/sh
# Compares the contracts with the last release, else with main: buf_breaking.sh BUF. Says so when there is neither.
set -eu
cd "$(dirname "$0")/.."

if against=$(git describe --tags --abbrev=0 2>/dev/null); then
    :
elif git rev-parse --verify --quiet main~ >/dev/null; then
    against=main~
else
    echo "buf breaking: no release and no earlier main to compare with"
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
echo "buf breaking: against $against"
"$1" breaking proto --against "$earlier/proto"
