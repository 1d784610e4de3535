#!/bin/sh
# Installs the Debian packages named, as root or by a sudo that asks no password. Fails when it may not.
# Waits for whoever else is installing. Usage: ops/apt.sh PACKAGE…
set -eu
export DEBIAN_FRONTEND=noninteractive

command -v apt-get >/dev/null || exit 1
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n --preserve-env=DEBIAN_FRONTEND"
else
    exit 1
fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT

try() {
    for _ in $(seq 60); do
        if $as_root apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$output" 2>&1; then
            return 0
        fi
        grep -q 'Could not get lock\|Unable to lock' "$output" || return 1
        sleep 5
    done
    return 1
}

install() { try install -y --no-install-recommends "$@"; }

echo "Installing with apt-get: $*"
install "$@" && exit 0
try update || true          # the lists may be missing or old
install "$@" && exit 0
tail -n 20 "$output" >&2
exit 1
