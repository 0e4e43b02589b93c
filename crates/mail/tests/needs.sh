#!/bin/sh
# The mail server to which the tests send.
. "$(dirname "$0")/../../../tests/tools.sh"

from_pypi aiosmtpd bin/aiosmtpd 'aiosmtpd==1.4.*'
