#!/bin/sh
# What reads our OpenAPI and AsyncAPI documents as others would: the linters of Redocly and Stoplight, the generator of a
# TypeScript client with its compiler, and Schemathesis.
. "$(dirname "$0")/../../../tests/tools.sh"

from_npm openapi node_modules/.bin/spectral \
	@redocly/cli@2 @stoplight/spectral-cli@6 openapi-typescript@7 openapi-fetch@0.17 typescript@5 @types/node@20
from_pypi schemathesis bin/schemathesis 'schemathesis==4.*'
