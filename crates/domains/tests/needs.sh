#!/bin/sh
# Installs the name server that the tests ask, where it is missing: dnslib from PyPI, into ~/.cache/galleria. Its Python
# also shows a page at port 80 of a loopback address. Quick and silent when it is there.
set -eu

cache="${HOME:-/root}/.cache/galleria"
names="$cache/names"
port80() { [ "$(id -u)" = 0 ] || [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)" -le 80 ] || [ -e "$names/port80" ]; }
there() { [ -x "$names/bin/python" ] && "$names/bin/python" -c 'import dnslib' 2>/dev/null && port80; }
there && exit 0

mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-domains.log"
echo "Installing dnslib for the tests of domains (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
command -v python3 >/dev/null 2>&1 || fail "python3 is missing; install it (Debian: python3 python3-venv)."
python3 -m venv --copies "$names" >"$log" 2>&1 || fail "No virtual environment could be made (Debian: python3-venv)."
"$names/bin/pip" install --quiet --no-input --disable-pip-version-check 'dnslib==0.9.*' >>"$log" 2>&1 </dev/null ||
	fail "dnslib could not be installed from PyPI."
if ! port80; then
	sudo setcap cap_net_bind_service=+ep "$(readlink -f "$names/bin/python")" >>"$log" 2>&1 ||
		fail "Python may not listen at port 80 (Debian: libcap2-bin)."
	touch "$names/port80"
fi
