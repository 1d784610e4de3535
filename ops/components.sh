#!/bin/sh
# Brings what the tests use beside Python: Chromium, PostgreSQL, ClamAV, DCMTK, nginx, Node and its packages. What cannot
# be had is named, with the way to get it; its tests are then skipped, or fail when CI=true.
set -eu
cd "$(dirname "$0")/.."

has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has() { command -v "$1" >/dev/null; }

missing=
has chromium || missing="$missing chromium fonts-dejavu-core"
has_postgresql || missing="$missing postgresql"
has clamd || missing="$missing clamav-daemon"
has dcmmkdir || missing="$missing dcmtk"
has nginx || missing="$missing nginx-light"
has node && has npm || missing="$missing nodejs npm"

if [ -n "$missing" ] && ! ops/apt.sh $missing; then
    echo "Not installed:$missing"
    echo "Tests that need them are skipped. To run them all:"
    echo "  sudo apt-get install --no-install-recommends$missing"
fi

if has npm && ! cmp -s tests/package-lock.json tests/node_modules/.installed; then
    echo "Installing what tests/package-lock.json names."
    if npm ci --prefix tests --ignore-scripts --no-audit --no-fund --loglevel=error; then
        cp tests/package-lock.json tests/node_modules/.installed
    else
        echo "npm could not install them; browser tests that need them are skipped. To try again: make test"
    fi
fi
