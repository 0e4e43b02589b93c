# Installs what tests start beside the project, where it is missing, and says what. Each `needs.sh` sources it and then
# names what its tests need. Quick and silent when everything is there; whatever is not Debian's is in ~/.cache/galleria.
set -eu

cache="${HOME:-/root}/.cache/galleria"
tests="$(cd "$(dirname "$0")" && pwd)"

# from_debian <what is there then: a command, or a pattern of a path> <package> …
from_debian() {
	is_there "$1" && return
	alone
	if ! is_there "$1"; then
		there="$1"
		shift
		installing "$@"
		command -v apt-get >/dev/null 2>&1 || fail "Install with the package manager of this machine: $*."
		keep_servers_down "$@"
		as_root apt-get update -qq >>"$log" 2>&1 </dev/null || fail "The list of Debian's packages could not be fetched."
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "$@" >>"$log" 2>&1 </dev/null ||
			fail "Debian's packages could not be installed: $*."
		servers_may_start
		is_there "$there" || fail "$there is not there though Debian's packages are: $*."
	fi
	together
}

# from_pypi <folder> <pattern of a file that is in it then> <package> …
from_pypi() {
	is_there "$cache/$1/$2" && return
	alone
	if ! is_there "$cache/$1/$2"; then
		folder="$cache/$1"
		shift 2
		installing "$@"
		needs python3 "python3 python3-venv"
		rm -rf "$folder"
		python3 -m venv --copies "$folder" >>"$log" 2>&1 || fail "No virtual environment could be made (Debian: python3-venv)."
		"$folder/bin/pip" install --quiet --no-input --disable-pip-version-check "$@" >>"$log" 2>&1 </dev/null ||
			fail "Not to be had from PyPI: $*."
	fi
	together
}

# from_npm <folder> <pattern of a file that is in it then> <package> …
from_npm() {
	needs node nodejs
	is_there "$cache/$1/$2" && return
	alone
	if ! is_there "$cache/$1/$2"; then
		folder="$cache/$1"
		shift 2
		installing "$@"
		needs npm "nodejs npm"
		# It is put in its place when it is whole: nobody starts what is still being unpacked.
		rm -rf "$folder" "$folder.new"
		npm install --silent --no-audit --no-fund --no-progress --prefix "$folder.new" "$@" >>"$log" 2>&1 </dev/null ||
			fail "Not to be had from npm: $*."
		mv "$folder.new" "$folder"
	fi
	together
}

# What another folder of tests needs, too.
needs_of() {
	sh "$tests/$1/needs.sh"
}

is_there() {
	# shellcheck disable=SC2086 # a pattern is meant to match
	command -v "$1" >/dev/null 2>&1 || ls -d $1 >/dev/null 2>&1
}

needs() {
	command -v "$1" >/dev/null 2>&1 || fail "$1 is missing; install it (Debian: $2)."
}

installing() {
	echo "Installing $* for the tests (once; what is done goes to $log)" >&2
}

fail() {
	echo "$1${log:+ See $log.}" >&2
	exit 1
}

# Tests start at the same time: one of them installs, the others wait for it.
alone() {
	mkdir -p "$cache"
	log="$cache/tools.log"
	exec 9>"$cache/tools.lock"
	! command -v flock >/dev/null 2>&1 || flock 9
}

together() {
	exec 9>&-
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		command -v sudo >/dev/null 2>&1 || fail "Be root, or have sudo, to install Debian's packages."
		sudo "$@"
	fi
}

# Packages of servers would start one on the usual port; the tests start their own.
policy=/usr/sbin/policy-rc.d
keep_servers_down() {
	case " $* " in *" postgresql "*)
		as_root mkdir -p /etc/postgresql-common
		[ -e /etc/postgresql-common/createcluster.conf ] ||
			echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
		;;
	esac
	[ ! -e "$policy" ] || return 0
	trap servers_may_start EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\n# Of the tests of galleria, while they install.\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod +x "$policy"
}

# Only what was written above is removed, whoever was interrupted after it.
servers_may_start() {
	! grep -qs 'Of the tests of galleria' "$policy" || as_root rm -f "$policy"
}
