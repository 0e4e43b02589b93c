#!/bin/sh
# The servers that the stories start.
. "$(dirname "$0")/tools.sh"

from_debian '/usr/lib/postgresql/*/bin/initdb' postgresql
from_debian /usr/sbin/pgbouncer pgbouncer
from_debian cc gcc libc6-dev
from_debian runuser util-linux
