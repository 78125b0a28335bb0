#!/bin/sh
# Lays a small Debian 13 with Wine 10 into the cache, once: the Wine of older Debians cannot start Node 26.
# Prints the folder. Needs root (debootstrap, chroot) and Debian's packages; about 1 GB of disk.
set -eu

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/labwatch"
ROOT="$CACHE/wine-trixie"
PREFIX="$CACHE/wine-prefix"
STAMP="$ROOT/.labwatch-complete"

refuse() {
  echo "test-windows: $1" >&2
  exit 69
}

# Idempotent: what is complete is left alone.
if [ -f "$STAMP" ] && [ -f "$PREFIX/.labwatch-complete" ]; then
  echo "$CACHE"
  exit 0
fi

[ "$(uname -m)" = x86_64 ] || refuse "the Windows executable is for x64 and this machine is $(uname -m)"
[ "$(id -u)" = 0 ] || refuse "Wine is not prepared yet, and preparing it needs root: run it once with sudo (tests/windows/prepare-wine.sh)"
command -v unshare >/dev/null && command -v nsenter >/dev/null || refuse "unshare and nsenter are missing: install util-linux"
mkdir -p "$CACHE"

LOG="$CACHE/prepare-wine.log"
# One at a time: whoever comes second waits, and finds it done.
exec 9>"$CACHE/prepare-wine.lock"
flock 9
# What wine is installed in there; nothing when the folder is missing or half done.
installed() { chroot "$ROOT" dpkg-query -W -f '${db:Status-Status} ${Version}' wine64 2>/dev/null | sed -n 's/^installed //p'; }

if [ ! -f "$STAMP" ]; then
  : >"$LOG"
  if ! command -v debootstrap >/dev/null; then
    { apt-get update -q && apt-get install -y --no-install-recommends debootstrap; } >>"$LOG" 2>&1 ||
      refuse "debootstrap cannot be installed; install it and try again ($LOG)"
  fi
  # An earlier one that lacks only the stamp is taken as it is.
  if [ -z "$(installed)" ]; then
    echo "Laying Debian 13 with Wine into $ROOT (some minutes, once)..." >&2
    PARTIAL="$ROOT.partial"
    rm -rf "$PARTIAL"
    debootstrap --variant=minbase trixie "$PARTIAL" >>"$LOG" 2>&1 || refuse "debootstrap failed; see $LOG"
    chroot "$PARTIAL" env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -q && apt-get install -y --no-install-recommends wine wine64' >>"$LOG" 2>&1 ||
      refuse "Wine cannot be installed; see $LOG"
    rm -rf "$ROOT"
    mv "$PARTIAL" "$ROOT"
  fi
  rm -rf "$ROOT"/var/cache/apt/archives/*.deb
  installed >"$STAMP.new"
  mv "$STAMP.new" "$STAMP"
fi

if [ ! -f "$PREFIX/.labwatch-complete" ]; then
  echo "Making an empty Windows in $PREFIX (once)..." >&2
  rm -rf "$PREFIX"
  mkdir -p "$PREFIX"
  # Waits until Wine has settled: an unfinished one has an empty registry.
  unshare --mount --propagation private --pid --fork --kill-child \
    sh "$(dirname "$0")/in-wine.sh" "$ROOT" "$PREFIX" - sh -c 'wineboot --init && wineserver -w' >>"$LOG" 2>&1 ||
    refuse "Wine does not start; see $LOG"
  grep -q '"CurrentBuildNumber"="1' "$PREFIX/system.reg" || refuse "Wine made no registry; see $LOG"
  cp "$STAMP" "$PREFIX/.labwatch-complete"
fi
echo "$CACHE"
