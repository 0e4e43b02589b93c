#!/bin/sh
# Installs what reads our OpenAPI and AsyncAPI documents as others would, where it is missing: the linters of Redocly and
# Stoplight and the generator of a TypeScript client with its compiler from npm, and Schemathesis from PyPI, into
# ~/.cache/galleria. Quick and silent when they are there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
client="$cache/openapi"
schemathesis="$cache/schemathesis"
clients() { [ -x "$client/node_modules/.bin/redocly" ] && [ -x "$client/node_modules/.bin/spectral" ]; }
there() { [ -x "$schemathesis/bin/schemathesis" ] && clients; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-openapi.log"
echo "Installing redocly, spectral, openapi-typescript and schemathesis for the tests of the API (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
if ! clients; then
	command -v npm >/dev/null 2>&1 || fail "npm is missing; install it (Debian: nodejs npm)."
	# It is put in its place when it is whole: nobody starts what is still being unpacked.
	rm -rf "$client" "$client.new"
	npm install --silent --no-audit --no-fund --no-progress --prefix "$client.new" \
		@redocly/cli@2 @stoplight/spectral-cli@6 openapi-typescript@7 openapi-fetch@0.17 typescript@5 @types/node@20 >"$log" 2>&1 </dev/null ||
		fail "The readers of OpenAPI could not be installed from npm."
	mv "$client.new" "$client"
fi
if [ ! -x "$schemathesis/bin/schemathesis" ]; then
	command -v python3 >/dev/null 2>&1 || fail "python3 is missing; install it (Debian: python3 python3-venv)."
	rm -rf "$schemathesis"
	python3 -m venv "$schemathesis" >>"$log" 2>&1 || fail "No virtual environment could be made (Debian: python3-venv)."
	"$schemathesis/bin/pip" install --quiet --no-input --disable-pip-version-check 'schemathesis==4.*' >>"$log" 2>&1 </dev/null ||
		fail "schemathesis could not be installed from PyPI."
fi
