#!/bin/sh
# Prints the commit that a change is compared with: the last release (tag) before HEAD, else where this work left main, else
# the commit before. Prints nothing, and says why on stderr, when there is none.
set -eu
cd "$(dirname "$0")/.."

nothing() {
    echo "nothing to compare with: $1" >&2
    exit 0
}

why=$(git rev-parse --git-dir 2>&1 >/dev/null) || nothing "no git checkout (${why%%
*})"
head=$(git rev-parse --verify --quiet HEAD) || nothing "no commit yet"

# A release is compared with the one before it, not with itself.
set --
for tag in $(git tag --points-at HEAD); do
    set -- "$@" --exclude "$tag"
done
if git describe --tags --abbrev=0 "$@" 2>/dev/null; then
    exit 0
fi
for main in origin/main main; do
    base=$(git merge-base HEAD "$main" 2>/dev/null) || continue
    if [ "$base" != "$head" ]; then
        git rev-parse --short "$base"
        exit 0
    fi
done
if git rev-parse --verify --quiet --short HEAD~; then
    exit 0
fi
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    nothing "a shallow clone without the last release (git fetch --unshallow --tags)"
fi
nothing "no release and no earlier commit"
