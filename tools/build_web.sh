#!/bin/sh
# Builds clients/web into clients/web/dist: build_web.sh PYTHON. Uses Node 20 or newer if it is there, else one from PyPI.
set -eu
cd "$(dirname "$0")/.."

if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null || ! command -v npm >/dev/null; then
    if [ ! -x .venv-node/bin/npm ]; then
        echo "Node 20 is not there: installing one from PyPI into .venv-node"
        "$1" -m venv .venv-node
        .venv-node/bin/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements/node.txt
    fi
    PATH="$PWD/.venv-node/bin:$PATH"
fi

cd clients/web
echo "Building the web client with Node $(node --version)"
npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
npm run --silent build
