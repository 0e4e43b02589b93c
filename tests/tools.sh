#!/bin/sh
# Installs the servers that the tests start, where they are missing.
set -eu

missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v pgbouncer >/dev/null 2>&1 || [ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
command -v runuser >/dev/null 2>&1 || missing="$missing util-linux"
[ -n "$missing" ] || exit 0

echo "Installing for the tests:$missing"
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -qq
# The packages would start a server of their own on the usual port; the tests start theirs.
export DEBIAN_FRONTEND=noninteractive
$as_root mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
$as_root apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $missing
