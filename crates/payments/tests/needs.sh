#!/bin/sh
# Installs the Stripe that the tests pay at, where it is missing: localstripe from PyPI, into ~/.cache/galleria.
# Quick and silent when it is there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
stripe="$cache/localstripe"
there() { [ -x "$stripe/bin/localstripe" ]; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-payments.log"
echo "Installing localstripe for the tests of payments (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v python3 >/dev/null 2>&1 || fail "python3 is missing; install it (Debian: python3 python3-venv)."
python3 -m venv "$stripe" >"$log" 2>&1 || fail "A Python environment could not be made (Debian: python3-venv)."
"$stripe/bin/pip" install --quiet --disable-pip-version-check localstripe==1.15.10 >>"$log" 2>&1 </dev/null ||
	fail "localstripe could not be installed from PyPI."
