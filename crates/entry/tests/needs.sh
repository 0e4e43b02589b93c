#!/bin/sh
# What the stories look at pages with: a real browser, and axe-core.
. "$(dirname "$0")/../../../tests/tools.sh"

needs_of ../../credentials/tests
from_npm axe-core node_modules/axe-core/axe.min.js axe-core@4
