#!/bin/sh
# The Redis that the tests start.
. "$(dirname "$0")/../../../tests/tools.sh"

from_debian redis-server redis-server
