#!/bin/sh
# Installs what the tests speak to instead of Amazon and Microsoft, where it is missing: moto (S3) from PyPI and
# Azurite (Azure Blob Storage) from npm, into ~/.cache/galleria. Quick and silent when they are there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
moto="$cache/moto"
azurite="$cache/azurite"
there() { [ -x "$moto/bin/moto_server" ] && [ -x "$azurite/node_modules/.bin/azurite-blob" ]; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools.log"
echo "Installing moto and azurite for the tests of blobs (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
if [ ! -x "$moto/bin/moto_server" ]; then
	command -v python3 >/dev/null 2>&1 || fail "python3 is missing; install it (Debian: python3 python3-venv)."
	python3 -m venv "$moto" >"$log" 2>&1 || fail "No virtual environment could be made (Debian: python3-venv)."
	"$moto/bin/pip" install --quiet --no-input --disable-pip-version-check 'moto[server]==5.*' >>"$log" 2>&1 </dev/null ||
		fail "moto could not be installed from PyPI."
fi
if [ ! -x "$azurite/node_modules/.bin/azurite-blob" ]; then
	command -v npm >/dev/null 2>&1 || fail "npm is missing; install it (Debian: nodejs npm)."
	# It is put in its place when it is whole: nobody starts what is still being unpacked.
	rm -rf "$azurite" "$azurite.new"
	npm install --silent --no-audit --no-fund --no-progress --prefix "$azurite.new" azurite@3 >>"$log" 2>&1 </dev/null ||
		fail "azurite could not be installed from npm."
	mv "$azurite.new" "$azurite"
fi
