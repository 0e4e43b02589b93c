#!/bin/sh
# Installs the issuer that the tests sign in at, where it is missing: oidc-provider from npm, into ~/.cache/galleria.
# Quick and silent when it is there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
issuer="$cache/oidc-provider"
there() { [ -f "$issuer/node_modules/oidc-provider/lib/index.js" ] && command -v node >/dev/null 2>&1; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-federation.log"
echo "Installing oidc-provider for the tests of federation (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v node >/dev/null 2>&1 || fail "node is missing; install it (Debian: nodejs)."
command -v npm >/dev/null 2>&1 || fail "npm is missing; install it (Debian: nodejs npm)."
# It is put in its place when it is whole: nobody starts what is still being unpacked.
rm -rf "$issuer" "$issuer.new"
npm install --silent --no-audit --no-fund --no-progress --prefix "$issuer.new" oidc-provider@9 >"$log" 2>&1 </dev/null ||
	fail "oidc-provider could not be installed from npm."
mv "$issuer.new" "$issuer"
