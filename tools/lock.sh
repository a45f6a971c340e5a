#!/bin/sh
# Pins requirements/run.in and dev.in into run.txt and dev.txt: lock.sh PYTHON. Resolves in a throw-away environment.
set -eu
cd "$(dirname "$0")/../requirements"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

echo "Resolving run.in (installs everything, some minutes)"
"$1" -m venv "$work/venv"
pip="$work/venv/bin/python -m pip --disable-pip-version-check"
# The constraint file itself is being made: dev.in's "-c run.txt" must find the new one.
cp run.in dev.in "$work"
$pip install --quiet -r "$work/run.in"
# The local version (+cpu) is the index's, and other indexes lack it.
$pip freeze --all --exclude pip --exclude setuptools | sed 's/^\(torch==[^+]*\)+.*/\1/' | sort -f >"$work/pins"
{ echo "# Locked by 'make lock' from run.in; do not edit."; cat "$work/pins"; } >"$work/run.txt"

echo "Resolving dev.in"
$pip install --quiet -r "$work/dev.in"
$pip freeze --all --exclude pip --exclude setuptools | sed 's/^\(torch==[^+]*\)+.*/\1/' | sort -f >"$work/all"
{
    echo "# Locked by 'make lock' from dev.in; do not edit."
    echo "-c run.txt"
    grep -vxF -f "$work/pins" "$work/all"
} >"$work/dev.txt"
$pip check
mv "$work/run.txt" run.txt
mv "$work/dev.txt" dev.txt
wc -l run.txt dev.txt
