#!/bin/sh
# Installs what the stories about the pages look with, where it is missing: a real browser, as the tests of credentials
# do, and axe-core from npm, into ~/.cache/galleria. Quick and silent when it is there.
set -eu

# Who holds the lock has done this, and would wait for itself.
[ -n "${GALLERIA_AXE_LOCKED:-}" ] || sh "$(dirname "$0")/../../credentials/tests/tools.sh"

cache="${HOME:-/root}/.cache/galleria"
axe="$cache/axe-core"
there() { [ -f "$axe/node_modules/axe-core/axe.min.js" ]; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_AXE_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_AXE_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-entry.log"
echo "Installing axe-core for the stories about the pages (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v npm >/dev/null 2>&1 || fail "npm is missing; install it (Debian: nodejs npm)."
# It is put in its place when it is whole: nobody starts what is still being unpacked.
rm -rf "$axe" "$axe.new"
npm install --silent --no-audit --no-fund --no-progress --prefix "$axe.new" axe-core@4 >"$log" 2>&1 </dev/null ||
	fail "axe-core could not be installed from npm."
mv "$axe.new" "$axe"
