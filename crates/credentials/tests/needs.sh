#!/bin/sh
# Installs what the tests make and use passkeys with, where it is missing: a real browser, Debian's chromium. Quick and
# silent when it is there.
set -eu

there() { command -v chromium >/dev/null 2>&1; }
there && exit 0

cache="${HOME:-/root}/.cache/galleria"
mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/chromium.log"
echo "Installing chromium for the tests of credentials (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v apt-get >/dev/null 2>&1 || fail "chromium is missing; install it with the package manager of this machine."
root=""
[ "$(id -u)" = 0 ] || root="sudo"
export DEBIAN_FRONTEND=noninteractive
$root apt-get update >"$log" 2>&1 </dev/null || fail "The list of Debian's packages could not be fetched."
$root apt-get install --yes --no-install-recommends chromium >>"$log" 2>&1 </dev/null ||
	fail "chromium could not be installed from Debian."
