#!/bin/sh
# What speaks SOAP with us in tests.
. "$(dirname "$0")/../../../tests/tools.sh"

from_npm soap node_modules/soap/lib/soap.js soap@1
