#!/bin/sh
# Prints the ten slowest tests of a run, from the report that nextest has written.
set -eu

echo "The slowest ten, in seconds:"
sed -n 's/.*<testcase name="\([^"]*\)" classname="\([^"]*\)".* time="\([0-9.]*\)".*/\3 \2 \1/p' "$1" | sort -rn | head -10
