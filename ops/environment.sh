#!/bin/sh
# Makes .venv, filled from lock files alone, and puts the project into it. Quick when there is nothing to do.
# Usage: ops/environment.sh requirements.lock [requirements-test.lock]
set -eu
cd "$(dirname "$0")/.."
venv=.venv

say() { printf '%s\n' "$*"; }

newest_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return
        fi
    done
    say "Python 3.11 or newer is needed. On Debian 12 or newer: apt-get install python3" >&2
    exit 1
}

bring_venv_module() {
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if ops/apt.sh "$package"; then
        return
    fi
    say "This Python cannot make environments yet. Run this and try again:" >&2
    say "  sudo apt-get install --no-install-recommends $package" >&2
    exit 1
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(newest_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || bring_venv_module "$python"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

for lock in "$@"; do
    stamp="$venv/.$lock.installed"
    if ! cmp -s "$lock" "$stamp"; then
        say "Installing what $lock names; this takes a minute the first time."
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
        cp "$lock" "$stamp"
    fi
done

# The project itself: found where it stands, so that nothing is built and no network is asked.
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd > "$packages/intake.pth"
printf '#!%s/%s/bin/python\nimport sys\n\nfrom intake.cli import main\n\nsys.exit(main())\n' "$(pwd)" "$venv" > "$venv/bin/intake"
chmod +x "$venv/bin/intake"
