#!/bin/sh
# Installs the Redis that the tests start, from Debian's packages, where it is missing. Quick and silent when it is there.
set -eu

there() { command -v redis-server >/dev/null 2>&1; }
there && exit 0

cache="${HOME:-/root}/.cache/galleria"
mkdir -p "$cache"
# Tests start at the same time; one of them installs, the others wait for it.
if [ -z "${GALLERIA_TOOLS_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
	GALLERIA_TOOLS_LOCKED=1 exec flock "$cache/tools.lock" sh "$0"
fi
there && exit 0

log="$cache/tools-redis.log"
echo "Installing redis-server for the tests of limits (once; what is done goes to $log)" >&2
fail() {
	echo "$1 See $log." >&2
	exit 1
}
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
# The package would start a server of its own on the usual port; the tests start theirs.
policy=/usr/sbin/policy-rc.d
if ! [ -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod +x "$policy"
	trap '$as_root rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >"$log" 2>&1 || fail "The lists of packages could not be fetched."
$as_root apt-get install -y -qq --no-install-recommends redis-server >>"$log" 2>&1 </dev/null ||
	fail "redis-server could not be installed."
