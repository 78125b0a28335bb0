#!/bin/sh
# Everything that needs no server, in the order in which it fails fastest.
set -eu
step() {
  printf '%s ... ' "$1" >&2
  shift
  if out=$("$@" 2>&1); then
    echo ok >&2
  else
    echo failed >&2
    printf '%s\n' "$out" >&2
    exit 1
  fi
}
step "format" oxfmt --check .
step "lint" oxlint --type-aware --deny-warnings .
step "types" tsc --noEmit -p tsconfig.json
step "types of the console" tsc --noEmit -p dashboards/console/tsconfig.json
step "types of its build" tsc --noEmit -p dashboards/console/tsconfig.build.json
step "generated files" node tests/tools/generate.ts --check
