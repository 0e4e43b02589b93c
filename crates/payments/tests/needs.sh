#!/bin/sh
# The Stripe at which the tests pay.
. "$(dirname "$0")/../../../tests/tools.sh"

from_pypi localstripe bin/localstripe localstripe==1.15.10
