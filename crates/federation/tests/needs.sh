#!/bin/sh
# The issuer at which the tests sign in.
. "$(dirname "$0")/../../../tests/tools.sh"

from_npm oidc-provider node_modules/oidc-provider/lib/index.js oidc-provider@9
