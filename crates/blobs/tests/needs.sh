#!/bin/sh
# What the tests speak to instead of Amazon and Microsoft: moto (S3) and Azurite (Azure Blob Storage).
. "$(dirname "$0")/../../../tests/tools.sh"

from_pypi moto bin/moto_server 'moto[server]==5.*'
from_npm azurite node_modules/.bin/azurite-blob azurite@3
