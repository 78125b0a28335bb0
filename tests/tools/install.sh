#!/bin/sh
# Installs exactly what package-lock.json names. npm may run on an older Node than the programs need:
# the lock file carries Node 26 itself, so npm's warnings about engines say nothing here.
set -eu
if ! command -v npm >/dev/null 2>&1; then
  echo "labwatch needs npm (it comes with Node.js 20 or newer): https://nodejs.org" >&2
  exit 78
fi
major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 20 ]; then
  echo "labwatch needs Node.js 20 or newer to install itself; this is $(node --version)." >&2
  exit 78
fi
echo "Installing packages (a minute or two the first time) / Đang cài các gói..." >&2
npm ci --no-audit --no-fund --loglevel=error
if [ ! -x node_modules/.bin/node ]; then
  echo "There is no packaged Node 26 for this system ($(uname -sm)). Install Node 26 yourself, then: ln -s \"\$(command -v node)\" node_modules/.bin/node" >&2
  exit 78
fi
touch node_modules/.package-lock.json
