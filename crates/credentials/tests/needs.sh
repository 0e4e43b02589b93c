#!/bin/sh
# A real browser, which makes and uses passkeys.
. "$(dirname "$0")/../../../tests/tools.sh"

from_debian chromium-headless-shell chromium-headless-shell
