#!/bin/sh
# Installs what speaks SOAP with us in tests, where it is missing: soap from npm, into ~/.cache/galleria.
# Quick and silent when it is there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
soap="$cache/soap"
there() { [ -f "$soap/node_modules/soap/lib/soap.js" ] && command -v node >/dev/null 2>&1; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-connect.log"
echo "Installing soap for the tests of connect (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v node >/dev/null 2>&1 || fail "node is missing; install it (Debian: nodejs)."
command -v npm >/dev/null 2>&1 || fail "npm is missing; install it (Debian: nodejs npm)."
# It is put in its place when it is whole: nobody starts what is still being unpacked.
rm -rf "$soap" "$soap.new"
npm install --silent --no-audit --no-fund --no-progress --prefix "$soap.new" soap@1 >"$log" 2>&1 </dev/null ||
	fail "soap could not be installed from npm."
mv "$soap.new" "$soap"
