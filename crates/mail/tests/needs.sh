#!/bin/sh
# Installs the mail server that the tests send to, aiosmtpd from PyPI, into ~/.cache/galleria, where it is missing. Quick
# and silent when it is there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
aiosmtpd="$cache/aiosmtpd"
there() { [ -x "$aiosmtpd/bin/aiosmtpd" ]; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-aiosmtpd.log"
echo "Installing aiosmtpd for the tests of mail (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v python3 >/dev/null 2>&1 || fail "python3 is missing; install it (Debian: python3 python3-venv)."
python3 -m venv "$aiosmtpd" >"$log" 2>&1 || fail "No virtual environment could be made (Debian: python3-venv)."
"$aiosmtpd/bin/pip" install --quiet --no-input --disable-pip-version-check 'aiosmtpd==1.4.*' >>"$log" 2>&1 </dev/null ||
	fail "aiosmtpd could not be installed from PyPI."
