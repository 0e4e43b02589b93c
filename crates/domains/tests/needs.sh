#!/bin/sh
# The name server that the tests ask. Its Python also shows a page at port 80 of a loopback address.
. "$(dirname "$0")/../../../tests/tools.sh"

from_pypi names 'lib/python3*/site-packages/dnslib' 'dnslib==0.9.*'

may_listen() {
	[ "$(id -u)" = 0 ] || [ -e "$cache/names/port80" ] ||
		[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)" -le 80 ]
}
if ! may_listen; then
	alone
	as_root setcap cap_net_bind_service=+ep "$(readlink -f "$cache/names/bin/python")" >>"$log" 2>&1 ||
		fail "Python may not listen at port 80 (Debian: libcap2-bin)."
	touch "$cache/names/port80"
fi
